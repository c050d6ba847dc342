package dev.chainfuse.stateful;

/**
 * The token bucket of {@code -m limit}: it starts full, fills by the time that passes, and each
 * packet that is let through costs (net/netfilter/xt_limit.c of Linux 6.x, limit_mt and
 * limit_mt_check, with HZ=250).
 *
 * <p>All of it is counted in credits, 128 a jiffy of 4 ms, in unsigned 32-bit numbers that wrap as
 * the kernel's do: after an idle time of more than 37 hours a bucket may hold less than its cap.
 * Mutable, one thread.
 */
public final class TokenBucket {
  /** XT_LIMIT_SCALE: periods are given in such parts of a second. */
  public static final int SCALE = 10_000;

  private static final int JIFFIES_PER_SECOND = 250;
  private static final long NANOS_PER_JIFFY = 1_000_000_000L / JIFFIES_PER_SECOND;

  /** CREDITS_PER_JIFFY: the power of two below 2^32 / (HZ * 60 * 60 * 24). */
  private static final int CREDITS_PER_JIFFY = 128;

  private static final int CREDITS_PER_SECOND = JIFFIES_PER_SECOND * CREDITS_PER_JIFFY;

  private final int cost;
  private final int cap;
  private int credit;
  private long previousJiffies;
  private boolean started;

  /**
   * A full bucket.
   *
   * @param period ten-thousandths of a second that let one packet through
   * @param burst packets that a full bucket lets through
   * @throws IllegalArgumentException if the kernel refuses such a bucket
   */
  public TokenBucket(int period, int burst) {
    if (!fits(period, burst)) {
      throw new IllegalArgumentException("period " + period + " with burst " + burst);
    }
    cost = credits(period);
    cap = credits(period * burst);
    credit = cap;
  }

  /**
   * Whether the kernel takes such a bucket. It checks for overflow, but only by looking whether the
   * cap came out below the cost; so some bursts that overflow are taken.
   */
  public static boolean fits(int period, int burst) {
    return burst != 0 && Integer.compareUnsigned(credits(period * burst), credits(period)) >= 0;
  }

  /** user2credits: divides first where multiplying would overflow. */
  private static int credits(int period) {
    if (Integer.compareUnsigned(period, Integer.divideUnsigned(-1, CREDITS_PER_SECOND)) > 0) {
      return Integer.divideUnsigned(period, SCALE) * CREDITS_PER_SECOND;
    }
    return Integer.divideUnsigned(period * CREDITS_PER_SECOND, SCALE);
  }

  /**
   * Whether a packet is let through at {@code nanos}; time does not run backwards. The first call
   * finds the bucket full.
   */
  public boolean take(long nanos) {
    long now = Math.floorDiv(nanos, NANOS_PER_JIFFY);
    if (started) {
      int filled = credit + (int) ((now - previousJiffies) * CREDITS_PER_JIFFY);
      credit = Integer.compareUnsigned(filled, cap) > 0 ? cap : filled;
    }
    started = true;
    previousJiffies = now;
    if (Integer.compareUnsigned(credit, cost) < 0) {
      return false;
    }
    credit -= cost;
    return true;
  }
}
