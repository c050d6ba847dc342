package dev.chainfuse.fuse;

/**
 * What compiling a rule set may cost. All bounds are counted, not timed, so that the same rules are
 * always compiled alike; where one is met, rules are compared one after another or looked up in
 * hash tables instead.
 *
 * @param classify false: every rule is compared in turn, which makes the scanning engine of
 *     benchmarks
 * @param rulesPerField a segment of at most so many rules for each field that they read is compared
 *     in turn, too: a table takes two or three dependent loads a field
 * @param hitLists the most hit lists that a segment's decision table may tell apart
 * @param memoryBytes the most bytes that all decision tables together may take
 * @param work the most elementary steps for building decision tables, about 1 ns each
 */
public record FuseBudget(
    boolean classify, int rulesPerField, int hitLists, long memoryBytes, long work) {
  /** 4,096 hit lists a segment, 256 MiB and about two seconds for all. */
  public static final FuseBudget DEFAULT =
      new FuseBudget(true, 2, 4096, 256L << 20, 2_000_000_000L);

  /** No classifier at all: a linear scan over packed arrays. */
  public static final FuseBudget SCAN = new FuseBudget(false, 0, 0, 0, 0);

  /** Refuses negative bounds. */
  public FuseBudget {
    if (rulesPerField < 0 || hitLists < 0 || memoryBytes < 0 || work < 0) {
      throw new IllegalArgumentException("budget must not be negative");
    }
  }
}
