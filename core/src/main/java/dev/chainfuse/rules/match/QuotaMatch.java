package dev.chainfuse.rules.match;

import dev.chainfuse.rules.Condition;
import dev.chainfuse.rules.HostFacts;
import dev.chainfuse.rules.Match;
import dev.chainfuse.rules.MatchContext;
import dev.chainfuse.rules.MatchModule;
import dev.chainfuse.rules.Option;
import dev.chainfuse.rules.OptionValues;
import java.util.Objects;

/**
 * {@code -m quota}: so many bytes and no more (net/netfilter/xt_quota.c, quota_mt). The first
 * packet that no longer fits ends it: not even smaller ones are let through then.
 *
 * @param bytes unsigned
 */
public record QuotaMatch(long bytes, boolean inverted) implements Match {
  public static final MatchModule MODULE =
      Module.of("quota", QuotaMatch::parse, Option.invertibleValue("quota"));

  /** What is left, unsigned. */
  private static final class Left {
    private long bytes;

    private Left(long bytes) {
      this.bytes = bytes;
    }
  }

  private static QuotaMatch parse(OptionValues values) {
    String text = Module.required(values, "quota");
    return new QuotaMatch(
        Numbers.requireUnsigned(values, "quota", text, -1), values.inverted("quota"));
  }

  @Override
  public String name() {
    return "quota";
  }

  @Override
  public void save(StringBuilder out) {
    out.append(inverted ? " ! --quota " : " --quota ").append(Long.toUnsignedString(bytes));
  }

  /** Without a sign of the inversion: so prints iptables 1.8.9. */
  @Override
  public void list(StringBuilder out) {
    out.append(" quota: ").append(Long.toUnsignedString(bytes)).append(" bytes");
  }

  @Override
  public boolean matches(MatchContext context) {
    Left left = (Left) Objects.requireNonNull(context.state);
    int length = context.skb.totalLength;
    if (Long.compareUnsigned(left.bytes, length) >= 0) {
      left.bytes -= length;
      return !inverted;
    }
    left.bytes = 0;
    return inverted;
  }

  @Override
  public Condition condition(HostFacts host) {
    return new Condition.Ask(this);
  }

  @Override
  public Object newState() {
    return new Left(bytes);
  }
}
