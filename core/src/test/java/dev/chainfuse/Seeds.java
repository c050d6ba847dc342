package dev.chainfuse;

import java.util.function.LongConsumer;

/**
 * Runs a property for many seeds. On failure the seed is printed; {@code -Dseed=N} repeats one
 * seed, {@code -Dseeds=N} sets how many are tried.
 */
public final class Seeds {
  private Seeds() {}

  /**
   * Runs {@code property} for seeds 1 to {@code count} (or {@code -Dseeds}), or for {@code -Dseed}
   * alone.
   */
  public static void each(int count, LongConsumer property) {
    Long only = Long.getLong("seed");
    if (only != null) {
      run(only, property);
      return;
    }
    int seeds = Integer.getInteger("seeds", count);
    for (long seed = 1; seed <= seeds; seed++) {
      run(seed, property);
    }
  }

  private static void run(long seed, LongConsumer property) {
    try {
      property.accept(seed);
    } catch (RuntimeException | AssertionError e) {
      throw new AssertionError("seed " + seed + " (repeat with -Dseed=" + seed + "): " + e, e);
    }
  }
}
