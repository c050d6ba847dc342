package dev.chainfuse.host;

/** Reading whole numbers with a clear message. */
final class Numbers {
  private Numbers() {}

  /**
   * @throws IllegalArgumentException if {@code text} is not a number from {@code least} to {@code
   *     most}
   */
  static int within(String text, int least, int most, String what) {
    return (int) within(text, (long) least, most, what);
  }

  /** As the other, for 64 bits; {@code 0x} starts a hexadecimal number. */
  static long within(String text, long least, long most, String what) {
    long value;
    try {
      value =
          text.startsWith("0x") ? Long.parseLong(text.substring(2), 16) : Long.parseLong(text, 10);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(what + " '" + text + "' is not a number", e);
    }
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          what + " " + text + " is not within " + least + " to " + most);
    }
    return value;
  }
}
