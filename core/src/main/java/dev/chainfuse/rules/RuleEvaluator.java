package dev.chainfuse.rules;

import dev.chainfuse.stateful.SetRegistry;

/**
 * Runs the chains of a host for one packet: what an engine brings to the packet path. Owns the
 * counters. One thread.
 */
public abstract class RuleEvaluator {
  /** {@link #decidedBy} of a packet that a match dropped because it could not read a header. */
  public static final int HOT_DROP = Integer.MIN_VALUE;

  /** Sets to look up, before the first {@link #run}; without it there are none. */
  public abstract void useSets(SetRegistry sets);

  /** Whether a table is loaded at a hook; if not, {@link #run} need not be called. */
  public abstract boolean loaded(TableName table, Hook hook);

  /**
   * Runs the table's chain of {@code context.hook} over {@code context.skb}, counts, and carries
   * effects out through the context. Sets {@code context.table} itself.
   *
   * @return a verdict: {@link Target#ACCEPT}, DROP, STOLEN or QUEUE
   */
  public abstract int run(TableName table, TargetContext context);

  /**
   * What decided the last {@link #run}: {@code >= 0} the number of a rule, {@code < 0} {@code -1 -
   * number} of a policy, or {@link #HOT_DROP}; see {@link RuleNumbers}.
   */
  public abstract int decidedBy();

  /** Packets counted by the rule of that number since the start. */
  public abstract long rulePackets(int rule);

  public abstract long ruleBytes(int rule);

  public abstract long policyPackets(int policy);

  public abstract long policyBytes(int policy);

  /** Sets every counter. */
  public abstract void setCounters(
      long[] rulePackets, long[] ruleBytes, long[] policyPackets, long[] policyBytes);

  /** What the rules' matches share: state by name, the time of day. */
  public abstract MatchContext matchContext();
}
