package dev.chainfuse;

import dev.chainfuse.conntrack.ChoiceSource;
import org.jspecify.annotations.Nullable;

/**
 * Options of a session.
 *
 * @param seed of everything random: NAT ports on a clash, ICMP ids, {@code statistic --mode random},
 *     hash keys; equal seeds give equal results
 * @param choices where NAT's random choices come from; null draws them by the seed
 */
public record SessionOptions(long seed, @Nullable ChoiceSource choices) {
  /** Seed 1, choices by the seed. */
  public static final SessionOptions DEFAULT = new SessionOptions(1, null);

  public SessionOptions withSeed(long other) {
    return new SessionOptions(other, choices);
  }

  public SessionOptions withChoices(ChoiceSource source) {
    return new SessionOptions(seed, source);
  }
}
