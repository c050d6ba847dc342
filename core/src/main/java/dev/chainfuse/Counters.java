package dev.chainfuse;

/** What happens to the counters of rules and policies when a session changes its engine. */
public enum Counters {
  /** All start at zero. */
  ZERO,
  /** All start at what the new rules' text says ({@code iptables-restore -c}). */
  FROM_RULES,
  /**
   * A rule that stands in the same chain with the same text keeps its counter; others start at
   * zero.
   */
  CARRY_UNCHANGED
}
