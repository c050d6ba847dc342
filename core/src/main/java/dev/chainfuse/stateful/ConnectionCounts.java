package dev.chainfuse.stateful;

import dev.chainfuse.packet.ConnectionFacts;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How many connections there are for each address: what {@code -m connlimit} counts
 * (net/netfilter/nf_conncount.c of Linux 6.18). Connections that have ended are found out only when
 * packets of the same address come, at most once a jiffy of 4 ms, and the packet of an assured
 * connection does not add it. Mutable, one thread.
 */
public final class ConnectionCounts {
  /** Most connections that are found to have ended in one go (CONNCOUNT_GC_MAX_COLLECT). */
  private static final int MOST_COLLECTED = 64;

  private static final long NANOS_PER_JIFFY = 4_000_000;

  /** The original tuple of a connection. */
  private record Tuple(int source, int destination, int ports, int protocolZone) {}

  /** The connections of one address, the newest first. */
  private static final class Group {
    private final List<Tuple> tuples = new ArrayList<>();
    private long lastCollection;
    private int lastSize;
  }

  private final Map<Long, Group> groups = new HashMap<>();

  /**
   * Counts the connections of an address after the packet's own was added, unless it is there.
   *
   * @param key the masked address, and the zone in the high half
   * @param flow the packet's connection, or {@link ConnectionFacts#NO_FLOW}
   * @param source of the connection's original tuple, or of an untracked packet; likewise the rest
   * @param ports source port in the high, destination port in the low half
   * @param protocolZone protocol in the low byte, zone in the high half
   * @return 0 if the address has only connections that have ended: the kernel drops the packet then
   */
  public int count(
      long key,
      ConnectionFacts connections,
      int flow,
      int source,
      int destination,
      int ports,
      int protocolZone,
      long nanos) {
    long now = Math.floorDiv(nanos, NANOS_PER_JIFFY);
    Tuple tuple = new Tuple(source, destination, ports, protocolZone);
    int known = flow >= 0 ? flow : live(connections, tuple, nanos);
    Group group = groups.get(key);
    if (group == null) {
      group = new Group();
      group.tuples.add(tuple);
      group.lastCollection = now;
      groups.put(key, group);
      return 1;
    }
    int status = known < 0 ? 0 : connections.status(known);
    boolean confirmed = (status & ConnectionFacts.STATUS_CONFIRMED) != 0;
    if (confirmed && (status & ConnectionFacts.STATUS_ASSURED) != 0) {
      if (!justCollected(group, now)) {
        collect(group, connections, nanos, now);
      }
      return group.tuples.size();
    }
    if (confirmed || !justCollected(group, now)) {
      if (collectUnlessFound(group, tuple, connections, nanos, now)) {
        return group.tuples.size();
      }
    }
    group.tuples.add(0, tuple);
    return group.tuples.size();
  }

  private static boolean justCollected(Group group, long now) {
    return group.lastCollection == now && group.tuples.size() - group.lastSize < MOST_COLLECTED;
  }

  private static int live(ConnectionFacts connections, Tuple tuple, long nanos) {
    return connections.live(
        tuple.source, tuple.destination, tuple.ports, tuple.protocolZone, nanos);
  }

  /** nf_conncount_gc_list. */
  private static void collect(Group group, ConnectionFacts connections, long nanos, long now) {
    int collected = 0;
    for (int i = 0; i < group.tuples.size() && collected <= MOST_COLLECTED; ) {
      int flow = live(connections, group.tuples.get(i), nanos);
      if (flow < 0 || connections.closed(flow)) {
        group.tuples.remove(i);
        collected++;
      } else {
        i++;
      }
    }
    group.lastCollection = now;
    group.lastSize = group.tuples.size();
  }

  /** The same on the way to {@code wanted}; whether that is there. */
  private static boolean collectUnlessFound(
      Group group, Tuple wanted, ConnectionFacts connections, long nanos, long now) {
    int collected = 0;
    for (int i = 0; i < group.tuples.size() && collected <= MOST_COLLECTED; ) {
      Tuple tuple = group.tuples.get(i);
      int flow = live(connections, tuple, nanos);
      if (flow >= 0 && tuple.equals(wanted)) {
        return true;
      }
      if (flow < 0 || connections.closed(flow)) {
        group.tuples.remove(i);
        collected++;
      } else {
        i++;
      }
    }
    group.lastCollection = now;
    group.lastSize = group.tuples.size();
    return false;
  }
}
