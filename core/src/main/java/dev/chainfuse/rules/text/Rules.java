package dev.chainfuse.rules.text;

import dev.chainfuse.rules.Counters;
import dev.chainfuse.rules.Rule;
import dev.chainfuse.rules.Target;

/** Copies of rules with one part changed. */
final class Rules {
  private Rules() {}

  static Rule withTarget(Rule rule, Target target) {
    return new Rule(rule.header(), rule.matches(), target, rule.counters(), rule.position());
  }

  static Rule withCounters(Rule rule, Counters counters) {
    return new Rule(rule.header(), rule.matches(), rule.target(), counters, rule.position());
  }
}
