package dev.chainfuse.host;

/**
 * What makes an interface a bridge.
 *
 * @param ageingNanos how long a learned address lasts unused, nanoseconds; 0 switches learning off
 * @param cleanupNanos time until the next removal of aged addresses, nanoseconds (br_fdb_cleanup)
 * @param spanningTree whether STP runs
 * @param multicastSnooping whether group memberships are learned
 * @param multicastRouter 0 never, 1 by queries, 2 always gets multicast
 * @param nfCallIptables whether bridged packets traverse iptables on this bridge even if the sysctl
 *     says no
 * @param groupForwardMask bit n: forward 01:80:c2:00:00:0n
 */
public record Bridge(
    long ageingNanos,
    long cleanupNanos,
    boolean spanningTree,
    boolean multicastSnooping,
    int multicastRouter,
    boolean nfCallIptables,
    int groupForwardMask) {

  /** 300 s, no STP, snooping: a new bridge of the kernel (br_dev_setup). */
  public static final Bridge DEFAULT =
      new Bridge(300_000_000_000L, 300_000_000_000L, false, true, 1, false, 0);
}
