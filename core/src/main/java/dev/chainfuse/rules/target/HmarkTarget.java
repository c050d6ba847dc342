package dev.chainfuse.rules.target;

import dev.chainfuse.rules.Option;
import dev.chainfuse.rules.OptionValues;
import dev.chainfuse.rules.RuleSyntaxException;
import dev.chainfuse.rules.Target;
import dev.chainfuse.rules.TargetContext;
import dev.chainfuse.rules.TargetModule;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * {@code -j HMARK}: marks packets by a hash (net/netfilter/xt_HMARK.c). Read and written, but not
 * modelled: a packet that meets it ends so.
 *
 * @param numbers what was given: the option's place in {@link #PARTS}, and its number
 * @param ofConnection the original addresses of the connection are hashed
 */
public record HmarkTarget(
    Map<Integer, Long> numbers, long random, long modulus, long offset, boolean ofConnection)
    implements ExtensionTarget {
  /**
   * A number of which the hash is made.
   *
   * @param width how many hexadecimal digits are saved; 0 for a prefix length
   */
  private record Part(String name, int width, long max) {}

  private static final int NOT_GIVEN = -1;

  /** In the order in which they are saved. */
  private static final List<Part> PARTS =
      List.of(
          new Part("src-prefix", 0, 32),
          new Part("dst-prefix", 0, 32),
          new Part("sport-mask", 4, 0xffff),
          new Part("dport-mask", 4, 0xffff),
          new Part("spi-mask", 8, Values.MAX_32),
          new Part("sport", 4, 0xffff),
          new Part("dport", 4, 0xffff),
          new Part("spi", 8, Values.MAX_32),
          new Part("proto-mask", 2, 0xffff));

  /** What a word of {@code --hmark-tuple} gives: the whole of that part. */
  private static final Map<String, Integer> WORDS =
      Map.of("src", 0, "dst", 1, "sport", 2, "dport", 3, "spi", 4);

  static final TargetModule MODULE =
      PlainModule.of("HMARK", HmarkTarget::parse, options().toArray(Option[]::new));

  public HmarkTarget {
    numbers = Map.copyOf(numbers);
  }

  private static List<Option> options() {
    List<Option> options = new ArrayList<>();
    for (Part part : PARTS) {
      options.add(Option.value("hmark-" + part.name));
    }
    for (String name : List.of("tuple", "rnd", "mod", "offset")) {
      options.add(Option.value("hmark-" + name));
    }
    return options;
  }

  private static Target parse(OptionValues values) {
    long modulus = mandatory(values, "hmark-mod", 1);
    Map<Integer, Long> numbers = new TreeMap<>();
    for (int i = 0; i < PARTS.size(); i++) {
      Part part = PARTS.get(i);
      String option = "hmark-" + part.name;
      if (values.has(option)) {
        numbers.put(i, part.width == 0 ? prefix(values, option) : number(values, option, part));
      }
    }
    boolean ofConnection = addTuple(values, numbers);
    if (numbers.isEmpty() && !ofConnection) {
      throw new RuleSyntaxException("", "HMARK says not what to hash", "add --hmark-tuple");
    }
    check(numbers);
    return new HmarkTarget(
        numbers,
        mandatory(values, "hmark-rnd", 0),
        modulus,
        values.has("hmark-offset")
            ? Values.number(values, "hmark-offset", 0, Values.MAX_32)
            : NOT_GIVEN,
        ofConnection);
  }

  private static long mandatory(OptionValues values, String option, long min) {
    Values.required(values, "HMARK", option);
    return Values.number(values, option, min, Values.MAX_32);
  }

  private static long number(OptionValues values, String option, Part part) {
    return Values.number(values, option, 0, part.max);
  }

  private static long prefix(OptionValues values, String option) {
    return NetmapTarget.prefixLength(values, option, String.valueOf(values.value(option)));
  }

  private static boolean addTuple(OptionValues values, Map<Integer, Long> numbers) {
    String text = values.value("hmark-tuple");
    if (text == null) {
      return false;
    }
    boolean ofConnection = false;
    for (String word : text.split(",", -1)) {
      String name = word.toLowerCase(Locale.ROOT);
      Integer part = WORDS.get(name);
      if (part != null) {
        refuseBehindTuple(values, "hmark-" + PARTS.get(part).name);
        numbers.put(part, PARTS.get(part).max);
      } else if (name.equals("ct")) {
        ofConnection = true;
      } else {
        throw values.error(
            "hmark-tuple",
            "'" + word + "' is not a part of a packet",
            "a list of src,dst,sport,dport,spi,ct without spaces");
      }
    }
    return ofConnection;
  }

  private static void refuseBehindTuple(OptionValues values, String option) {
    List<String> given = values.given();
    if (given.indexOf(option) > given.indexOf("hmark-tuple")) {
      throw values.error(option, "--hmark-tuple has said that already", "write it before");
    }
  }

  /** Masks of ports and of the SPI exclude each other, and so do their values. */
  private static void check(Map<Integer, Long> numbers) {
    boolean masks = numbers.containsKey(2) || numbers.containsKey(3);
    boolean ports = numbers.containsKey(5) || numbers.containsKey(6);
    if (masks && numbers.containsKey(4) || ports && numbers.containsKey(7)) {
      throw new RuleSyntaxException("", "HMARK cannot use ports and an SPI together", "keep one");
    }
  }

  @Override
  public String targetName() {
    return "HMARK";
  }

  @Override
  public void save(StringBuilder out) {
    for (int i = 0; i < PARTS.size(); i++) {
      Long number = numbers.get(i);
      if (number != null) {
        Part part = PARTS.get(i);
        out.append(" --hmark-").append(part.name).append(' ');
        out.append(part.width == 0 ? number.toString() : padded(number, part.width));
      }
    }
    out.append(" --hmark-rnd ").append(padded(random, 8));
    out.append(" --hmark-mod ").append(modulus);
    if (offset != NOT_GIVEN) {
      out.append(" --hmark-offset ").append(offset);
    }
    out.append(ofConnection ? " --hmark-tuple ct" : "");
  }

  private static String padded(long number, int width) {
    return String.format(Locale.ROOT, "0x%0" + width + "x", number);
  }

  @Override
  public void list(StringBuilder out) {
    out.append(" HMARK mod ").append(modulus);
    if (offset != NOT_GIVEN) {
      out.append(" + 0x").append(Long.toHexString(offset));
    }
    out.append(' ').append(ofConnection ? "ct, " : "");
    for (int i = 0; i < PARTS.size(); i++) {
      Long number = numbers.get(i);
      if (number != null) {
        Part part = PARTS.get(i);
        out.append(part.name).append(' ');
        out.append(part.width == 0 ? number.toString() : "0x" + Long.toHexString(number));
        out.append(' ');
      }
    }
    out.append("rnd 0x").append(Long.toHexString(random)).append(' ');
  }

  @Override
  public String note() {
    return "HMARK is not modelled: packets that meet the rule end as not modelled";
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
