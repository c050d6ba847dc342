package dev.chainfuse.scenarios.scenario;

import dev.chainfuse.scenarios.traffic.Arrivals;
import dev.chainfuse.scenarios.traffic.Sizes;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Numbers with units as scenarios and the command line write them. All methods refuse by {@link
 * IllegalArgumentException} whose message shows the accepted form.
 */
public final class Quantity {
  private static final Pattern NUMBER_UNIT =
      Pattern.compile("([0-9]+(?:\\.[0-9]+)?)\\s*([a-zA-Z/]*)");
  private static final Map<String, Double> NANOS =
      Map.of("ns", 1d, "us", 1e3, "ms", 1e6, "s", 1e9, "m", 60e9, "min", 60e9, "h", 3_600e9);
  private static final Map<String, Double> BITS =
      Map.of("bit/s", 1d, "kbit/s", 1e3, "mbit/s", 1e6, "gbit/s", 1e9, "tbit/s", 1e12);
  private static final Map<String, Double> BYTES =
      Map.of("", 1d, "b", 1d, "kb", 1e3, "mb", 1e6, "kib", 1_024d, "mib", 1_048_576d);
  private static final Map<String, Double> PER_SECOND =
      Map.of("/s", 1d, "/m", 1 / 60d, "/min", 1 / 60d, "/h", 1 / 3_600d);
  private static final double HIGHEST = 9e18;

  private Quantity() {}

  /** Nanoseconds of {@code 10s}, {@code 50us}; up to 292 years. */
  public static long duration(String text) {
    return Math.round(parse(text, NANOS, "a duration such as 10s, 250ms or 50us"));
  }

  /** Bits a second of {@code 1Gbit/s}; 0 for {@code unlimited}. */
  static long bitRate(String text) {
    return text.equals("unlimited")
        ? 0
        : Math.max(1, Math.round(parse(text, BITS, "a rate such as 100Mbit/s, or unlimited")));
  }

  /** Bytes of {@code 1500}, {@code 64KiB}. */
  static long bytes(String text) {
    return Math.round(parse(text, BYTES, "a size such as 1500, 10kB or 64KiB"));
  }

  /** Flows of {@code 20/s} or {@code poisson 20/s}. */
  static Arrivals arrivals(String text) {
    String form = "arrivals such as 20/s, constant 20/s or poisson 20/s";
    String[] words = text.trim().split("\\s+");
    boolean poisson = words.length == 2 && words[0].equals("poisson");
    if (words.length != 1 && !poisson && !(words.length == 2 && words[0].equals("constant"))) {
      throw new IllegalArgumentException("'" + text + "' is not " + form);
    }
    double perSecond = parse(words[words.length - 1], PER_SECOND, form);
    if (perSecond <= 0 || perSecond > 1e9) {
      throw new IllegalArgumentException(
          "'" + text + "' is not more than 0 and at most 1e9 a second");
    }
    return new Arrivals(perSecond, poisson);
  }

  /**
   * Sizes of {@code 200}, {@code uniform 100-1400} or {@code exponential 3000}.
   *
   * @param least what is possible
   */
  static Sizes sizes(String text, int least, int most) {
    String form = "a size such as 200, uniform 100-1400 or exponential 3000";
    String[] words = text.trim().split("\\s+");
    Sizes sizes;
    if (words.length == 1) {
      sizes = new Sizes.Fixed(size(words[0]));
    } else if (words.length == 2 && words[0].equals("uniform")) {
      String[] ends = words[1].split("-", 2);
      if (ends.length != 2 || size(ends[0]) > size(ends[1])) {
        throw new IllegalArgumentException("'" + text + "' is not " + form);
      }
      sizes = new Sizes.Uniform(size(ends[0]), size(ends[1]));
    } else if (words.length == 2 && words[0].equals("exponential")) {
      return new Sizes.Exponential(size(words[1]), least, most);
    } else {
      throw new IllegalArgumentException("'" + text + "' is not " + form);
    }
    if (sizes.least() < least || sizes.most() > most) {
      throw new IllegalArgumentException(
          "'" + text + "' is not within " + least + " to " + most + " bytes");
    }
    return sizes;
  }

  private static int size(String text) {
    long bytes = bytes(text);
    if (bytes > Integer.MAX_VALUE / 2) {
      throw new IllegalArgumentException("'" + text + "' is too large");
    }
    return (int) bytes;
  }

  private static double parse(String text, Map<String, Double> units, String form) {
    Matcher matcher = NUMBER_UNIT.matcher(text.trim());
    Double unit = matcher.matches() ? units.get(matcher.group(2).toLowerCase(Locale.ROOT)) : null;
    if (unit == null) {
      throw new IllegalArgumentException("'" + text + "' is not " + form);
    }
    double value = Double.parseDouble(matcher.group(1)) * unit;
    if (value > HIGHEST) {
      throw new IllegalArgumentException("'" + text + "' is too large");
    }
    return value;
  }
}
