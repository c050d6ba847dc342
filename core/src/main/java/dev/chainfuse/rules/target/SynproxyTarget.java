package dev.chainfuse.rules.target;

import dev.chainfuse.rules.Hook;
import dev.chainfuse.rules.NumberText;
import dev.chainfuse.rules.Option;
import dev.chainfuse.rules.OptionValues;
import dev.chainfuse.rules.RuleSyntaxException;
import dev.chainfuse.rules.Target;
import dev.chainfuse.rules.TargetContext;
import dev.chainfuse.rules.TargetModule;

/**
 * {@code -j SYNPROXY}: answers SYNs in place of the server (net/ipv4/netfilter/ipt_SYNPROXY.c).
 * Read and written, but not modelled: a packet that meets it ends so.
 *
 * @param options {@code OPTION_} bits below
 */
public record SynproxyTarget(int options, int windowScale, int segmentSize)
    implements ExtensionTarget {
  // include/uapi/linux/netfilter/nf_synproxy.h
  static final int OPTION_SEGMENT_SIZE = 1;
  static final int OPTION_WINDOW_SCALE = 2;
  static final int OPTION_SELECTIVE_ACK = 4;
  static final int OPTION_TIMESTAMP = 8;
  static final int OPTION_ECN = 16;

  static final TargetModule MODULE =
      PlainModule.of(
              "SYNPROXY",
              SynproxyTarget::parse,
              Option.flag("sack-perm"),
              Option.flag("timestamp"),
              Option.value("wscale"),
              Option.value("mss"),
              Option.flag("ecn"))
          .atHooks(Hook.INPUT, Hook.FORWARD);

  private static Target parse(OptionValues values) {
    if (!values.header().isTcp()) {
      throw new RuleSyntaxException("", "SYNPROXY works on TCP only", "add -p tcp to the rule");
    }
    int options = values.has("mss") ? OPTION_SEGMENT_SIZE : 0;
    options |= values.has("wscale") ? OPTION_WINDOW_SCALE : 0;
    options |= values.has("sack-perm") ? OPTION_SELECTIVE_ACK : 0;
    options |= values.has("timestamp") ? OPTION_TIMESTAMP : 0;
    options |= values.has("ecn") ? OPTION_ECN : 0;
    return new SynproxyTarget(options, low(values, "wscale", 0xff), low(values, "mss", 0xffff));
  }

  /** iptables takes greater numbers, and keeps their lower bits. */
  private static int low(OptionValues values, String option, int mask) {
    String text = values.value(option);
    if (text == null) {
      return 0;
    }
    long number = NumberText.parse(text, Values.MAX_32);
    if (number < 0) {
      throw values.error(option, "'" + text + "' is not a number", "");
    }
    return (int) number & mask;
  }

  private boolean has(int option) {
    return (options & option) != 0;
  }

  @Override
  public String targetName() {
    return "SYNPROXY";
  }

  @Override
  public void save(StringBuilder out) {
    append(out, " --", "");
  }

  @Override
  public void list(StringBuilder out) {
    out.append(" SYNPROXY ");
    append(out, "", " ");
  }

  private void append(StringBuilder out, String before, String after) {
    if (has(OPTION_SELECTIVE_ACK)) {
      out.append(before).append("sack-perm").append(after);
    }
    if (has(OPTION_TIMESTAMP)) {
      out.append(before).append("timestamp").append(after);
    }
    if (has(OPTION_WINDOW_SCALE)) {
      out.append(before).append("wscale ").append(windowScale).append(after);
    }
    if (has(OPTION_SEGMENT_SIZE)) {
      out.append(before).append("mss ").append(segmentSize).append(after);
    }
    if (has(OPTION_ECN)) {
      out.append(before).append("ecn").append(after);
    }
  }

  @Override
  public String note() {
    return "SYNPROXY is not modelled: packets that meet the rule end as not modelled";
  }

  @Override
  public int apply(TargetContext context) {
    return context.notModelled();
  }

  @Override
  public boolean terminal() {
    return true;
  }

  @Override
  public boolean everyPacket() {
    return true;
  }
}
