package dev.chainfuse;

import dev.chainfuse.conntrack.ChoiceSource;
import org.jspecify.annotations.Nullable;

/**
 * Options of a session.
 *
 * @param seed of everything random: NAT ports on a clash, ICMP ids, {@code statistic --mode
 *     random}, hash keys; equal seeds give equal results
 * @param choices where NAT's random choices come from; null draws them by the seed
 * @param startNanos virtual time at which the host is as described: ages count from there
 * @param observer is told of every chain that runs; null for none; only with the fused engine
 * @param sockets what the host's own sockets answer
 * @param deliveries whether {@link Session#deliveries} keeps what the host's programs got
 * @param epochNanos what the clock on the wall shows at virtual time 0, in nanoseconds since 1970
 *     in UTC: what {@code -m time} goes by
 */
public record SessionOptions(
    long seed,
    @Nullable ChoiceSource choices,
    long startNanos,
    @Nullable ChainObserver observer,
    HostSockets sockets,
    boolean deliveries,
    long epochNanos) {
  /** Seed 1, choices by the seed, start at 0. */
  public static final SessionOptions DEFAULT =
      new SessionOptions(1, null, 0, null, HostSockets.SILENT, false, 0);

  /** These options with another seed. */
  public SessionOptions withSeed(long other) {
    return new SessionOptions(
        other, choices, startNanos, observer, sockets, deliveries, epochNanos);
  }

  /** These options with NAT choosing as {@code source} says. */
  public SessionOptions withChoices(ChoiceSource source) {
    return new SessionOptions(seed, source, startNanos, observer, sockets, deliveries, epochNanos);
  }

  /** These options with virtual time starting at {@code nanos}. */
  public SessionOptions withStart(long nanos) {
    return new SessionOptions(seed, choices, nanos, observer, sockets, deliveries, epochNanos);
  }

  /** These options with virtual time 0 being {@code nanos} nanoseconds after 1970 in UTC. */
  public SessionOptions withEpoch(long nanos) {
    return new SessionOptions(seed, choices, startNanos, observer, sockets, deliveries, nanos);
  }

  /** These options with {@code listener} told of every chain that runs. */
  public SessionOptions withObserver(ChainObserver listener) {
    return new SessionOptions(seed, choices, startNanos, listener, sockets, deliveries, epochNanos);
  }

  /** These options with the host's sockets answering as {@code answers} says. */
  public SessionOptions withSockets(HostSockets answers) {
    return new SessionOptions(seed, choices, startNanos, observer, answers, deliveries, epochNanos);
  }

  /** These options with {@link Session#deliveries} kept. */
  public SessionOptions withDeliveries() {
    return new SessionOptions(seed, choices, startNanos, observer, sockets, true, epochNanos);
  }
}
