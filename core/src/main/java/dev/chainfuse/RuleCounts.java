package dev.chainfuse;

import dev.chainfuse.rules.Chain;
import dev.chainfuse.rules.HeaderMatch;
import dev.chainfuse.rules.Match;
import dev.chainfuse.rules.Rule;
import dev.chainfuse.rules.RuleEvaluator;
import dev.chainfuse.rules.RuleNumbers;
import dev.chainfuse.rules.TableName;
import dev.chainfuse.rules.Target;
import dev.chainfuse.rules.text.CounterSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Packets and IP bytes that each rule and policy has counted, by the numbers of {@link
 * RuleNumbers}: a snapshot, not changed by what a session does later. Thread-safe.
 */
public final class RuleCounts implements CounterSource {
  private final RuleNumbers numbers;
  private final long[] rulePackets;
  private final long[] ruleBytes;
  private final long[] policyPackets;
  private final long[] policyBytes;

  private RuleCounts(RuleNumbers numbers) {
    this.numbers = numbers;
    rulePackets = new long[numbers.ruleCount()];
    ruleBytes = new long[numbers.ruleCount()];
    policyPackets = new long[numbers.policyCount()];
    policyBytes = new long[numbers.policyCount()];
  }

  /** All zero. */
  static RuleCounts zero(RuleNumbers numbers) {
    return new RuleCounts(numbers);
  }

  /** What the rules' text says. */
  static RuleCounts fromRules(RuleNumbers numbers) {
    RuleCounts counts = new RuleCounts(numbers);
    for (int i = 0; i < numbers.ruleCount(); i++) {
      counts.rulePackets[i] = numbers.rule(i).rule().counters().packets();
      counts.ruleBytes[i] = numbers.rule(i).rule().counters().bytes();
    }
    for (int i = 0; i < numbers.policyCount(); i++) {
      counts.policyPackets[i] = numbers.policy(i).chain().counters().packets();
      counts.policyBytes[i] = numbers.policy(i).chain().counters().bytes();
    }
    return counts;
  }

  /** What an evaluator has counted. */
  static RuleCounts of(RuleNumbers numbers, RuleEvaluator evaluator) {
    RuleCounts counts = new RuleCounts(numbers);
    for (int i = 0; i < numbers.ruleCount(); i++) {
      counts.rulePackets[i] = evaluator.rulePackets(i);
      counts.ruleBytes[i] = evaluator.ruleBytes(i);
    }
    for (int i = 0; i < numbers.policyCount(); i++) {
      counts.policyPackets[i] = evaluator.policyPackets(i);
      counts.policyBytes[i] = evaluator.policyBytes(i);
    }
    return counts;
  }

  private record RuleKey(
      TableName table, String chain, HeaderMatch header, List<Match> matches, Target target) {
    static RuleKey of(RuleNumbers.Place place) {
      Rule rule = place.rule();
      return new RuleKey(
          place.table(), place.chain().name(), rule.header(), rule.matches(), rule.target());
    }
  }

  /**
   * These counts for other rules: a rule that stands in the same chain with the same text keeps its
   * count, the first of equal ones first; so does a policy; all else is zero.
   */
  RuleCounts carriedTo(RuleNumbers next) {
    Map<RuleKey, Deque<Integer>> old = new HashMap<>();
    for (int i = 0; i < numbers.ruleCount(); i++) {
      old.computeIfAbsent(RuleKey.of(numbers.rule(i)), key -> new ArrayDeque<>()).add(i);
    }
    RuleCounts carried = new RuleCounts(next);
    for (int i = 0; i < next.ruleCount(); i++) {
      Deque<Integer> equal = old.get(RuleKey.of(next.rule(i)));
      Integer from = equal == null ? null : equal.poll();
      if (from != null) {
        carried.rulePackets[i] = rulePackets[from];
        carried.ruleBytes[i] = ruleBytes[from];
      }
    }
    for (int i = 0; i < next.policyCount(); i++) {
      RuleNumbers.Policy wanted = next.policy(i);
      for (int j = 0; j < numbers.policyCount(); j++) {
        RuleNumbers.Policy had = numbers.policy(j);
        if (had.table() == wanted.table() && had.chain().name().equals(wanted.chain().name())) {
          carried.policyPackets[i] = policyPackets[j];
          carried.policyBytes[i] = policyBytes[j];
        }
      }
    }
    return carried;
  }

  void applyTo(RuleEvaluator evaluator) {
    evaluator.setCounters(rulePackets, ruleBytes, policyPackets, policyBytes);
  }

  @Override
  public dev.chainfuse.rules.Counters rule(int number, Rule rule) {
    return new dev.chainfuse.rules.Counters(rulePackets[number], ruleBytes[number]);
  }

  @Override
  public dev.chainfuse.rules.Counters policy(int number, Chain chain) {
    return new dev.chainfuse.rules.Counters(policyPackets[number], policyBytes[number]);
  }

  /** The numbers that count here. */
  public RuleNumbers numbers() {
    return numbers;
  }

  /** Packets that the rule of that number counted. */
  public long rulePackets(int rule) {
    return rulePackets[rule];
  }

  /** IP bytes that the rule of that number counted. */
  public long ruleBytes(int rule) {
    return ruleBytes[rule];
  }

  /** Packets that the policy of that number decided. */
  public long policyPackets(int policy) {
    return policyPackets[policy];
  }

  /** IP bytes that the policy of that number decided. */
  public long policyBytes(int policy) {
    return policyBytes[policy];
  }
}
