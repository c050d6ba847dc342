package dev.chainfuse.rules.target;

import dev.chainfuse.rules.NumberText;
import dev.chainfuse.rules.OptionValues;
import dev.chainfuse.rules.RuleSyntaxException;

/** What the parsers of targets ask of their options, as libxtables does (xtoptions.c). */
final class Values {
  /** The greatest 32-bit number. */
  static final long MAX_32 = 0xffff_ffffL;

  private Values() {}

  /** The text of an option that must be given. */
  static String required(OptionValues values, String target, String option) {
    String text = values.value(option);
    if (text == null) {
      throw new RuleSyntaxException("", target + " needs --" + option, "add it");
    }
    return text;
  }

  /** The option's number; any other text is an error. */
  static long number(OptionValues values, String option, long min, long max) {
    String text = String.valueOf(values.value(option));
    long value = NumberText.parse(text.startsWith("+") ? text.substring(1) : text, max);
    if (value < min) {
      throw values.error(
          option,
          "'" + text + "' is not a number from " + min + " to " + max,
          "write it in decimal, or in hexadecimal with 0x");
    }
    return value;
  }

  /** Refuses a rule that gives more than one of some options. */
  static void atMostOne(OptionValues values, String... options) {
    String first = null;
    for (String option : options) {
      if (values.has(option)) {
        if (first != null) {
          throw values.error(
              option, "--" + option + " cannot go with --" + first, "keep one of them");
        }
        first = option;
      }
    }
  }

  /** Refuses a rule that gives none of some options. */
  static void atLeastOne(OptionValues values, String target, String... options) {
    for (String option : options) {
      if (values.has(option)) {
        return;
      }
    }
    throw new RuleSyntaxException(
        "", target + " says not what to do", "add --" + String.join(" or --", options));
  }

  /**
   * An address in any of the forms of inet_aton(3), as iptables takes for a single host: {@code
   * 1.2.3} is 1.2.0.3.
   */
  static int address(OptionValues values, String option, String text) {
    String[] parts = text.split("\\.", -1);
    long value = 0;
    for (int i = 0; i < parts.length && parts.length <= 4; i++) {
      boolean last = i == parts.length - 1;
      long max = last ? (1L << 8 * (5 - parts.length)) - 1 : 255;
      long part = NumberText.parse(parts[i], max);
      if (part < 0) {
        throw noAddress(values, option, text);
      }
      value = last ? value << 8 * (5 - parts.length) | part : value << 8 | part;
    }
    if (parts.length > 4) {
      throw noAddress(values, option, text);
    }
    return (int) value;
  }

  private static RuleSyntaxException noAddress(OptionValues values, String option, String text) {
    return values.error(
        option,
        "'" + text + "' is not an IPv4 address",
        "host names are not looked up: write the address, such as 192.0.2.1");
  }
}
