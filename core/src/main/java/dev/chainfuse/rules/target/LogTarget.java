package dev.chainfuse.rules.target;

import dev.chainfuse.rules.NumberText;
import dev.chainfuse.rules.Option;
import dev.chainfuse.rules.OptionValues;
import dev.chainfuse.rules.Target;
import dev.chainfuse.rules.TargetContext;
import dev.chainfuse.rules.TargetModule;
import dev.chainfuse.rules.match.QuotedText;
import java.util.List;
import java.util.Map;

/**
 * {@code -j LOG}: reports the packet and goes on (net/netfilter/xt_LOG.c).
 *
 * @param prefix at most 29 characters; empty for none
 * @param level syslog level, 0 (emergency) to 7 (debug)
 * @param flags {@code LOG_} bits below
 */
public record LogTarget(String prefix, int level, int flags) implements Target {
  // include/uapi/linux/netfilter/nf_log.h
  public static final int LOG_TCP_SEQUENCE = 1;
  public static final int LOG_TCP_OPTIONS = 1 << 1;
  public static final int LOG_IP_OPTIONS = 1 << 2;
  public static final int LOG_UID = 1 << 3;
  public static final int LOG_MAC_DECODE = 1 << 5;

  private static final int DEFAULT_LEVEL = 4;
  private static final int LONGEST_PREFIX = 29;

  @Override
  public Kind kind() {
    return Kind.EXTENSION;
  }

  @Override
  public String targetName() {
    return "LOG";
  }

  @Override
  public void save(StringBuilder out) {
    if (!prefix.isEmpty()) {
      out.append(" --log-prefix");
      QuotedText.append(out, prefix);
    }
    if (level != DEFAULT_LEVEL) {
      out.append(" --log-level ").append(level);
    }
    for (Flag flag : Flag.values()) {
      if ((flags & flag.bit) != 0) {
        out.append(" --").append(flag.option);
      }
    }
  }

  @Override
  public void list(StringBuilder out) {
    out.append(" LOG flags ").append(flags).append(" level ").append(level);
    if (!prefix.isEmpty()) {
      out.append(" prefix \"").append(prefix).append('"');
    }
  }

  @Override
  public int apply(TargetContext context) {
    context.log(prefix, level, flags);
    return CONTINUE;
  }

  @Override
  public boolean everyPacket() {
    return true;
  }

  private enum Flag {
    TCP_SEQUENCE("log-tcp-sequence", LOG_TCP_SEQUENCE),
    TCP_OPTIONS("log-tcp-options", LOG_TCP_OPTIONS),
    IP_OPTIONS("log-ip-options", LOG_IP_OPTIONS),
    UID("log-uid", LOG_UID),
    MAC_DECODE("log-macdecode", LOG_MAC_DECODE);

    private final String option;
    private final int bit;

    Flag(String option, int bit) {
      this.option = option;
      this.bit = bit;
    }
  }

  /** The text that an option puts in front of each line, cut to {@code longest} characters. */
  static String prefix(OptionValues values, String option, int longest) {
    String prefix = values.value(option);
    if (prefix == null) {
      return "";
    }
    if (prefix.isEmpty()) {
      throw values.error(option, "the log prefix is empty", "leave --" + option + " out");
    }
    if (prefix.indexOf('\n') >= 0) {
      throw values.error(option, "the log prefix has a line break", "");
    }
    return prefix.substring(0, Math.min(prefix.length(), longest));
  }

  /** How {@code -j LOG} is written. */
  public static final class Module implements TargetModule {
    private static final Map<String, Integer> LEVELS =
        Map.of(
            "emerg", 0, "panic", 0, "alert", 1, "crit", 2, "error", 3, "warning", 4, "notice", 5,
            "info", 6, "debug", 7);

    private static final List<Option> OPTIONS =
        List.of(
            Option.value("log-prefix"),
            Option.value("log-level"),
            Option.flag("log-tcp-sequence"),
            Option.flag("log-tcp-options"),
            Option.flag("log-ip-options"),
            Option.flag("log-uid"),
            Option.flag("log-macdecode"));

    @Override
    public String name() {
      return "LOG";
    }

    @Override
    public List<Option> options() {
      return OPTIONS;
    }

    @Override
    public Target parse(OptionValues values) {
      int flags = 0;
      for (Flag flag : Flag.values()) {
        flags |= values.has(flag.option) ? flag.bit : 0;
      }
      return new LogTarget(prefix(values, "log-prefix", LONGEST_PREFIX), level(values), flags);
    }

    private static int level(OptionValues values) {
      String level = values.value("log-level");
      if (level == null) {
        return DEFAULT_LEVEL;
      }
      Integer named = LEVELS.get(level);
      String digits = level.startsWith("+") ? level.substring(1) : level;
      int number = named != null ? named : (int) NumberText.parse(digits, 7);
      if (number < 0) {
        throw values.error(
            "log-level",
            "unknown log level '" + level + "'",
            "a number from 0 to 7, or emerg, alert, crit, error, warning, notice, info, debug");
      }
      return number;
    }
  }
}
