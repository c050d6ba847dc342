package dev.chainfuse.rules.target;

import dev.chainfuse.rules.Option;
import dev.chainfuse.rules.OptionValues;
import dev.chainfuse.rules.RuleSyntaxException;
import dev.chainfuse.rules.Target;
import dev.chainfuse.rules.TargetContext;
import dev.chainfuse.rules.TargetModule;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * {@code -j RATEEST}: feeds a rate estimator, which only {@code -m rateest} reads
 * (net/netfilter/xt_RATEEST.c). Estimators are not modelled.
 *
 * @param name at most 15 characters
 * @param interval the estimator samples every {@code 2^interval} quarters of a second, 0 to 5
 * @param ewmaLog logarithm of the averaging constant, 1 to 31
 */
public record RateestTarget(String name, int interval, int ewmaLog) implements ExtensionTarget {
  private static final int LONGEST_NAME = 15;
  private static final double QUARTER = 250_000;
  private static final double SECOND = 1_000_000;
  private static final double MILLISECOND = 1_000;
  private static final int MOST_INTERVAL = 5;

  /** As strtod and get_time_secs of extensions/libxt_RATEEST.c read it. */
  private static final Pattern TIME =
      Pattern.compile(
          "(\\d+\\.?\\d*|\\.\\d+)(s|sec|secs|ms|msec|msecs|us|usec|usecs|)",
          Pattern.CASE_INSENSITIVE);

  static final TargetModule MODULE =
      PlainModule.of(
          "RATEEST",
          RateestTarget::parse,
          Option.value("rateest-name"),
          Option.value("rateest-interval"),
          Option.value("rateest-ewmalog"));

  private static Target parse(OptionValues values) {
    String name = Values.required(values, "RATEEST", "rateest-name");
    long interval = microseconds(values, "rateest-interval");
    long average = microseconds(values, "rateest-ewmalog");
    int i = 0;
    while (i <= MOST_INTERVAL && interval > QUARTER * (1 << i)) {
      i++;
    }
    if (i > MOST_INTERVAL) {
      throw values.error("rateest-interval", "the interval is too long", "at most 8s");
    }
    int log = 1;
    while (log < 32) {
      double factor = 1.0 - 1.0 / (1L << log);
      if (interval / -Math.log(factor) > average) {
        break;
      }
      log++;
    }
    log--;
    if (log == 0 || log == 31) {
      throw values.error(
          "rateest-ewmalog",
          "the averaging constant is out of range",
          "at least twice the interval");
    }
    return new RateestTarget(name.substring(0, Math.min(name.length(), LONGEST_NAME)), i, log);
  }

  private static long microseconds(OptionValues values, String option) {
    Matcher matcher = TIME.matcher(Values.required(values, "RATEEST", option));
    if (!matcher.matches()) {
      throw new RuleSyntaxException(
          option, "'" + matcher.replaceFirst("$0") + "' is not a time", "such as 250ms or 0.5s");
    }
    String unit = matcher.group(2).toLowerCase(Locale.ROOT);
    double factor = unit.startsWith("s") ? SECOND : unit.startsWith("m") ? MILLISECOND : 1;
    return (long) (Double.parseDouble(matcher.group(1)) * factor);
  }

  @Override
  public String targetName() {
    return "RATEEST";
  }

  @Override
  public void save(StringBuilder out) {
    append(out, " --rateest-name ", " --rateest-interval ", " --rateest-ewmalog ");
  }

  @Override
  public void list(StringBuilder out) {
    append(out, " name ", " interval ", " ewmalog ");
  }

  private void append(StringBuilder out, String nameText, String intervalText, String logText) {
    double unit = QUARTER * (1 << interval);
    out.append(nameText).append(name);
    out.append(intervalText).append(time(unit));
    out.append(logText).append(time(unit * (1L << ewmaLog)));
  }

  private static String time(double microseconds) {
    if (microseconds >= SECOND) {
      return String.format(Locale.ROOT, "%.1fs", microseconds / SECOND);
    }
    return String.format(Locale.ROOT, "%.1fms", microseconds / MILLISECOND);
  }

  @Override
  public String note() {
    return "rate estimators are not modelled: the rule only counts";
  }

  @Override
  public int apply(TargetContext context) {
    return CONTINUE;
  }
}
