package dev.chainfuse.rules.match;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.chainfuse.Seeds;
import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.packet.Skb;
import dev.chainfuse.rules.Condition;
import dev.chainfuse.rules.ConditionEvaluator;
import dev.chainfuse.rules.HostFacts;
import dev.chainfuse.rules.Match;
import dev.chainfuse.rules.MatchContext;
import dev.chainfuse.stateful.ElementNote;
import dev.chainfuse.stateful.IpSet;
import dev.chainfuse.stateful.SavedSets;
import dev.chainfuse.stateful.SetHeader;
import dev.chainfuse.stateful.SetKey;
import dev.chainfuse.stateful.SetType;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The two meanings of a match, {@code matches} and {@code condition}, agree. */
class MatchMeaningTest {
  private static final HostFacts HOST = new TestHost();
  private static final int PACKETS = 200;
  private static final int FLOWS = 32;
  private static final int SAMPLE = 800;

  /** Matches that need more of a story than random packets have; they have tests of their own. */
  private static final Set<String> BY_HISTORY =
      Set.of("connbytes", "connlimit", "hashlimit", "quota", "recent", "time", "u32", "bpf");

  /** The sets that the tables' rules name; with elements that random packets meet. */
  private static final SavedSets SETS = SavedSets.of(List.of(foo(), bar(), list()));

  private static IpSet foo() {
    IpSet set = new IpSet("foo", SetHeader.of(SetType.HASH_IP).withMost(1 << 20));
    for (int address : TestPackets.ADDRESSES) {
      set.enter(SetKey.first(address, 32, 0, 0), 0, IpSet.NO_TIMEOUT, 0, 0, ElementNote.NONE, true);
    }
    set.takeOut(SetKey.first(TestPackets.ADDRESSES[0], 32, 0, 0), 0);
    return set;
  }

  private static IpSet bar() {
    IpSet set = new IpSet("bar", SetHeader.of(SetType.HASH_NET_PORT).withCounters());
    for (int protocol : new int[] {Ipv4.TCP, Ipv4.UDP, Ipv4.ICMP}) {
      for (int port = 0; port < 1024; port++) {
        long half = SetKey.first(0, 1, protocol, port);
        set.enter(half, 0, IpSet.NO_TIMEOUT, port, 0, ElementNote.NONE, false);
      }
    }
    return set;
  }

  private static IpSet list() {
    IpSet list = new IpSet("baz", SetHeader.of(SetType.LIST_SET));
    list.enterMember(foo(), IpSet.NO_TIMEOUT, 0, 0, ElementNote.NONE);
    return list;
  }

  /** Matches whose answer is the same for all packets of the test's host. */
  private static final Set<String> CONSTANT =
      Set.of("cgroup", "comment", "cpu", "helper", "nfacct", "owner", "policy", "realm", "socket");

  @Test
  void conditionHoldsWhereTheMatchDoes() {
    List<RuleText> rules = RuleTable.allTaken();
    Seeds.each(
        4,
        seed -> {
          SplittableRandom random = new SplittableRandom(seed);
          TestConnections connections = TestPackets.connections(FLOWS, random);
          for (RuleText rule : rules) {
            compare(rule, connections, random, seed);
          }
        });
  }

  private static void compare(
      RuleText rule, TestConnections connections, SplittableRandom random, long seed) {
    Match match = rule.match();
    Condition condition = match.condition(HOST);
    // Each side has its own state and draws, which have to go the same way.
    MatchContext asked = context(match, seed);
    MatchContext evaluated = context(match, seed);
    long nanos = 0;
    for (int i = 0; i < PACKETS; i++) {
      Skb skb = TestPackets.random(rule.protocol(), random);
      TestPackets.track(skb, connections, random);
      nanos += random.nextLong(2_000_000_000L);
      skb.timeNanos = nanos;
      if (skb.irregular) {
        continue;
      }
      asked.skb = skb;
      asked.hotDrop = false;
      evaluated.skb = skb;
      evaluated.hotDrop = false;
      boolean expected = match.matches(asked);
      assertEquals(
          expected, ConditionEvaluator.holds(condition, evaluated), () -> rule.saved() + condition);
      assertEquals(asked.hotDrop, evaluated.hotDrop, rule::saved);
    }
  }

  private static MatchContext context(Match match, long seed) {
    MatchContext context = new MatchContext(new Skb(), HOST, new SplittableRandom(seed));
    if (match instanceof SetMatch) {
      context.sets = SETS.open(0);
    }
    context.state = match.newState(context);
    return context;
  }

  /** Or the property would hold for empty reasons. */
  @Test
  void randomPacketsMeetBothAnswersOfMostRules() {
    SplittableRandom random = new SplittableRandom(1);
    TestConnections connections = TestPackets.connections(FLOWS, random);
    List<String> onesided = new ArrayList<>();
    List<RuleText> rules = new ArrayList<>(RuleTable.allTaken());
    rules.removeIf(rule -> CONSTANT.contains(rule.match().name()));
    rules.removeIf(rule -> BY_HISTORY.contains(rule.match().name()));
    for (RuleText rule : rules) {
      MatchContext context = context(rule.match(), 1);
      int matched = 0;
      for (int i = 0; i < SAMPLE; i++) {
        context.skb = TestPackets.random(rule.protocol(), random);
        TestPackets.track(context.skb, connections, random);
        context.skb.timeNanos = i * 100_000_000L;
        matched += rule.match().matches(context) ? 1 : 0;
      }
      if (matched == 0 || matched == SAMPLE) {
        onesided.add(rule.saved());
      }
    }
    assertTrue(
        onesided.size() < rules.size() / 4,
        () -> onesided.size() + " of " + rules.size() + ": " + String.join("\n", onesided));
  }

  @Test
  void conditionsStaySmall() {
    for (RuleText rule : RuleTable.allTaken()) {
      assertTrue(ranges(rule.match().condition(HOST)) <= 2_048, rule::saved);
    }
  }

  private static int ranges(Condition condition) {
    if (condition instanceof Condition.In in) {
      return in.values().size();
    }
    List<Condition> parts =
        condition instanceof Condition.All all
            ? all.parts()
            : condition instanceof Condition.Any any ? any.parts() : List.of();
    return parts.stream().mapToInt(MatchMeaningTest::ranges).sum();
  }

  @Test
  void withoutHostOnlyLoopbackIsLocal() {
    MatchContext context =
        new MatchContext(
            TestPackets.packet(Ipv4.UDP, 0, new byte[8]),
            HostFacts.none(),
            new SplittableRandom(1));
    Match local = RuleText.read("-m addrtype --dst-type LOCAL --limit-iface-in").match();
    context.skb.destination = 0x7f000001;
    assertTrue(local.matches(context));
    assertTrue(ConditionEvaluator.holds(local.condition(HostFacts.none()), context));
    context.skb.destination = 0x0a000001;
    assertFalse(local.matches(context));
    assertFalse(ConditionEvaluator.holds(local.condition(HostFacts.none()), context));
  }
}
