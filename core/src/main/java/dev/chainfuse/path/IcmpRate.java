package dev.chainfuse.path;

import org.agrona.collections.Int2IntHashMap;

/**
 * Limits the host's ICMP errors and redirects per destination, in jiffies of 4 ms
 * (icmpv4_xrlim_allow in net/ipv4/icmp.c; inet_peer_xrlim_allow; ip_error and ip_rt_send_redirect
 * in net/ipv4/route.c). Destinations share one bucket of tokens for both. At most {@link #MAXIMUM}
 * destinations are remembered; then all are forgotten, which only makes the limit more generous,
 * and is counted.
 *
 * <pre>
 *   peers: destination -> slot
 *   slot s:  tokens[s] | last[s] (jiffies) | redirects[s]
 * </pre>
 */
final class IcmpRate {
  static final int MAXIMUM = 65_536;

  private static final long NANOS_PER_JIFFY = 4_000_000;
  private static final int HZ = 250;
  private static final int BURST_FACTOR = 6;
  private static final int UNROUTABLE_COST = HZ;
  private static final int UNROUTABLE_BURST = 5 * HZ;
  private static final int REDIRECT_LOAD = HZ / 50;
  private static final int REDIRECT_NUMBER = 9;
  private static final int REDIRECT_SILENCE = REDIRECT_LOAD << REDIRECT_NUMBER + 1;
  private static final int NONE = -1;
  private static final int HIGHEST_TYPE = 18;

  private final int interval;
  private final int mask;
  private final Int2IntHashMap peers = new Int2IntHashMap(NONE);
  private long[] tokens = new long[64];
  private long[] last = new long[64];
  private long[] lastRedirect = new long[64];
  private int[] redirects = new int[64];
  private int size;
  private long forgotten;

  /**
   * @param milliseconds {@code icmp_ratelimit}; 0 is no limit here, but a new jiffy empties the
   *     bucket that {@link #allowUnroutable} shares (inet_peer_xrlim_allow)
   * @param mask {@code icmp_ratemask}, a bit an ICMP type
   */
  IcmpRate(int milliseconds, int mask) {
    this.interval = (int) (milliseconds * 1_000_000L / NANOS_PER_JIFFY);
    this.mask = mask;
  }

  /** How often the memory was full and emptied. */
  long forgotten() {
    return forgotten;
  }

  boolean allow(int type, int code, int destination, long now) {
    boolean pathMtu = type == 3 && code == 4;
    if (type > HIGHEST_TYPE || pathMtu || (mask >>> type & 1) == 0) {
      return true;
    }
    int peer = peer(destination, now);
    if (now / NANOS_PER_JIFFY != last[peer]) {
      refill(peer, now, (long) BURST_FACTOR * interval);
    }
    return spend(peer, interval);
  }

  boolean allowUnroutable(int destination, long now) {
    int peer = peer(destination, now);
    refill(peer, now, UNROUTABLE_BURST);
    return spend(peer, UNROUTABLE_COST);
  }

  boolean allowRedirect(int destination, long now) {
    int peer = peer(destination, now);
    long jiffies = now / NANOS_PER_JIFFY;
    if (jiffies > lastRedirect[peer] + REDIRECT_SILENCE) {
      tokens[peer] = 0;
      redirects[peer] = 0;
    }
    if (redirects[peer] >= REDIRECT_NUMBER) {
      lastRedirect[peer] = jiffies;
      return false;
    }
    if (tokens[peer] == 0
        || jiffies > lastRedirect[peer] + ((long) REDIRECT_LOAD << redirects[peer])) {
      lastRedirect[peer] = jiffies;
      tokens[peer]++;
      redirects[peer]++;
      return true;
    }
    return false;
  }

  private int peer(int destination, long now) {
    int known = peers.get(destination);
    if (known != NONE) {
      return known;
    }
    if (size == MAXIMUM) {
      peers.clear();
      size = 0;
      forgotten++;
    }
    if (size == tokens.length) {
      tokens = java.util.Arrays.copyOf(tokens, size * 2);
      last = java.util.Arrays.copyOf(last, size * 2);
      lastRedirect = java.util.Arrays.copyOf(lastRedirect, size * 2);
      redirects = java.util.Arrays.copyOf(redirects, size * 2);
    }
    int made = size++;
    peers.put(destination, made);
    tokens[made] = 0;
    last[made] = now / NANOS_PER_JIFFY - 60L * HZ;
    lastRedirect[made] = last[made];
    redirects[made] = 0;
    return made;
  }

  private void refill(int peer, long now, long burst) {
    long jiffies = now / NANOS_PER_JIFFY;
    tokens[peer] = Math.min(burst, tokens[peer] + jiffies - last[peer]);
    last[peer] = jiffies;
  }

  private boolean spend(int peer, int cost) {
    if (tokens[peer] < cost) {
      return false;
    }
    tokens[peer] -= cost;
    return true;
  }
}
