package dev.chainfuse.rules.target;

import dev.chainfuse.rules.Option;
import dev.chainfuse.rules.OptionValues;
import dev.chainfuse.rules.Target;
import dev.chainfuse.rules.TargetContext;
import dev.chainfuse.rules.TargetModule;
import dev.chainfuse.rules.match.QuotedText;

/**
 * {@code -j NFLOG}: hands a copy of the packet to a group of listeners and goes on
 * (net/netfilter/xt_NFLOG.c).
 *
 * @param prefix at most 63 characters; empty for none
 * @param range {@code --nflog-range}, which the kernel ignores
 * @param size how many bytes of the packet are copied; negative for all, which is not the same as 0
 */
public record NflogTarget(String prefix, int group, long range, long size, int threshold)
    implements ExtensionTarget {
  private static final int LONGEST_PREFIX = 63;

  static final TargetModule MODULE =
      PlainModule.of(
          "NFLOG",
          NflogTarget::parse,
          Option.value("nflog-group"),
          Option.value("nflog-prefix"),
          Option.value("nflog-range"),
          Option.value("nflog-size"),
          Option.value("nflog-threshold"));

  private static Target parse(OptionValues values) {
    Values.atMostOne(values, "nflog-range", "nflog-size");
    return new NflogTarget(
        LogTarget.prefix(values, "nflog-prefix", LONGEST_PREFIX),
        (int) number(values, "nflog-group", 0xffff, 0),
        number(values, "nflog-range", Values.MAX_32, 0),
        number(values, "nflog-size", Values.MAX_32, -1),
        (int) number(values, "nflog-threshold", 0xffff, 0));
  }

  private static long number(OptionValues values, String option, long max, long missing) {
    return values.has(option) ? Values.number(values, option, 0, max) : missing;
  }

  @Override
  public String targetName() {
    return "NFLOG";
  }

  @Override
  public void save(StringBuilder out) {
    append(out, " --");
  }

  @Override
  public void list(StringBuilder out) {
    append(out, " ");
  }

  private void append(StringBuilder out, String dashes) {
    if (!prefix.isEmpty()) {
      out.append(dashes).append("nflog-prefix");
      QuotedText.append(out, prefix);
    }
    if (group != 0) {
      out.append(dashes).append("nflog-group ").append(group);
    }
    if (size >= 0) {
      out.append(dashes).append("nflog-size ").append(size);
    } else if (range != 0) {
      out.append(dashes).append("nflog-range ").append(range);
    }
    if (threshold != 0) {
      out.append(dashes).append("nflog-threshold ").append(threshold);
    }
  }

  @Override
  public int apply(TargetContext context) {
    context.nflog(prefix, group);
    return CONTINUE;
  }

  @Override
  public boolean everyPacket() {
    return true;
  }
}
