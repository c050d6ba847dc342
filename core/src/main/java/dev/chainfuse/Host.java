package dev.chainfuse;

import dev.chainfuse.rules.RuleSet;

/**
 * A host as it was loaded: topology and rules. Immutable.
 *
 * @param name for messages
 */
public record Host(String name, RuleSet rules) {
  /** The same host with other rules. */
  public Host withRules(RuleSet next) {
    return new Host(name, next);
  }
}
