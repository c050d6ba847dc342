package dev.chainfuse.rules.match;

import dev.chainfuse.rules.OptionValues;

/**
 * {@code first}, {@code first:last}, {@code first:}, {@code :last} as iptables' options of ranges
 * read it (libxtables/xtoptions.c, xtopt_parse_mint). Unsigned. The last may lie before the first.
 *
 * @param single written without a colon; {@code last} equals {@code first} then
 */
record NumberRange(long first, long last, boolean single) {
  /** The option's range of numbers of at most {@code most}, unsigned. */
  static NumberRange parse(OptionValues values, String option, long most) {
    String text = Module.required(values, option);
    int colon = text.indexOf(':');
    if (colon < 0) {
      long value = bound(values, option, text, 0, most);
      return new NumberRange(value, value, true);
    }
    return new NumberRange(
        bound(values, option, text.substring(0, colon), 0, most),
        bound(values, option, text.substring(colon + 1), most, most),
        false);
  }

  private static long bound(
      OptionValues values, String option, String text, long missing, long most) {
    return text.isEmpty() ? missing : Numbers.requireUnsigned(values, option, text, most);
  }

  /** {@code first} or {@code first:last}. */
  void append(StringBuilder out) {
    out.append(Long.toUnsignedString(first));
    if (first != last) {
      out.append(':').append(Long.toUnsignedString(last));
    }
  }

  /** Whether {@code value} lies within. */
  boolean contains(long value) {
    return Long.compareUnsigned(value, first) >= 0 && Long.compareUnsigned(value, last) <= 0;
  }
}
