package dev.chainfuse.rules.match;

import dev.chainfuse.rules.Option;
import dev.chainfuse.rules.OptionValues;
import dev.chainfuse.rules.RuleSyntaxException;
import dev.chainfuse.stateful.HashLimit;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Reads and writes {@link HashlimitMatch} as extensions/libxt_hashlimit.c does. */
final class HashlimitText {
  static final Option[] OPTIONS = {
    Option.invertibleValue("hashlimit-upto", "hashlimit"),
    Option.invertibleValue("hashlimit-above"),
    Option.value("hashlimit-srcmask"),
    Option.value("hashlimit-dstmask"),
    Option.value("hashlimit-burst"),
    Option.value("hashlimit-htable-size"),
    Option.value("hashlimit-htable-max"),
    Option.value("hashlimit-htable-gcinterval"),
    Option.value("hashlimit-htable-expire"),
    Option.value("hashlimit-mode"),
    Option.value("hashlimit-name"),
    Option.flag("hashlimit-rate-match"),
    Option.value("hashlimit-rate-interval")
  };

  private static final long SCALE = 1_000_000;
  private static final int DEFAULT_BURST = 5;
  private static final int MOST_BURST = 1_000_000;
  private static final long DEFAULT_COLLECT = 1000;
  private static final long BYTE_EXPIRE = 15_000;
  private static final long BYTE_EXPIRE_BURST = 60_000;
  private static final int LONGEST_NAME = 255;
  private static final int KILO = 1024;
  private static final int MEGA = KILO * KILO;
  private static final List<String> MODES = List.of("srcip", "srcport", "dstip", "dstport");

  private record Unit(String name, String printed, int seconds) {}

  /** Longest first, as they are tried for printing. */
  private static final List<Unit> UNITS =
      List.of(
          new Unit("day", "day", 86_400),
          new Unit("hour", "hour", 3600),
          new Unit("minute", "min", 60),
          new Unit("second", "sec", 1));

  /**
   * What a rate option says.
   *
   * @param average as {@link HashLimit.Config#average}
   */
  private record Rate(boolean bytes, long average, int seconds) {}

  private HashlimitText() {}

  static HashlimitMatch parse(OptionValues values) {
    Module.atMostOne(values, "hashlimit-upto", "hashlimit-above");
    String table = table(values);
    String upTo = values.value("hashlimit-upto");
    String option = upTo == null ? "hashlimit-above" : "hashlimit-upto";
    Rate rate = rate(values, option, Module.required(values, option));
    long expire = number(values, "hashlimit-htable-expire", rate.seconds * 1000L);
    long burst;
    if (rate.bytes) {
      burst = byteBurst(values, rate.average);
      if (!values.has("hashlimit-htable-expire")) {
        expire = burst == 0 ? BYTE_EXPIRE : BYTE_EXPIRE_BURST;
      }
    } else {
      burst = packetBurst(values);
    }
    boolean match = values.has("hashlimit-rate-match");
    int interval = interval(values);
    long average = match && !rate.bytes ? rate.average / rate.seconds : rate.average;
    if (match && interval == 0) {
      interval = rate.bytes ? 1 : rate.seconds;
    }
    HashLimit.Config config =
        new HashLimit.Config(
            rate.bytes,
            average,
            burst,
            (int) Math.min(number(values, "hashlimit-htable-size", 0), HashLimit.MOST),
            (int) Math.min(number(values, "hashlimit-htable-max", 0), HashLimit.MOST),
            number(values, "hashlimit-htable-gcinterval", DEFAULT_COLLECT),
            expire,
            match,
            interval);
    if (!config.fits()) {
      throw values.error(
          option,
          "the kernel cannot hold such a rate, burst, expiry or collection interval",
          "raise the rate or lower --hashlimit-burst; times must not be 0");
    }
    return new HashlimitMatch(
        table,
        values.inverted(option) == (upTo != null),
        mode(values),
        mask(values, "hashlimit-srcmask"),
        mask(values, "hashlimit-dstmask"),
        config);
  }

  private static String table(OptionValues values) {
    String name = Module.required(values, "hashlimit-name");
    boolean bad = name.isEmpty() || name.length() > LONGEST_NAME || name.contains("/");
    if (bad || name.equals(".") || name.equals("..")) {
      throw values.error("hashlimit-name", "'" + name + "' is no name", "use 1 to 255 letters");
    }
    return name;
  }

  private static long number(OptionValues values, String option, long otherwise) {
    String text = values.value(option);
    return text == null ? otherwise : Numbers.require(values, option, text, 0, Numbers.MAX_32);
  }

  private static int interval(OptionValues values) {
    String text = values.value("hashlimit-rate-interval");
    return text == null
        ? 0
        : (int) Numbers.require(values, "hashlimit-rate-interval", text, 1, Integer.MAX_VALUE);
  }

  private static int mask(OptionValues values, String option) {
    String text = values.value(option);
    if (text == null) {
      return Integer.SIZE;
    }
    long length = text.indexOf('.') < 0 ? Numbers.parse(text, Integer.SIZE) : -1;
    return length >= 0 ? (int) length : Integer.bitCount(Addresses.mask(values, option, text));
  }

  private static int mode(OptionValues values) {
    String text = values.value("hashlimit-mode");
    int mode = 0;
    for (String word : text == null ? new String[0] : text.split("[,|]")) {
      int at = MODES.indexOf(word);
      if (at < 0 && !word.isEmpty()) {
        throw values.error(
            "hashlimit-mode",
            "'" + word + "' is not a mode",
            "write a list of " + String.join(",", MODES));
      }
      mode |= at < 0 ? 0 : 1 << at;
    }
    return mode;
  }

  private static Rate rate(OptionValues values, String option, String text) {
    long number = leadingNumber(text);
    int mark = text.indexOf("b/s");
    if (number > 0 && mark > 0) {
      return byteRate(values, option, text, number, text.charAt(mark - 1));
    }
    int slash = text.indexOf('/');
    Unit unit =
        slash < 0
            ? UNITS.get(UNITS.size() - 1)
            : unit(text.substring(slash + 1).toLowerCase(Locale.ROOT));
    if (number <= 0 || unit == null) {
      throw values.error(
          option,
          "'" + text + "' is not a rate",
          "write a number and /sec, /min, /hour or /day, or b/s, kb/s or mb/s for bytes");
    }
    long average = SCALE * unit.seconds / number;
    if (average == 0) {
      throw values.error(option, "rate '" + text + "' is too fast", "1000000/sec is the fastest");
    }
    return new Rate(false, average, unit.seconds);
  }

  private static Rate byteRate(
      OptionValues values, String option, String text, long number, char factor) {
    long chunks = number * factor(factor) >>> 4 & 0xffff_ffffL;
    long average = chunks == 0xffff_ffffL ? 0 : 0xffff_ffffL / (chunks + 1);
    if (average == 0) {
      throw values.error(option, "rate '" + text + "' is too fast", "lower it");
    }
    return new Rate(true, average, 15);
  }

  /** As atoll reads it; 0 without digits, -1 if it is too long. */
  private static long leadingNumber(String text) {
    int end = 0;
    while (end < text.length() && Character.digit(text.charAt(end), 10) >= 0) {
      end++;
    }
    return end == 0
        ? 0
        : Numbers.parseDecimal(text.substring(0, end), Long.MAX_VALUE / (10 * MEGA));
  }

  private static int factor(char unit) {
    return unit == 'm' ? MEGA : unit == 'k' ? KILO : 1;
  }

  private static @Nullable Unit unit(String start) {
    for (Unit unit : UNITS) {
      if (!start.isEmpty() && unit.name.startsWith(start)) {
        return unit;
      }
    }
    return null;
  }

  private static long packetBurst(OptionValues values) {
    if (!values.has("hashlimit-burst")) {
      return DEFAULT_BURST;
    }
    long burst = burst(values);
    if (burst > MOST_BURST) {
      throw tooHigh(values);
    }
    return burst;
  }

  /** How many times the rate of a second fits in the burst, rounded up; 0 if none is given. */
  private static long byteBurst(OptionValues values, long average) {
    if (!values.has("hashlimit-burst")) {
      return 0;
    }
    long bytes = burst(values);
    long second = HashLimit.bytesPerSecond(average);
    if (bytes < second || second == 0) {
      throw values.error(
          "hashlimit-burst", "the burst is below a second's bytes, " + second, "raise it");
    }
    return (bytes & 0xffff_ffffL) / second + (bytes % second == 0 ? 0 : 1);
  }

  private static long burst(OptionValues values) {
    String text = Module.required(values, "hashlimit-burst");
    int end = text.length();
    while (end > 0 && "bkmg".indexOf(text.charAt(end - 1)) >= 0) {
      end--;
    }
    long number = Numbers.parse(text.substring(0, end), Long.MAX_VALUE / (10 * MEGA));
    if (number < 1 || (end == text.length() && number > MOST_BURST)) {
      throw tooHigh(values);
    }
    return number * (end < text.length() ? factor(text.charAt(end)) : 1);
  }

  private static RuleSyntaxException tooHigh(OptionValues values) {
    return values.error(
        "hashlimit-burst",
        "'" + values.value("hashlimit-burst") + "' is not a burst from 1 to 1000000",
        "write a number, or bytes such as 5kb for rates of bytes");
  }

  static void save(HashlimitMatch match, StringBuilder out) {
    HashLimit.Config config = match.config();
    out.append(match.above() ? " --hashlimit-above" : " --hashlimit-upto");
    long usual = appendRate(config, config.average(), out, " --hashlimit-");
    if (match.mode() != 0) {
      appendModes(match.mode(), out.append(" --hashlimit-mode "), ',');
    }
    // Never in quotes: so prints iptables 1.8.9.
    out.append(" --hashlimit-name ").append(match.table());
    appendRest(match, usual, out, " --hashlimit-");
  }

  static void list(HashlimitMatch match, StringBuilder out) {
    HashLimit.Config config = match.config();
    out.append(match.above() ? " limit: above" : " limit: up to");
    long period = config.average() * Math.max(config.interval(), 1);
    long usual = appendRate(config, period, out, " ");
    if (match.mode() != 0) {
      appendModes(match.mode(), out.append(" mode "), '-');
    }
    appendRest(match, usual, out, " ");
  }

  /** The rate and the burst; gives the expiry that goes without saying. */
  private static long appendRate(
      HashLimit.Config config, long period, StringBuilder out, String prefix) {
    if (config.bytes()) {
      return appendBytes(config, out, prefix);
    }
    int i = 1;
    while (i < UNITS.size()) {
      long next = SCALE * UNITS.get(i).seconds;
      if (period > next || next / period < next % period) {
        break;
      }
      i++;
    }
    Unit unit = UNITS.get(i - 1);
    out.append(' ').append(SCALE * unit.seconds / period).append('/').append(unit.printed);
    out.append(prefix).append("burst ").append(config.burst());
    return unit.seconds * 1000L;
  }

  private static long appendBytes(HashLimit.Config config, StringBuilder out, String prefix) {
    long rate = HashLimit.bytesPerSecond(config.average());
    boolean mega = rate >= MEGA && cost(rate & 0xffff_ffffL & -MEGA) == config.average();
    boolean kilo = rate >= KILO && cost(rate & 0xffff_ffffL & -KILO) == config.average();
    appendUnit(rate, mega, kilo, out.append(' '));
    out.append("b/s");
    if (config.burst() == 0) {
      return BYTE_EXPIRE;
    }
    long burst = rate * config.burst();
    appendUnit(burst, burst >= MEGA, burst >= KILO, out.append(prefix).append("burst "));
    out.append('b');
    return BYTE_EXPIRE_BURST;
  }

  private static void appendUnit(long number, boolean mega, boolean kilo, StringBuilder out) {
    out.append(mega ? number / MEGA : kilo ? number / KILO : number);
    out.append(mega ? "m" : kilo ? "k" : "");
  }

  private static long cost(long bytes) {
    return 0xffff_ffffL / ((bytes >>> 4 & 0xffff_ffffL) + 1);
  }

  private static void appendModes(int mode, StringBuilder out, char separator) {
    boolean first = true;
    for (int i = 0; i < MODES.size(); i++) {
      if ((mode >> i & 1) != 0) {
        out.append(first ? "" : String.valueOf(separator)).append(MODES.get(i));
        first = false;
      }
    }
  }

  private static void appendRest(
      HashlimitMatch match, long usualExpiry, StringBuilder out, String prefix) {
    HashLimit.Config config = match.config();
    append(out, prefix, "htable-size ", config.size(), 0);
    append(out, prefix, "htable-max ", config.max(), 0);
    append(out, prefix, "htable-gcinterval ", config.collectMillis(), DEFAULT_COLLECT);
    append(out, prefix, "htable-expire ", config.expireMillis(), usualExpiry);
    append(out, prefix, "srcmask ", match.sourceMask(), Integer.SIZE);
    append(out, prefix, "dstmask ", match.destinationMask(), Integer.SIZE);
    if (config.rateMatch()) {
      out.append(prefix).append("rate-match");
      append(out, prefix, "rate-interval ", config.interval(), 1);
    }
  }

  private static void append(
      StringBuilder out, String prefix, String name, long value, long usual) {
    if (value != usual) {
      out.append(prefix).append(name).append(value);
    }
  }
}
