package dev.chainfuse.scenarios.traffic;

import java.util.SplittableRandom;

/**
 * When the flows of a source start: an open loop, so a slow network delays none of them.
 *
 * @param perSecond flows a second, more than 0
 * @param poisson exponentially distributed gaps; else equal gaps
 */
public record Arrivals(double perSecond, boolean poisson) {
  private static final double NANOS = 1e9;

  /** Nanoseconds until the next start; at least 1. */
  long nextGapNanos(SplittableRandom random) {
    double mean = NANOS / perSecond;
    // StrictMath, so that the same seed gives the same run on every machine.
    double gap = poisson ? -mean * StrictMath.log(1 - random.nextDouble()) : mean;
    return Math.max(1, Math.round(gap));
  }
}
