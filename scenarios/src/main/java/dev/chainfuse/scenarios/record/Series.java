package dev.chainfuse.scenarios.record;

import dev.chainfuse.packet.Action;
import java.util.Arrays;

/**
 * Counts over virtual time in at most {@link #BINS} bins; when time outgrows them, neighbours are
 * joined and bins become twice as wide.
 */
public final class Series {
  public static final int BINS = 512;
  private static final long FIRST_WIDTH_NANOS = 1_000_000;

  private final long[][] counts = new long[Action.values().length][BINS];
  private long widthNanos = FIRST_WIDTH_NANOS;
  private int used;

  void count(long nanos, Action action) {
    long bin = Math.max(0, nanos) / widthNanos;
    while (bin >= BINS) {
      halve();
      bin = Math.max(0, nanos) / widthNanos;
    }
    counts[action.ordinal()][(int) bin]++;
    used = Math.max(used, (int) bin + 1);
  }

  private void halve() {
    for (long[] row : counts) {
      for (int i = 0; i < BINS / 2; i++) {
        row[i] = row[2 * i] + row[2 * i + 1];
      }
      Arrays.fill(row, BINS / 2, BINS, 0);
    }
    widthNanos *= 2;
    used = (used + 1) / 2;
  }

  /** Nanoseconds that a bin covers. */
  public long widthNanos() {
    return widthNanos;
  }

  /** Bins in use. */
  public int size() {
    return used;
  }

  /** Packets that ended so in a bin. */
  public long at(Action action, int bin) {
    return counts[action.ordinal()][bin];
  }
}
