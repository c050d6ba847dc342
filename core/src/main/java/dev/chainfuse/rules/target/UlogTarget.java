package dev.chainfuse.rules.target;

import dev.chainfuse.rules.Option;
import dev.chainfuse.rules.OptionValues;
import dev.chainfuse.rules.Target;
import dev.chainfuse.rules.TargetContext;
import dev.chainfuse.rules.TargetModule;
import dev.chainfuse.rules.match.QuotedText;

/**
 * {@code -j ULOG}: the forerunner of NFLOG, which Linux had until 3.17. Kept so that old rules can
 * be read; it does nothing else than report the packet.
 *
 * @param prefix at most 31 characters; empty for none
 * @param group 1 to 32
 * @param copyRange bytes of the packet that are copied; 0 for all
 * @param queueThreshold packets that are sent at once, 1 to 50
 */
public record UlogTarget(String prefix, int group, long copyRange, int queueThreshold)
    implements ExtensionTarget {
  private static final int LONGEST_PREFIX = 31;

  static final TargetModule MODULE =
      PlainModule.of(
          "ULOG",
          UlogTarget::parse,
          Option.value("ulog-nlgroup"),
          Option.value("ulog-prefix"),
          Option.value("ulog-cprange"),
          Option.value("ulog-qthreshold"));

  private static Target parse(OptionValues values) {
    return new UlogTarget(
        LogTarget.prefix(values, "ulog-prefix", LONGEST_PREFIX),
        values.has("ulog-nlgroup") ? (int) Values.number(values, "ulog-nlgroup", 1, 32) : 1,
        values.has("ulog-cprange") ? Values.number(values, "ulog-cprange", 0, Values.MAX_32) : 0,
        values.has("ulog-qthreshold") ? (int) Values.number(values, "ulog-qthreshold", 1, 50) : 1);
  }

  @Override
  public String targetName() {
    return "ULOG";
  }

  @Override
  public void save(StringBuilder out) {
    if (!prefix.isEmpty()) {
      out.append(" --ulog-prefix");
      QuotedText.append(out, prefix);
    }
    if (group != 1) {
      out.append(" --ulog-nlgroup ").append(group);
    }
    if (copyRange != 0) {
      out.append(" --ulog-cprange ").append(copyRange);
    }
    if (queueThreshold != 1) {
      out.append(" --ulog-qthreshold ").append(queueThreshold);
    }
  }

  @Override
  public void list(StringBuilder out) {
    out.append(" ULOG copy_range ").append(copyRange).append(" nlgroup ").append(group);
    if (!prefix.isEmpty()) {
      out.append(" prefix \"").append(prefix).append('"');
    }
    out.append(" queue_threshold ").append(queueThreshold);
  }

  @Override
  public String note() {
    return "Linux has no ULOG since 3.17: the rule loads on older kernels only";
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
