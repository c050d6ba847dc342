package dev.chainfuse.rules;

/**
 * Numbers as iptables reads them: decimal, {@code 0x} hexadecimal or {@code 0} octal, without sign
 * (libxtables/xtables.c, xtables_strtoul with base 0).
 */
public final class NumberText {
  private NumberText() {}

  /**
   * Parses the whole text.
   *
   * @param max greatest value allowed, at most {@code Long.MAX_VALUE / 16}
   * @return the value, or -1 if the text is not such a number or greater than {@code max}
   */
  public static long parse(String text, long max) {
    int end = end(text);
    return end == text.length() ? parsePrefix(text, end, max) : -1;
  }

  /** Where the number at the start of the text ends; 0 if there is none. */
  public static int end(String text) {
    int radix = radix(text);
    int i = radix == 16 ? 2 : 0;
    while (i < text.length() && digit(text.charAt(i), radix) >= 0) {
      i++;
    }
    return i;
  }

  /** The number in the first {@code end} characters, with {@code end} from {@link #end}. */
  public static long parsePrefix(String text, int end, long max) {
    int radix = radix(text);
    int first = radix == 16 ? 2 : 0;
    if (end <= first) {
      return -1;
    }
    long value = 0;
    for (int i = first; i < end; i++) {
      value = value * radix + digit(text.charAt(i), radix);
      if (value > max) {
        return -1;
      }
    }
    return value;
  }

  private static int digit(char c, int radix) {
    return c < 128 ? Character.digit(c, radix) : -1;
  }

  private static int radix(String text) {
    if (text.length() > 2 && text.charAt(0) == '0') {
      char second = text.charAt(1);
      if ((second == 'x' || second == 'X') && digit(text.charAt(2), 16) >= 0) {
        return 16;
      }
    }
    return text.length() > 1 && text.charAt(0) == '0' ? 8 : 10;
  }

  /** {@code 0x} and the unsigned value in hexadecimal without leading zeros. */
  public static String hex(int value) {
    return "0x" + Integer.toHexString(value);
  }
}
