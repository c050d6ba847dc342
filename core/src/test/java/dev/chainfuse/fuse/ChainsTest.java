package dev.chainfuse.fuse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.chainfuse.packet.Field;
import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.packet.RangeSet;
import dev.chainfuse.packet.Skb;
import dev.chainfuse.reference.RuleInterpreter;
import dev.chainfuse.rules.HeaderMatch;
import dev.chainfuse.rules.Hook;
import dev.chainfuse.rules.HostFacts;
import dev.chainfuse.rules.Match;
import dev.chainfuse.rules.Policy;
import dev.chainfuse.rules.RuleEvaluator;
import dev.chainfuse.rules.RuleNumbers;
import dev.chainfuse.rules.RuleSet;
import dev.chainfuse.rules.StandardTarget;
import dev.chainfuse.rules.TableName;
import dev.chainfuse.rules.Target;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What chains, targets and counters mean, held by both engines. */
class ChainsTest {
  enum EngineUnderTest {
    REFERENCE,
    FUSED,
    SCAN;

    RuleEvaluator open(RuleSet rules) {
      HostFacts host = new TestHost();
      return switch (this) {
        case REFERENCE -> new RuleInterpreter(rules, host, 1);
        case FUSED -> new FusedEvaluator(ChainFuser.compile(rules, host), 1);
        case SCAN -> new FusedEvaluator(ChainFuser.compile(rules, host, FuseBudget.SCAN), 1);
      };
    }
  }

  private static final int PACKET_LENGTH = 100;

  private final ChainBuilder chains = new ChainBuilder();
  private final TestContext context = new TestContext();

  /** A TCP packet from port 1 to port 80. */
  ChainsTest() {
    Skb skb = context.skb;
    skb.reset();
    skb.protocol = Ipv4.TCP;
    skb.source = Ipv4.parse("10.0.0.1");
    skb.destination = Ipv4.parse("10.0.0.2");
    skb.sourcePort = 1;
    skb.destinationPort = 80;
    skb.totalLength = PACKET_LENGTH;
    skb.ttl = 64;
  }

  private static Match port(int port) {
    return new TestMatch.Port(Ipv4.TCP, Field.DESTINATION_PORT, RangeSet.of(port), false);
  }

  private static Match mark(int mark) {
    return new TestMatch.Is(Field.MARK, RangeSet.of(mark));
  }

  /** Runs the packet through filter's FORWARD chain. */
  private int forward(RuleEvaluator rules) {
    context.hook = Hook.FORWARD;
    return rules.run(TableName.FILTER, context);
  }

  /** Packets of the rules of a chain, in order. */
  private List<Long> packets(RuleEvaluator rules, String chain) {
    RuleNumbers numbers = new RuleNumbers(chains.filter());
    int first = numbers.firstRule(TableName.FILTER, chain);
    List<Long> packets = new ArrayList<>();
    for (int i = first; i < numbers.ruleCount(); i++) {
      if (numbers.rule(i).chain().name().equals(chain)) {
        packets.add(rules.rulePackets(i));
        assertEquals(rules.rulePackets(i) * PACKET_LENGTH, rules.ruleBytes(i));
      }
    }
    return packets;
  }

  private long policyPackets(RuleEvaluator rules) {
    int number = new RuleNumbers(chains.filter()).policy(TableName.FILTER, Hook.FORWARD);
    assertEquals(rules.policyPackets(number) * PACKET_LENGTH, rules.policyBytes(number));
    return rules.policyPackets(number);
  }

  private int ruleNumber(String chain, int index) {
    return new RuleNumbers(chains.filter()).firstRule(TableName.FILTER, chain) + index - 1;
  }

  @ParameterizedTest
  @EnumSource
  void rulesWithoutTargetOrWithAContinuingOneCountAndGoOn(EngineUnderTest engine) {
    chains.policy(Hook.FORWARD, Policy.DROP);
    chains.rule("FORWARD", StandardTarget.NONE);
    chains.rule("FORWARD", new TestTarget.Log());
    chains.rule("FORWARD", new TestTarget.SetMark(1, -1));
    chains.rule("FORWARD", StandardTarget.ACCEPT, port(81));
    RuleEvaluator rules = engine.open(chains.filter());
    assertEquals(Target.DROP, forward(rules));
    assertEquals(List.of(1L, 1L, 1L, 0L), packets(rules, "FORWARD"));
    assertEquals(1, policyPackets(rules));
    assertEquals(-1 - 1, rules.decidedBy(), "the second policy: INPUT, FORWARD, OUTPUT");
    assertEquals(1, context.logged);
    assertEquals(1, context.skb.mark);
  }

  @ParameterizedTest
  @EnumSource
  void theEndOfAUserChainAndReturnLeadBehindTheJump(EngineUnderTest engine) {
    chains.jump("FORWARD", "a");
    chains.jump("FORWARD", "empty");
    chains.jump("FORWARD", "b");
    chains.rule("FORWARD", StandardTarget.DROP);
    chains.rule("a", StandardTarget.NONE);
    chains.rule("b", StandardTarget.RETURN);
    chains.rule("b", StandardTarget.ACCEPT);
    chains.chain("empty");
    RuleEvaluator rules = engine.open(chains.filter());
    assertEquals(Target.DROP, forward(rules));
    assertEquals(List.of(1L, 1L, 1L, 1L), packets(rules, "FORWARD"));
    assertEquals(List.of(1L), packets(rules, "a"));
    assertEquals(List.of(1L, 0L), packets(rules, "b"));
    assertEquals(ruleNumber("FORWARD", 4), rules.decidedBy());
    assertEquals(0, policyPackets(rules));
  }

  @ParameterizedTest
  @EnumSource
  void returnInABuiltInChainIsThePolicy(EngineUnderTest engine) {
    chains.policy(Hook.FORWARD, Policy.DROP);
    chains.rule("FORWARD", StandardTarget.RETURN, port(80));
    chains.rule("FORWARD", StandardTarget.ACCEPT);
    RuleEvaluator rules = engine.open(chains.filter());
    assertEquals(Target.DROP, forward(rules));
    assertEquals(List.of(1L, 0L), packets(rules, "FORWARD"));
    assertEquals(1, policyPackets(rules));
  }

  @ParameterizedTest
  @EnumSource
  void theEndOfAChainAfterGotoLeadsBehindTheJumpBeforeIt(EngineUnderTest engine) {
    chains.jump("FORWARD", "a");
    chains.rule("FORWARD", StandardTarget.NONE);
    chains.go("a", "b");
    chains.rule("a", StandardTarget.DROP);
    chains.rule("b", StandardTarget.NONE);
    RuleEvaluator rules = engine.open(chains.filter());
    assertEquals(Target.ACCEPT, forward(rules));
    assertEquals(List.of(1L, 1L), packets(rules, "FORWARD"));
    assertEquals(List.of(1L, 0L), packets(rules, "a"));
    assertEquals(List.of(1L), packets(rules, "b"));
    assertEquals(1, policyPackets(rules));
  }

  @ParameterizedTest
  @EnumSource
  void gotoFromABuiltInChainEndsInItsPolicy(EngineUnderTest engine) {
    chains.go("FORWARD", "a");
    chains.rule("FORWARD", StandardTarget.DROP);
    chains.rule("a", StandardTarget.RETURN);
    RuleEvaluator rules = engine.open(chains.filter());
    assertEquals(Target.ACCEPT, forward(rules));
    assertEquals(List.of(1L, 0L), packets(rules, "FORWARD"));
    assertEquals(1, policyPackets(rules));
  }

  @ParameterizedTest
  @EnumSource
  void aVerdictOfAnExtensionIsItsRulesVerdict(EngineUnderTest engine) {
    chains.jump("FORWARD", "a");
    chains.rule("a", new TestTarget.End(Target.QUEUE));
    RuleEvaluator rules = engine.open(chains.filter());
    assertEquals(Target.QUEUE, forward(rules));
    assertEquals(ruleNumber("a", 1), rules.decidedBy());
    assertEquals(0, policyPackets(rules));
  }

  @ParameterizedTest
  @EnumSource
  void aCutHeaderThatAMatchReadsDropsThePacketUncounted(EngineUnderTest engine) {
    chains.rule("FORWARD", StandardTarget.NONE);
    chains.rule("FORWARD", StandardTarget.ACCEPT, port(80));
    context.skb.irregular = true;
    RuleEvaluator rules = engine.open(chains.filter());
    assertEquals(Target.DROP, forward(rules));
    assertEquals(RuleEvaluator.HOT_DROP, rules.decidedBy());
    assertEquals(List.of(1L, 0L), packets(rules, "FORWARD"));
    assertEquals(0, policyPackets(rules));
  }

  @ParameterizedTest
  @EnumSource
  void aCutHeaderThatNoMatchReadsIsNoMatter(EngineUnderTest engine) {
    chains.rule("FORWARD", StandardTarget.DROP, mark(1), port(80));
    chains.rule("FORWARD", StandardTarget.ACCEPT);
    context.skb.irregular = true;
    RuleEvaluator rules = engine.open(chains.filter());
    assertEquals(Target.ACCEPT, forward(rules));
    assertEquals(List.of(0L, 1L), packets(rules, "FORWARD"));
  }

  @ParameterizedTest
  @EnumSource
  void aMarkIsSeenByTheRulesBehindIt(EngineUnderTest engine) {
    for (int mark = 0; mark < 6; mark++) {
      chains.rule("FORWARD", StandardTarget.NONE, mark(mark));
      chains.rule("FORWARD", new TestTarget.SetMark(mark + 1, -1), mark(mark));
    }
    chains.rule("FORWARD", StandardTarget.DROP, mark(6));
    RuleEvaluator rules = engine.open(chains.filter());
    assertEquals(Target.DROP, forward(rules));
    assertEquals(6, context.skb.mark);
  }

  @ParameterizedTest
  @EnumSource
  void aMarkSetInACalledChainIsSeenBehindTheJump(EngineUnderTest engine) {
    chains.rule("FORWARD", StandardTarget.DROP, mark(7));
    chains.jump("FORWARD", "a");
    chains.rule("FORWARD", StandardTarget.DROP, mark(7));
    chains.go("a", "b");
    chains.rule("b", new TestTarget.SetMark(7, -1));
    RuleEvaluator rules = engine.open(chains.filter());
    assertEquals(Target.DROP, forward(rules));
    assertEquals(List.of(0L, 1L, 1L), packets(rules, "FORWARD"));
  }

  @ParameterizedTest
  @EnumSource
  void aMatchWithStateIsAskedOnlyWhereTheRuleBeforeItHolds(EngineUnderTest engine) {
    // Counts of packets that reach each match: 1st rule 4, 2nd only what the 1st let pass.
    chains.rule("FORWARD", StandardTarget.ACCEPT, port(80), new TestMatch.EveryNth(2));
    chains.rule("FORWARD", StandardTarget.DROP, port(80), new TestMatch.EveryNth(2));
    chains.rule("FORWARD", StandardTarget.DROP, port(81), new TestMatch.EveryNth(1));
    RuleEvaluator rules = engine.open(chains.filter());
    List<Integer> verdicts = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      verdicts.add(forward(rules));
    }
    assertEquals(List.of(Target.ACCEPT, Target.DROP, Target.ACCEPT, Target.ACCEPT), verdicts);
    assertEquals(List.of(2L, 1L, 0L), packets(rules, "FORWARD"));
    assertEquals(1, policyPackets(rules));
  }

  @ParameterizedTest
  @EnumSource
  void aMatchWithStateIsAskedBeforeTheMatchesBehindIt(EngineUnderTest engine) {
    chains.rule("FORWARD", StandardTarget.DROP, new TestMatch.EveryNth(2), port(80));
    RuleEvaluator rules = engine.open(chains.filter());
    context.skb.destinationPort = 81;
    assertEquals(Target.ACCEPT, forward(rules), "asked, but the port is another");
    context.skb.destinationPort = 80;
    assertEquals(Target.ACCEPT, forward(rules), "the second that was asked");
    assertEquals(Target.DROP, forward(rules));
  }

  @ParameterizedTest
  @EnumSource
  void eachRuleHasAStateOfItsOwn(EngineUnderTest engine) {
    Match shared = new TestMatch.EveryNth(2);
    chains.rule("FORWARD", StandardTarget.NONE, shared);
    chains.rule("FORWARD", StandardTarget.NONE, shared);
    RuleEvaluator rules = engine.open(chains.filter());
    forward(rules);
    forward(rules);
    assertEquals(List.of(1L, 1L), packets(rules, "FORWARD"));
  }

  @ParameterizedTest
  @EnumSource
  void aScatteredMaskIsMatchedExactly(EngineUnderTest engine) {
    HeaderMatch.Address address = new HeaderMatch.Address(0x0a00_0001, 0xff55_5555, false);
    chains.rule("FORWARD", ChainBuilder.from(address), StandardTarget.DROP);
    RuleEvaluator rules = engine.open(chains.filter());
    context.skb.source = 0x0a00_0001;
    assertEquals(Target.DROP, forward(rules));
    context.skb.source = 0x0aaa_aaab;
    assertEquals(Target.DROP, forward(rules));
    context.skb.source = 0x0a00_0005;
    assertEquals(Target.ACCEPT, forward(rules));
  }

  @ParameterizedTest
  @EnumSource
  void countersGoOnFromWhatWasLoaded(EngineUnderTest engine) {
    chains.rule("FORWARD", StandardTarget.NONE);
    RuleEvaluator rules = engine.open(chains.filter());
    rules.setCounters(new long[] {-1}, new long[] {5}, new long[] {1, 2, 3}, new long[] {4, 5, 6});
    forward(rules);
    assertEquals(0, rules.rulePackets(0), "modulo 2^64");
    assertEquals(5 + PACKET_LENGTH, rules.ruleBytes(0));
    assertEquals(3, rules.policyPackets(1));
    assertEquals(5 + PACKET_LENGTH, rules.policyBytes(1));
    assertEquals(3, rules.policyPackets(2));
  }

  @ParameterizedTest
  @EnumSource
  void aTableThatIsNotLoadedIsNotRun(EngineUnderTest engine) {
    RuleEvaluator rules = engine.open(chains.filter());
    assertEquals(true, rules.loaded(TableName.FILTER, Hook.FORWARD));
    assertEquals(false, rules.loaded(TableName.FILTER, Hook.PREROUTING));
    assertEquals(false, rules.loaded(TableName.RAW, Hook.PREROUTING));
    context.hook = Hook.PREROUTING;
    assertThrows(IllegalArgumentException.class, () -> rules.run(TableName.RAW, context));
  }

  @ParameterizedTest
  @EnumSource
  void aTargetMayStartAWalkOfItsOwn(EngineUnderTest engine) {
    // As REJECT or TEE do: another packet runs through OUTPUT while the first waits in FORWARD.
    ReenteringTarget target = new ReenteringTarget();
    chains.jump("FORWARD", "a");
    chains.rule("FORWARD", StandardTarget.DROP, port(80));
    chains.rule("a", target);
    chains.rule("a", StandardTarget.NONE, port(80));
    chains.jump("OUTPUT", "b");
    chains.rule("b", StandardTarget.DROP, port(99));
    RuleEvaluator rules = engine.open(chains.filter());
    target.rules = rules;
    assertEquals(Target.DROP, forward(rules));
    assertEquals(List.of(1L, 1L), packets(rules, "a"));
    assertEquals(List.of(1L), packets(rules, "b"));
    assertEquals(ruleNumber("FORWARD", 2), rules.decidedBy());
  }
}
