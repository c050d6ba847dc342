package dev.chainfuse.stateful;

/**
 * The counter of {@code -m statistic --mode nth} (net/netfilter/xt_statistic.c, statistic_mt).
 * Mutable, one thread.
 */
public final class NthCounter {
  private final long last;
  private long count;

  /**
   * A counter that chooses the calls {@code first}, {@code first + every}, and so on, from 0.
   *
   * @param every 1 to 2^32-1
   * @param first 0 to {@code every - 1}
   */
  public NthCounter(long every, long first) {
    if (every < 1 || first < 0 || first >= every) {
      throw new IllegalArgumentException("call " + first + " of every " + every);
    }
    last = every - 1;
    count = last - first;
  }

  /** Counts a call; whether it is a chosen one. */
  public boolean next() {
    count = count == last ? 0 : count + 1;
    return count == 0;
  }
}
