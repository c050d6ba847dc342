package dev.chainfuse.rules.text;

import dev.chainfuse.rules.Chain;
import dev.chainfuse.rules.Counters;
import dev.chainfuse.rules.Rule;
import dev.chainfuse.rules.RuleEvaluator;

/** Where a writer takes counters from. */
public interface CounterSource {
  /** What the rules counted when they were loaded. */
  CounterSource LOADED =
      new CounterSource() {
        @Override
        public Counters rule(int number, Rule rule) {
          return rule.counters();
        }

        @Override
        public Counters policy(int number, Chain chain) {
          return chain.counters();
        }
      };

  /**
   * Counters of a rule.
   *
   * @param number of the rule, see {@link dev.chainfuse.rules.RuleNumbers}
   */
  Counters rule(int number, Rule rule);

  /**
   * Counters of a built-in chain's policy.
   *
   * @param number of the policy, see {@link dev.chainfuse.rules.RuleNumbers}
   */
  Counters policy(int number, Chain chain);

  /** What an engine has counted by now; to be used by the engine's thread. */
  static CounterSource of(RuleEvaluator evaluator) {
    return new CounterSource() {
      @Override
      public Counters rule(int number, Rule rule) {
        return new Counters(evaluator.rulePackets(number), evaluator.ruleBytes(number));
      }

      @Override
      public Counters policy(int number, Chain chain) {
        return new Counters(evaluator.policyPackets(number), evaluator.policyBytes(number));
      }
    };
  }
}
