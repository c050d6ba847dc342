package dev.chainfuse.rules.text;

import dev.chainfuse.rules.Rule;
import java.util.List;

/**
 * A rule in a table that is being built.
 *
 * @param rechecks modules to ask again when it is known from where the rule is reached
 * @param column where the target was written; 1 without one
 */
record RuleEntry(Rule rule, List<LoadedModule> rechecks, int column) {
  static RuleEntry of(Rule rule) {
    return new RuleEntry(rule, List.of(), 1);
  }
}
