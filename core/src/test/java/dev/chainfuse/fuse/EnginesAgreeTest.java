package dev.chainfuse.fuse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.chainfuse.Seeds;
import dev.chainfuse.packet.Skb;
import dev.chainfuse.reference.RuleInterpreter;
import dev.chainfuse.rules.Hook;
import dev.chainfuse.rules.Rule;
import dev.chainfuse.rules.RuleEvaluator;
import dev.chainfuse.rules.RuleNumbers;
import dev.chainfuse.rules.RuleSet;
import dev.chainfuse.rules.Table;
import dev.chainfuse.rules.TableName;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** The interpreter and compiled rules say the same of every packet, and count the same. */
class EnginesAgreeTest {
  private static final int RULE_SETS = 200;
  private static final int PACKETS = 2000;

  private final TestHost host = new TestHost();

  @Test
  void fusedDecidesAsTheReference() {
    Seeds.each(RULE_SETS, seed -> compare(seed, FuseBudget.DEFAULT, 40));
  }

  @Test
  void tablesOfFewRulesDecideAsTheReference() {
    FuseBudget tables = new FuseBudget(true, 0, 4096, 256L << 20, 2_000_000_000L);
    Seeds.each(RULE_SETS / 5, seed -> compare(seed, tables, 30));
  }

  @Test
  void aScanDecidesAsTheReference() {
    Seeds.each(RULE_SETS / 10, seed -> compare(seed, FuseBudget.SCAN, 40));
  }

  @Test
  void smallBudgetsOnlyChangeTheStructure() {
    FuseBudget few = new FuseBudget(true, 0, 16, 1 << 16, 1 << 20);
    Seeds.each(RULE_SETS / 10, seed -> compare(seed, few, 100));
  }

  @Test
  void fusedDecidesAsTheReferenceOnSavedRules() {
    Seeds.each(
        RULE_SETS / 2,
        seed -> {
          SplittableRandom random = new SplittableRandom(seed);
          RuleSet rules = SavedRules.draw(random, 4 + random.nextInt(40));
          RandomPackets source = new RandomPackets(rules, host, random);
          compare(rules, FuseBudget.DEFAULT, seed, source, source::drawWithBytes);
        });
  }

  private void compare(long seed, FuseBudget budget, int most) {
    SplittableRandom random = new SplittableRandom(seed);
    RuleSet rules = RandomRules.draw(random, 4 + random.nextInt(most));
    RandomPackets source = new RandomPackets(rules, host, random);
    compare(rules, budget, seed, source, source::draw);
  }

  private void compare(
      RuleSet rules, FuseBudget budget, long seed, RandomPackets source, Consumer<Skb> draw) {
    RuleEvaluator reference = new RuleInterpreter(rules, host, seed);
    RuleEvaluator fused = new FusedEvaluator(ChainFuser.compile(rules, host, budget), seed);
    TestContext first = new TestContext();
    TestContext second = new TestContext();
    Skb skb = first.skb;
    second.skb = skb;
    for (int i = 0; i < PACKETS; i++) {
      draw.accept(skb);
      skb.timeNanos = i * 1_000_000L;
      int number = i;
      for (Hook hook : Hook.values()) {
        first.hook = hook;
        second.hook = hook;
        for (Table table : rules.tables()) {
          TableName name = table.name();
          if (!name.hooks().contains(hook)) {
            continue;
          }
          int mark = skb.mark;
          int connectionMark = source.connection.mark;
          Outcome expected = run(reference, name, first, source);
          skb.mark = mark;
          source.connection.mark = connectionMark;
          assertEquals(
              expected,
              run(fused, name, second, source),
              () -> name + " " + hook + ", " + number + ": " + RandomPackets.describe(skb));
        }
      }
    }
    assertEquals(first.logged, second.logged);
    RuleNumbers numbers = new RuleNumbers(rules);
    List<String> expected = counters(reference, numbers);
    List<String> counted = counters(fused, numbers);
    for (int i = 0; i < expected.size(); i++) {
      assertEquals(expected.get(i), counted.get(i));
    }
  }

  /** All that a walk leaves behind. */
  private record Outcome(int verdict, int decidedBy, int mark, int connectionMark) {}

  private static Outcome run(
      RuleEvaluator rules, TableName table, TestContext context, RandomPackets source) {
    assertTrue(rules.loaded(table, context.hook));
    int verdict = rules.run(table, context);
    return new Outcome(verdict, rules.decidedBy(), context.skb.mark, source.connection.mark);
  }

  private static List<String> counters(RuleEvaluator rules, RuleNumbers numbers) {
    List<String> out = new ArrayList<>();
    for (int i = 0; i < numbers.ruleCount(); i++) {
      Rule rule = numbers.rule(i).rule();
      out.add(rule + ": " + rules.rulePackets(i) + ", " + rules.ruleBytes(i));
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
