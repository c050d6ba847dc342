package dev.chainfuse.fuse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.chainfuse.packet.Field;
import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.packet.RangeSet;
import dev.chainfuse.rules.Hook;
import dev.chainfuse.rules.Match;
import dev.chainfuse.rules.StandardTarget;
import dev.chainfuse.rules.TableName;
import dev.chainfuse.rules.Target;
import java.util.Arrays;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What a flow cache may know of a walk: what counted, and whether it may be repeated unseen. */
class FlowCacheSupportTest {
  private final ChainBuilder chains = new ChainBuilder();
  private final TestContext context = new TestContext();

  private static Match is(Field field, long value) {
    return new TestMatch.Is(field, RangeSet.of(value));
  }

  private FusedRules compile() {
    return ChainFuser.compile(chains.filter(), new TestHost());
  }

  /** Walks FORWARD once with recording on. */
  private FusedEvaluator walk() {
    FusedEvaluator rules = new FusedEvaluator(compile(), 1);
    rules.startRecording();
    context.hook = Hook.FORWARD;
    rules.run(TableName.FILTER, context);
    return rules;
  }

  @Test
  void whatCountedIsRecordedInOrder() {
    chains.rule("FORWARD", StandardTarget.NONE);
    chains.jump("FORWARD", "a");
    chains.rule("FORWARD", StandardTarget.DROP, is(Field.MARK, 1));
    chains.rule("a", StandardTarget.NONE);
    context.skb.totalLength = 60;
    FusedEvaluator rules = walk();
    int policyOfForward = 4 + 1;
    int[] expected = {0, 1, 3, policyOfForward};
    assertTrue(rules.cacheable());
    assertEquals(
        Arrays.toString(expected), Arrays.toString(Arrays.copyOf(rules.hits(), rules.hitCount())));

    rules.addHits(rules.hits(), 0, rules.hitCount(), 10, 600);
    assertEquals(11, rules.rulePackets(0));
    assertEquals(660, rules.ruleBytes(3));
    assertEquals(0, rules.rulePackets(2));
    assertEquals(11, rules.policyPackets(1));
    assertEquals(660, rules.policyBytes(1));
  }

  @Test
  void recordingIsOnOnlyWhereAsked() {
    chains.rule("FORWARD", StandardTarget.NONE);
    FusedEvaluator rules = walk();
    rules.stopRecording();
    rules.run(TableName.FILTER, context);
    assertEquals(2, rules.hitCount());
    rules.startRecording();
    assertEquals(0, rules.hitCount());
  }

  @Test
  void anAskedMatchIsNotCacheable() {
    chains.rule("FORWARD", StandardTarget.DROP, new TestMatch.EveryNth(2));
    assertFalse(walk().cacheable());
  }

  @Test
  void aMatchWithStateThatIsNotReachedIsNoMatter() {
    chains.rule("FORWARD", StandardTarget.DROP, is(Field.MARK, 1), new TestMatch.EveryNth(2));
    assertTrue(walk().cacheable());
  }

  @Test
  void aMatchThatIsOnlyTooLargeToCompileIsCacheable() {
    chains.rule("FORWARD", StandardTarget.DROP, new TestMatch.Odd());
    assertTrue(walk().cacheable());
  }

  @Test
  void aTargetForEveryPacketIsNotCacheable() {
    chains.rule("FORWARD", new TestTarget.Log());
    assertFalse(walk().cacheable());
  }

  @Test
  void aTargetThatMarksIsCacheable() {
    chains.rule("FORWARD", new TestTarget.SetMark(1, -1));
    assertTrue(walk().cacheable());
  }

  @Test
  void whatChangesByItselfIsNotCacheable() {
    chains.rule("FORWARD", StandardTarget.DROP, is(Field.CT_EXPIRE, 7));
    assertFalse(walk().cacheable());
  }

  @Test
  void anIrregularPacketIsNotCacheable() {
    context.skb.irregular = true;
    assertFalse(walk().cacheable());
  }

  @Test
  void aWalkOfTooManyHitsIsNotCacheable() {
    // Each chain runs the next one twice: 2^11 hits in the last.
    chains.jump("FORWARD", "chain-0");
    for (int i = 0; i < 11; i++) {
      chains.jump("chain-" + i, "chain-" + (i + 1));
      chains.jump("chain-" + i, "chain-" + (i + 1));
    }
    chains.rule("chain-11", StandardTarget.NONE);
    FusedEvaluator rules = walk();
    assertFalse(rules.cacheable());
    assertEquals(1 << 11, rules.rulePackets(1 + 2 * 11));
    assertEquals(FusedEvaluator.MOST_HITS, rules.hitCount());
  }

  @Test
  void perPacketFieldsAreThoseThatRulesReadAndFlowsDoNotFix() {
    chains.rule("FORWARD", StandardTarget.DROP, is(Field.DESTINATION, 1), is(Field.TTL, 7));
    chains.rule("INPUT", StandardTarget.DROP, new TestMatch.EveryNth(2), is(Field.MARK, 1));
    assertEquals(Set.of(Field.TTL, Field.MARK), compile().perPacketFields());
  }

  @Test
  void classesPartWhatSomeRuleTellsApart() {
    chains.rule("FORWARD", StandardTarget.NONE, new TestMatch.Is(Field.LENGTH, RangeSet.of(100, 1500)));
    chains.rule("INPUT", StandardTarget.NONE, new TestMatch.Is(Field.LENGTH, RangeSet.of(64)));
    char[] classes = compile().classTable(Field.LENGTH);
    assertEquals(1 << 16, classes.length);
    assertEquals(classes[0], classes[63]);
    assertNotEquals(classes[63], classes[64]);
    assertEquals(classes[63], classes[99]);
    assertNotEquals(classes[99], classes[100]);
    assertNotEquals(classes[64], classes[100]);
    assertEquals(classes[100], classes[1500]);
    assertEquals(classes[0], classes[65_535]);
  }

  @Test
  void ttlClassesHoldBeforeAndAfterRouting() {
    chains.rule("FORWARD", StandardTarget.NONE, is(Field.TTL, 63));
    char[] classes = compile().classTable(Field.TTL);
    assertNotEquals(classes[63], classes[64], "64 becomes 63");
    assertNotEquals(classes[64], classes[65]);
    assertNotEquals(classes[62], classes[63]);
    assertEquals(classes[62], classes[65]);
  }

  @Test
  void classesOfAFieldThatNoRuleReadsAreAllAlike() {
    assertEquals(1, new String(compile().classTable(Field.TCP_FLAGS)).chars().distinct().count());
    FusedRules fused = compile();
    assertThrows(IllegalArgumentException.class, () -> fused.classTable(Field.SOURCE));
  }

  @Test
  void packetsOfEqualClassesHitAlike() {
    chains.rule("FORWARD", StandardTarget.NONE, is(Field.PROTOCOL, Ipv4.TCP), is(Field.TOS, 8));
    chains.rule(
        "FORWARD",
        StandardTarget.NONE,
        new TestMatch.Is(Field.TOS, RangeSet.of(16, 19).union(RangeSet.of(48, 51))));
    char[] classes = compile().classTable(Field.TOS);
    FusedEvaluator rules = new FusedEvaluator(compile(), 1);
    String[] hitsOfClass = new String[256];
    context.hook = Hook.FORWARD;
    context.skb.protocol = Ipv4.TCP;
    for (int tos = 0; tos < 256; tos++) {
      context.skb.tos = tos;
      rules.startRecording();
      rules.run(TableName.FILTER, context);
      String hits = Arrays.toString(Arrays.copyOf(rules.hits(), rules.hitCount()));
      if (hitsOfClass[classes[tos]] == null) {
        hitsOfClass[classes[tos]] = hits;
      }
      assertEquals(hitsOfClass[classes[tos]], hits);
    }
  }
}
