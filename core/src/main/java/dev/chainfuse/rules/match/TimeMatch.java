package dev.chainfuse.rules.match;

import dev.chainfuse.rules.Condition;
import dev.chainfuse.rules.HostFacts;
import dev.chainfuse.rules.Match;
import dev.chainfuse.rules.MatchContext;
import dev.chainfuse.rules.MatchModule;
import dev.chainfuse.rules.Option;
import dev.chainfuse.rules.OptionValues;
import java.util.Locale;

/**
 * {@code -m time}: when the packet comes (net/netfilter/xt_time.c, time_mt). The session says what
 * its virtual time 0 is on the clock; the kernel's own time zone ({@code --kerneltz}) is taken to
 * be UTC, too.
 *
 * @param from seconds of the day, 0 to 86,399
 * @param to likewise; before {@code from} if the span goes over midnight
 * @param monthDays bits 1 to 31
 * @param weekDays bits 1 (Monday) to 7
 * @param since first second since 1970, unsigned
 * @param until last second since 1970, unsigned
 * @param contiguous the hours behind midnight belong to the day before
 */
public record TimeMatch(
    int from,
    int to,
    int monthDays,
    int weekDays,
    int since,
    int until,
    boolean kernelZone,
    boolean contiguous)
    implements Match {
  static final int DAY = 86_400;
  static final int LAST_SECOND = DAY - 1;
  static final int ALL_MONTH_DAYS = -2;
  static final int ALL_WEEK_DAYS = 0xfe;
  private static final long NANOS = 1_000_000_000L;
  private static final String[] WEEK_DAYS = {"", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};

  /** 1 January 1970 was a Thursday. */
  private static final int FIRST_WEEK_DAY = 4;

  public static final MatchModule MODULE =
      Module.of(
          "time",
          TimeMatch::parse,
          Option.value("timestart"),
          Option.value("timestop"),
          Option.value("datestart"),
          Option.value("datestop"),
          Option.invertibleValue("monthdays"),
          Option.invertibleValue("weekdays"),
          Option.flag("utc"),
          Option.flag("kerneltz", "localtz"),
          Option.flag("contiguous"));

  private static TimeMatch parse(OptionValues values) {
    Module.atMostOne(values, "utc", "kerneltz");
    int from = TimeTexts.ofDay(values, "timestart", 0);
    int to = TimeTexts.ofDay(values, "timestop", LAST_SECOND);
    if (values.has("contiguous") && from < to) {
      throw values.error(
          "contiguous",
          "'--contiguous' is for times that go over midnight",
          "let --timestart lie behind --timestop");
    }
    int until = TimeTexts.date(values, "datestop", Integer.MAX_VALUE);
    if (until == 0) {
      throw values.error("datestop", "'--datestop 1970-01-01' is before all packets", "");
    }
    return new TimeMatch(
        from,
        to,
        TimeTexts.monthDays(values),
        TimeTexts.weekDays(values, WEEK_DAYS),
        TimeTexts.date(values, "datestart", 0),
        until,
        values.has("kerneltz"),
        values.has("contiguous"));
  }

  @Override
  public String name() {
    return "time";
  }

  private boolean anyTime() {
    return from == 0 && to == LAST_SECOND;
  }

  @Override
  public void save(StringBuilder out) {
    if (!anyTime()) {
      out.append(" --timestart ");
      appendTime(out, from);
      out.append(" --timestop ");
      appendTime(out, to);
    }
    if (monthDays != ALL_MONTH_DAYS) {
      out.append(" --monthdays ");
      appendMonthDays(out, false);
    }
    if (weekDays != ALL_WEEK_DAYS) {
      out.append(" --weekdays ");
      appendWeekDays(out);
    }
    if (since != 0) {
      out.append(" --datestart ");
      TimeTexts.appendDate(out, since, 'T');
    }
    // The default, too: so prints iptables 1.8.9.
    out.append(" --datestop ");
    TimeTexts.appendDate(out, until, 'T');
    out.append(kernelZone ? " --kerneltz" : "").append(contiguous ? " --contiguous" : "");
  }

  @Override
  public void list(StringBuilder out) {
    out.append(" TIME");
    if (!anyTime()) {
      out.append(" from ");
      appendTime(out, from);
      out.append(" to ");
      appendTime(out, to);
    }
    if (weekDays != ALL_WEEK_DAYS) {
      out.append(" on ");
      appendWeekDays(out);
    }
    if (monthDays != ALL_MONTH_DAYS) {
      out.append(" on ");
      appendMonthDays(out, true);
    }
    if (since != 0) {
      out.append(" starting from ");
      TimeTexts.appendDate(out, since, ' ');
    }
    if (until != Integer.MAX_VALUE) {
      out.append(" until date ");
      TimeTexts.appendDate(out, until, ' ');
    }
    out.append(kernelZone ? "" : " UTC").append(contiguous ? " contiguous" : "");
  }

  private static void appendTime(StringBuilder out, int seconds) {
    out.append(
        String.format(
            Locale.ROOT, "%02d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60));
  }

  private void appendWeekDays(StringBuilder out) {
    String separator = "";
    for (int day = 1; day <= 7; day++) {
      if ((weekDays >> day & 1) != 0) {
        out.append(separator).append(WEEK_DAYS[day]);
        separator = ",";
      }
    }
  }

  private void appendMonthDays(StringBuilder out, boolean ordinal) {
    String separator = "";
    for (int day = 1; day <= 31; day++) {
      if ((monthDays >> day & 1) != 0) {
        out.append(separator).append(day).append(ordinal ? TimeTexts.ordinal(day) : "");
        separator = ",";
      }
    }
  }

  @Override
  public boolean matches(MatchContext context) {
    long now = Math.floorDiv(context.epochNanos + context.skb.timeNanos, NANOS);
    if (now < (since & 0xffff_ffffL) || now > (until & 0xffff_ffffL)) {
      return false;
    }
    int second = (int) Math.floorMod(now, (long) DAY);
    long day = Math.floorDiv(now, (long) DAY);
    if (from < to) {
      if (second < from || second > to) {
        return false;
      }
    } else if (second < from && second > to) {
      return false;
    } else if (contiguous && second <= to) {
      day--;
    }
    int weekDay = (int) Math.floorMod(day + FIRST_WEEK_DAY - 1, 7L) + 1;
    return (weekDays >> weekDay & 1) != 0
        && (monthDays == ALL_MONTH_DAYS || (monthDays >> TimeTexts.dayOfMonth(day) & 1) != 0);
  }

  @Override
  public Condition condition(HostFacts host) {
    return new Condition.Ask(this);
  }
}
