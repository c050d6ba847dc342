package dev.chainfuse.scenarios.record;

import java.io.PrintStream;
import org.HdrHistogram.Histogram;

/**
 * How long the engine took a packet, as means of batches: one pair of clock readings a batch, its
 * mean counted once for each packet. The clock itself costs about 20 ns and ticks in tens of
 * nanoseconds, so single packets are not timed, and a percentile here is one of batch means.
 */
public final class BatchLatency {
  /** What every printed figure says beside it. */
  public static final String LABEL = "means of batches, nanoseconds per packet";

  private static final long HIGHEST_NANOS = 10_000_000_000L;

  private final Histogram histogram = new Histogram(1, HIGHEST_NANOS, 3);
  private long batches;
  private long totalNanos;

  void record(long elapsedNanos, int packets) {
    batches++;
    totalNanos += elapsedNanos;
    long mean = Math.max(1, Math.round((double) elapsedNanos / packets));
    histogram.recordValueWithCount(Math.min(mean, HIGHEST_NANOS), packets);
  }

  /** Packets timed. */
  public long packets() {
    return histogram.getTotalCount();
  }

  public long batches() {
    return batches;
  }

  /** Whole time in the engine over packets; 0 if none. */
  public double meanNanos() {
    return packets() == 0 ? 0 : (double) totalNanos / packets();
  }

  /** A percentile of the batch means, from 0 to 100. */
  public long atPercentile(double percentile) {
    return histogram.getValueAtPercentile(percentile);
  }

  public long mostNanos() {
    return histogram.getMaxValue();
  }

  /** Writes the percentile distribution in HdrHistogram's text form. */
  public void write(PrintStream out) {
    out.println("#[" + LABEL + "; " + batches + " batches]");
    histogram.outputPercentileDistribution(out, 1.0);
  }
}
