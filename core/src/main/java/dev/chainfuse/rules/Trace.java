package dev.chainfuse.rules;

/**
 * What is reported of the way of a packet that a TRACE rule has met (trace_packet and
 * get_chainname_rulenum, net/ipv4/netfilter/ip_tables.c): each rule that matches, and the end of
 * each chain, which in the kernel is a rule, too.
 */
public final class Trace {
  private static final String RULE = "rule";
  private static final String RETURN = "return";
  private static final String POLICY = "policy";

  private Trace() {}

  /** A rule has matched, and its target is about to act. */
  public static void rule(TargetContext context, Chain chain, int index, Rule rule) {
    context.trace(chain.name(), isTail(rule) ? tail(chain) : RULE, index);
  }

  /** The end of a chain is reached. */
  public static void end(TargetContext context, Chain chain) {
    context.trace(chain.name(), tail(chain), chain.rules().size() + 1);
  }

  private static String tail(Chain chain) {
    return chain.builtIn() ? POLICY : RETURN;
  }

  /** The kernel takes every unconditional verdict for the end of the chain. */
  private static boolean isTail(Rule rule) {
    return rule.target() instanceof StandardTarget
        && rule.target().kind() != Target.Kind.NONE
        && rule.matches().isEmpty()
        && rule.header().equals(HeaderMatch.ANY);
  }
}
