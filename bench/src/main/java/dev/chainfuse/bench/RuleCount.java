package dev.chainfuse.bench;

/** The parameter {@code rules}: how many to generate, or the name of a file. */
final class RuleCount {
  private static final int MOST = 1_000_000;

  private RuleCount() {}

  /** Whether it is a number, not a file. */
  static boolean isNumber(String rules) {
    return !rules.isEmpty() && rules.chars().allMatch(c -> c >= '0' && c <= '9');
  }

  /**
   * The number.
   *
   * @throws IllegalArgumentException unless it is 1 to 1,000,000
   */
  static int parse(String rules) {
    int count = rules.length() > 7 ? 0 : Integer.parseInt(rules);
    if (count < 1 || count > MOST) {
      throw new IllegalArgumentException("rules must be 1 to " + MOST + " or a file: " + rules);
    }
    return count;
  }
}
