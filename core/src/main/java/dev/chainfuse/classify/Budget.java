package dev.chainfuse.classify;

/**
 * What building a decision table may cost. Both bounds are counted, not timed, so that the same
 * problem always ends the same way.
 *
 * @param memoryBytes the greatest size of the finished table in bytes
 * @param work the greatest number of elementary steps (words of sets combined), about 1 ns each
 */
public record Budget(long memoryBytes, long work) {
  /** 16 MiB and about half a second. */
  public static final Budget DEFAULT = new Budget(16L << 20, 400_000_000L);

  /** Refuses negative bounds. */
  public Budget {
    if (memoryBytes < 0 || work < 0) {
      throw new IllegalArgumentException("budget must not be negative");
    }
  }
}
