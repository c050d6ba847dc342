package dev.chainfuse.rules.match;

import dev.chainfuse.rules.OptionValues;

/** Unsigned numbers as {@code strtoul} with base 0 reads them: decimal, 0 octal, 0x hexadecimal. */
final class Numbers {
  /** The greatest 32-bit number. */
  static final long MAX_32 = 0xffff_ffffL;

  private Numbers() {}

  /** The number, or -1 if {@code text} is none or greater than {@code max}. */
  static long parse(String text, long max) {
    String trimmed = text.stripLeading();
    String digits = trimmed.startsWith("+") ? trimmed.substring(1) : trimmed;
    int radix = 10;
    if (digits.startsWith("0x") || digits.startsWith("0X")) {
      radix = 16;
      digits = digits.substring(2);
    } else if (digits.startsWith("0")) {
      radix = 8;
    }
    return parse(digits, radix, max);
  }

  /** The same for decimal numbers without sign. */
  static long parseDecimal(String text, long max) {
    return parse(text, 10, max);
  }

  private static long parse(String digits, int radix, long max) {
    if (digits.isEmpty()) {
      return -1;
    }
    long value = 0;
    for (int i = 0; i < digits.length(); i++) {
      char c = digits.charAt(i);
      int digit = c < 128 ? Character.digit(c, radix) : -1;
      if (digit < 0) {
        return -1;
      }
      value = value * radix + digit;
      if (value > max) {
        return -1;
      }
    }
    return value;
  }

  /** The option's number within {@code min} and {@code max}; any other text is an error. */
  static long require(OptionValues values, String option, String text, long min, long max) {
    long value = parse(text, max);
    if (value < min) {
      throw values.error(
          option,
          "'" + text + "' is not a number from " + min + " to " + max,
          "write it in decimal, or in hexadecimal with 0x");
    }
    return value;
  }

  /**
   * The option's number of 64 bits, unsigned in a long, from 0 to {@code most}; any other text is
   * an error.
   */
  static long requireUnsigned(OptionValues values, String option, String text, long most) {
    String trimmed = text.stripLeading();
    String digits = trimmed.startsWith("+") ? trimmed.substring(1) : trimmed;
    int radix = 10;
    if (digits.startsWith("0x") || digits.startsWith("0X")) {
      radix = 16;
      digits = digits.substring(2);
    } else if (digits.startsWith("0")) {
      radix = 8;
    }
    try {
      boolean bare = !digits.isEmpty() && Character.digit(digits.charAt(0), radix) >= 0;
      long value = bare ? Long.parseUnsignedLong(digits, radix) : -1;
      if (bare && Long.compareUnsigned(value, most) <= 0) {
        return value;
      }
    } catch (NumberFormatException e) {
      // No number, or one of more than 64 bits: told below.
    }
    throw values.error(
        option,
        "'" + text + "' is not a number from 0 to " + Long.toUnsignedString(most),
        "write it in decimal, or in hexadecimal with 0x");
  }
}
