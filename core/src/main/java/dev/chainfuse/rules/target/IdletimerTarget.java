package dev.chainfuse.rules.target;

import dev.chainfuse.rules.Option;
import dev.chainfuse.rules.OptionValues;
import dev.chainfuse.rules.Target;
import dev.chainfuse.rules.TargetContext;
import dev.chainfuse.rules.TargetModule;
import java.util.Set;

/**
 * {@code -j IDLETIMER}: tells user space when no packet has come for a while
 * (net/netfilter/xt_IDLETIMER.c). Nobody is told here.
 *
 * @param seconds 1 to 2,147,482
 * @param label at most 27 characters
 * @param alarm the timer runs while the machine sleeps
 */
public record IdletimerTarget(int seconds, String label, boolean alarm) implements ExtensionTarget {
  private static final int LONGEST_LABEL = 27;
  private static final int MOST_SECONDS = Integer.MAX_VALUE / 1000 - 1;

  /** Files of the directory where the kernel puts one for each label. */
  private static final Set<String> TAKEN = Set.of("power", "subsystem", "uevent");

  static final TargetModule MODULE =
      PlainModule.of(
          "IDLETIMER",
          IdletimerTarget::parse,
          Option.value("timeout"),
          Option.value("label"),
          Option.flag("alarm"));

  private static Target parse(OptionValues values) {
    Values.required(values, "IDLETIMER", "timeout");
    String text = Values.required(values, "IDLETIMER", "label");
    String label = text.substring(0, Math.min(text.length(), LONGEST_LABEL));
    int seconds = (int) Values.number(values, "timeout", 1, MOST_SECONDS);
    if (label.isEmpty() || label.indexOf('/') >= 0 || TAKEN.contains(label)) {
      throw values.error("label", "'" + label + "' cannot be a label", "choose another name");
    }
    return new IdletimerTarget(seconds, label, values.has("alarm"));
  }

  @Override
  public String targetName() {
    return "IDLETIMER";
  }

  @Override
  public void save(StringBuilder out) {
    out.append(" --timeout ").append(seconds).append(" --label ").append(label);
    out.append(alarm ? " --alarm" : "");
  }

  @Override
  public void list(StringBuilder out) {
    out.append(" timeout:").append(seconds).append(" label:").append(label);
    out.append(alarm ? " alarm" : "");
  }

  @Override
  public String note() {
    return "idle timers are not modelled: the rule only counts";
  }

  @Override
  public int apply(TargetContext context) {
    return CONTINUE;
  }
}
