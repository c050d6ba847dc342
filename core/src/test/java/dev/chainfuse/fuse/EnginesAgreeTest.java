package dev.chainfuse.fuse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.chainfuse.Seeds;
import dev.chainfuse.packet.Skb;
import dev.chainfuse.reference.RuleInterpreter;
import dev.chainfuse.rules.Hook;
import dev.chainfuse.rules.RuleEvaluator;
import dev.chainfuse.rules.RuleNumbers;
import dev.chainfuse.rules.RuleSet;
import dev.chainfuse.rules.Table;
import dev.chainfuse.rules.TableName;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The interpreter and compiled rules say the same of every packet, and count the same. */
class EnginesAgreeTest {
  private static final int RULE_SETS = 200;
  private static final int PACKETS = 2000;

  private final TestHost host = new TestHost();

  @Test
  void fusedDecidesAsTheReference() {
    Seeds.each(RULE_SETS, seed -> compare(seed, FuseBudget.DEFAULT, PACKETS));
  }

  @Test
  void aScanDecidesAsTheReference() {
    Seeds.each(RULE_SETS / 10, seed -> compare(seed, FuseBudget.SCAN, PACKETS));
  }

  @Test
  void smallBudgetsOnlyChangeTheStructure() {
    FuseBudget few = new FuseBudget(true, 16, 1 << 16, 1 << 20);
    Seeds.each(RULE_SETS / 10, seed -> compare(seed, few, PACKETS));
  }

  private void compare(long seed, FuseBudget budget, int packets) {
    SplittableRandom random = new SplittableRandom(seed);
    RuleSet rules = RandomRules.draw(random, 4 + random.nextInt(40));
    RuleNumbers numbers = new RuleNumbers(rules);
    RandomPackets source = new RandomPackets(rules, host, random);
    RuleEvaluator reference = new RuleInterpreter(rules, host, seed);
    RuleEvaluator fused = new FusedEvaluator(ChainFuser.compile(rules, host, budget), seed);
    TestContext first = new TestContext();
    TestContext second = new TestContext();
    for (int i = 0; i < packets; i++) {
      Skb skb = first.skb;
      source.draw(skb);
      second.skb = skb;
      int mark = skb.mark;
      String packet = "packet " + i + ": " + RandomPackets.describe(skb);
      for (Hook hook : Hook.values()) {
        String expected = walk(reference, rules, hook, first);
        int expectedMark = skb.mark;
        skb.mark = mark;
        assertEquals(expected, walk(fused, rules, hook, second), () -> hook + ", " + packet);
        assertEquals(expectedMark, skb.mark, packet);
        mark = expectedMark;
      }
    }
    assertEquals(first.logged, second.logged);
    assertEquals(counters(reference, numbers), counters(fused, numbers));
  }

  private static String walk(RuleEvaluator rules, RuleSet set, Hook hook, TestContext context) {
    StringBuilder out = new StringBuilder();
    context.hook = hook;
    for (Table table : set.tables()) {
      TableName name = table.name();
      assertEquals(name.hooks().contains(hook), rules.loaded(name, hook));
      if (rules.loaded(name, hook)) {
        int verdict = rules.run(name, context);
        out.append(name.text()).append(' ').append(verdict).append(" by ");
        out.append(rules.decidedBy()).append(' ').append(context.skb.mark).append("; ");
      }
    }
    return out.toString();
  }

  private static List<String> counters(RuleEvaluator rules, RuleNumbers numbers) {
    List<String> out = new ArrayList<>();
    for (int i = 0; i < numbers.ruleCount(); i++) {
      out.add("rule " + i + ": " + rules.rulePackets(i) + ", " + rules.ruleBytes(i));
    }
    for (int i = 0; i < numbers.policyCount(); i++) {
      out.add("policy " + i + ": " + rules.policyPackets(i) + ", " + rules.policyBytes(i));
    }
    return out;
  }

  @Test
  void theRulesReachEveryStructure() {
    List<String> structures = new ArrayList<>();
    Seeds.each(
        20,
        seed -> {
          RuleSet rules = RandomRules.draw(new SplittableRandom(seed), 40);
          for (SegmentStatistics segment : ChainFuser.compile(rules, host).segments()) {
            structures.add(segment.structure());
          }
        });
    assertTrue(structures.contains("decision table"));
    assertTrue(structures.contains("compare in turn"));
  }
}
