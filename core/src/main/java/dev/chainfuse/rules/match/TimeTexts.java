package dev.chainfuse.rules.match;

import dev.chainfuse.rules.OptionValues;
import java.time.LocalDate;
import java.util.Locale;

/** Reads and writes the times and dates of {@link TimeMatch} as extensions/libxt_time.c does. */
final class TimeTexts {
  private static final int FIRST_YEAR = 1970;
  private static final int LAST_YEAR = 2038;

  private TimeTexts() {}

  /** {@code hh:mm[:ss]} in seconds of the day. */
  static int ofDay(OptionValues values, String option, int otherwise) {
    String text = values.value(option);
    if (text == null) {
      return otherwise;
    }
    String[] parts = text.split(":", -1);
    int hours = number(parts[0], 0, 23);
    int minutes = parts.length > 1 ? number(parts[1], 0, 59) : -1;
    int seconds = parts.length > 2 ? number(parts[2], 0, 59) : 0;
    if (parts.length > 3 || hours < 0 || minutes < 0 || seconds < 0) {
      throw values.error(
          option, "'" + text + "' is not a time of the day", "write it as 08:30 or 08:30:00");
    }
    return hours * 3600 + minutes * 60 + seconds;
  }

  /** {@code YYYY[-MM[-DD[Thh[:mm[:ss]]]]]} in seconds since 1970, unsigned. */
  static int date(OptionValues values, String option, int otherwise) {
    String text = values.value(option);
    if (text == null) {
      return otherwise;
    }
    int mark = text.indexOf('T');
    String[] date = (mark < 0 ? text : text.substring(0, mark)).split("-", -1);
    String[] time = mark < 0 ? new String[0] : text.substring(mark + 1).split(":", -1);
    int year = number(date[0], FIRST_YEAR, LAST_YEAR);
    int month = date.length > 1 ? number(date[1], 1, 12) : 1;
    int day = date.length > 2 ? number(date[2], 1, 31) : 1;
    boolean bare = time.length == 1 && time[0].isEmpty();
    int hours = time.length > 0 && !bare ? number(time[0], 0, 23) : 0;
    int minutes = time.length > 1 ? number(time[1], 0, 59) : 0;
    int seconds = time.length > 2 ? number(time[2], 0, 59) : 0;
    boolean good =
        date.length <= 3 && time.length <= 3 && (mark < 0 || date.length == 3) && year >= 0;
    if (!good || month < 0 || day < 0 || hours < 0 || minutes < 0 || seconds < 0) {
      throw values.error(
          option,
          "'" + text + "' is not a date from 1970 to 2038",
          "write it as 2030-12-31 or 2030-12-31T23:59:59");
    }
    // A day behind the month's last runs into the next month.
    long days = LocalDate.of(year, month, 1).toEpochDay() + day - 1;
    return (int) (days * TimeMatch.DAY + hours * 3600L + minutes * 60L + seconds);
  }

  private static int number(String text, int least, int most) {
    int value = (int) Numbers.parseDecimal(text, most);
    return value < least ? -1 : value;
  }

  /** The bits of {@code --monthdays}. */
  static int monthDays(OptionValues values) {
    String text = values.value("monthdays");
    if (text == null) {
      return TimeMatch.ALL_MONTH_DAYS;
    }
    int days = 0;
    for (String word : text.split(",")) {
      int day = word.isEmpty() && text.length() > 1 ? 0 : number(word, 1, 31);
      if (day < 0) {
        throw values.error(
            "monthdays", "'" + word + "' is not a day of the month", "write a list such as 1,15");
      }
      days |= day == 0 ? 0 : 1 << day;
    }
    return some(values, "monthdays", values.inverted("monthdays") ? ~days & -2 : days);
  }

  /** The bits of {@code --weekdays}: numbers, or names of which two letters count. */
  static int weekDays(OptionValues values, String[] names) {
    String text = values.value("weekdays");
    if (text == null) {
      return TimeMatch.ALL_WEEK_DAYS;
    }
    int days = 0;
    for (String word : text.split(",")) {
      int day = word.isEmpty() && text.length() > 1 ? 0 : number(word, 1, 7);
      for (int i = 1; i <= 7 && day < 0; i++) {
        day = word.startsWith(names[i].substring(0, 2)) ? i : day;
      }
      if (day < 0) {
        throw values.error(
            "weekdays", "'" + word + "' is not a day of the week", "write a list such as Mon,Fri");
      }
      days |= day == 0 ? 0 : 1 << day;
    }
    boolean inverted = values.inverted("weekdays");
    return some(values, "weekdays", inverted ? ~days & TimeMatch.ALL_WEEK_DAYS : days);
  }

  private static int some(OptionValues values, String option, int days) {
    if (days == 0) {
      throw values.error(option, "no day is left", "name one");
    }
    return days;
  }

  /** What iptables prints behind a day; it has no exception for 11, 12 and 13. */
  static String ordinal(int day) {
    return switch (day % 10) {
      case 1 -> "st";
      case 2 -> "nd";
      case 3 -> "rd";
      default -> "th";
    };
  }

  static void appendDate(StringBuilder out, int seconds, char separator) {
    long since = seconds & 0xffff_ffffL;
    LocalDate date = LocalDate.ofEpochDay(since / TimeMatch.DAY);
    int second = (int) (since % TimeMatch.DAY);
    out.append(
        String.format(
            Locale.ROOT,
            "%04d-%02d-%02d%c%02d:%02d:%02d",
            date.getYear(),
            date.getMonthValue(),
            date.getDayOfMonth(),
            separator,
            second / 3600,
            second / 60 % 60,
            second % 60));
  }

  /** The day of the month, 1 to 31, of a day since 1970, without allocation. */
  static int dayOfMonth(long epochDay) {
    // Years begin in March, so that the leap day is the last one of a year.
    long days = epochDay + 719_468;
    int ofEra = (int) Math.floorMod(days, 146_097L);
    int year = (ofEra - ofEra / 1460 + ofEra / 36_524 - ofEra / 146_096) / 365;
    int ofYear = ofEra - (365 * year + year / 4 - year / 100);
    int month = (5 * ofYear + 2) / 153;
    return ofYear - (153 * month + 2) / 5 + 1;
  }
}
