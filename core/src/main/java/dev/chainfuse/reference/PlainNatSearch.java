package dev.chainfuse.reference;

import dev.chainfuse.conntrack.ChoiceSource;
import dev.chainfuse.conntrack.ConnectionTable;
import dev.chainfuse.conntrack.FlowDescriptor;
import dev.chainfuse.conntrack.NatSearch;
import dev.chainfuse.conntrack.TcpTracker;
import dev.chainfuse.packet.ConnectionFacts;
import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.rules.NatRange;
import org.jspecify.annotations.Nullable;

/**
 * The reference engine's search for NAT tuples, step by step as get_unique_tuple of
 * net/netfilter/nf_nat_core.c.
 */
public final class PlainNatSearch extends NatSearch {
  private static final int NONE = ConnectionTable.NONE;

  /** A candidate. */
  private record Tuple(int source, int destination, int ports) {
    int sourcePort() {
      return ports >>> 16;
    }

    int destinationPort() {
      return ports & 0xffff;
    }

    Tuple withSource(int address) {
      return new Tuple(address, destination, ports);
    }

    Tuple withDestination(int address) {
      return new Tuple(source, address, ports);
    }

    Tuple withSourcePort(int port) {
      return new Tuple(source, destination, port << 16 | destinationPort());
    }

    Tuple withDestinationPort(int port) {
      return new Tuple(source, destination, sourcePort() << 16 | port);
    }
  }

  /** What is asked: for which flow, which end, within what. */
  private record Question(
      int flow, int protocol, int protocolZone, boolean ofSource, NatRange range, int now) {
    boolean random() {
      return (range.flags() & RANDOM_ALL) != 0;
    }
  }

  public PlainNatSearch(ConnectionTable table, ChoiceSource choices) {
    super(table, choices);
  }

  @Override
  public void search(
      int flow,
      boolean manipulateSource,
      int flags,
      int minAddress,
      int maxAddress,
      int minPort,
      int maxPort,
      int nowJiffies) {
    int protocolZone = FlowDescriptor.protocolZone(table.words(flow), table.base(flow));
    NatRange range = new NatRange(flags, minAddress, maxAddress, minPort, maxPort);
    Question question =
        new Question(flow, protocolZone & 0xff, protocolZone, manipulateSource, range, nowJiffies);
    Tuple answer = unique(question, new Tuple(source, destination, ports));
    source = answer.source;
    destination = answer.destination;
    ports = answer.ports;
  }

  private Tuple unique(Question q, Tuple original) {
    if (q.ofSource && !q.random()) {
      if (inRange(q, original)) {
        if (!usedByAnother(q, original)) {
          return original;
        }
      } else {
        Tuple mapped = mappingOfTheSameSource(q, original);
        if (mapped != null && !used(q, mapped)) {
          return mapped;
        }
      }
    }
    Tuple tuple = bestAddress(q, original);
    if (!q.random()) {
      if (!q.range.has(NatRange.PORTS_SPECIFIED)) {
        if (!used(q, tuple)) {
          return tuple;
        }
      } else if (!q.range.has(NatRange.PORT_OFFSET)
          && portInRange(q, tuple, q.ofSource)
          && (q.range.minPort() == q.range.maxPort() || !used(q, tuple))) {
        return tuple;
      }
    }
    return uniquePort(q, tuple);
  }

  /**
   * The flow whose reply is the inverse of the tuple; NONE if there is none, or it is the same
   * flow.
   */
  private int holder(Question q, Tuple tuple) {
    return find(
        tuple.destination,
        tuple.source,
        invertPorts(q.protocol, tuple.ports),
        q.protocolZone,
        q.now);
  }

  private boolean used(Question q, Tuple tuple) {
    int handle = holder(q, tuple);
    boolean taken =
        handle != NONE
            && !tupleOf(handle >>> 1, ConnectionFacts.ORIGINAL)
                .equals(tupleOf(q.flow, ConnectionFacts.ORIGINAL));
    if (taken) {
      countTaken();
    }
    return taken;
  }

  private Tuple tupleOf(int flow, int direction) {
    return new Tuple(
        table.source(flow, direction),
        table.destination(flow, direction),
        table.ports(flow, direction));
  }

  private boolean translated(int flow) {
    int uses =
        ConnectionFacts.STATUS_SRC_NAT
            | ConnectionFacts.STATUS_DST_NAT
            | ConnectionFacts.STATUS_SEQ_ADJUST;
    return (table.status(flow) & uses) != 0;
  }

  /** nf_nat_used_tuple_new: a flow that is this one seen from the other end takes nothing. */
  private boolean usedByAnother(Question q, Tuple tuple) {
    if (!used(q, tuple)) {
      return false;
    }
    if (!allowsClash(q.protocol) || translated(q.flow)) {
      return true;
    }
    int handle = find(tuple.source, tuple.destination, tuple.ports, q.protocolZone, q.now);
    if (handle == NONE) {
      handle = holder(q, tuple);
    }
    if (handle == NONE) {
      return false;
    }
    int other = handle >>> 1;
    return translated(other)
        || !tupleOf(other, ConnectionFacts.ORIGINAL).equals(tupleOf(q.flow, ConnectionFacts.REPLY));
  }

  private static boolean inRange(Question q, Tuple tuple) {
    if (q.range.has(NatRange.MAP_ADDRESSES)
        && (Integer.compareUnsigned(tuple.source, q.range.minAddress()) < 0
            || Integer.compareUnsigned(tuple.source, q.range.maxAddress()) > 0)) {
      return false;
    }
    return !q.range.has(NatRange.PORTS_SPECIFIED) || portInRange(q, tuple, true);
  }

  private static boolean portInRange(Question q, Tuple tuple, boolean ofSource) {
    boolean hasPorts =
        switch (q.protocol) {
          case Ipv4.ICMP, Ipv4.TCP, Ipv4.UDP, Ipv4.UDPLITE, Ipv4.SCTP, Ipv4.GRE -> true;
          default -> false;
        };
    if (!hasPorts) {
      return true;
    }
    boolean first = ofSource || q.protocol == Ipv4.ICMP;
    int port = first ? tuple.sourcePort() : tuple.destinationPort();
    return port >= q.range.minPort() && port <= q.range.maxPort();
  }

  /** find_appropriate_src: what another flow from the same address and port was given. */
  private @Nullable Tuple mappingOfTheSameSource(Question q, Tuple tuple) {
    int other = table.firstBySource(tuple.source, tuple.sourcePort(), q.protocolZone);
    for (; other != NONE; other = table.nextBySource(other)) {
      if (table.confirmed(other) && table.expired(other, q.now)) {
        continue;
      }
      int reply = invertPorts(q.protocol, table.ports(other, ConnectionFacts.REPLY));
      Tuple candidate =
          tuple
              .withSource(table.destination(other, ConnectionFacts.REPLY))
              .withSourcePort(reply >>> 16);
      if (inRange(q, candidate)) {
        return candidate;
      }
    }
    return null;
  }

  /** find_best_ips_proto: the only address, or one by a hash of the source. */
  private static Tuple bestAddress(Question q, Tuple tuple) {
    NatRange range = q.range;
    if (!range.has(NatRange.MAP_ADDRESSES)) {
      return tuple;
    }
    int address = range.minAddress();
    if (range.minAddress() != range.maxAddress()) {
      long hash =
          Integer.toUnsignedLong(
              addressHash(
                  tuple.source,
                  tuple.destination,
                  q.protocolZone >>> 16,
                  range.has(NatRange.PERSISTENT)));
      long size =
          Integer.toUnsignedLong(range.maxAddress())
                  - Integer.toUnsignedLong(range.minAddress())
                  + 1
              & 0xffff_ffffL;
      address += (int) (hash * size >>> 32);
    }
    return q.ofSource ? tuple.withSource(address) : tuple.withDestination(address);
  }

  /** nf_nat_l4proto_unique_tuple. */
  private Tuple uniquePort(Question q, Tuple tuple) {
    boolean specified = q.range.has(NatRange.PORTS_SPECIFIED);
    int low = Math.min(q.range.minPort(), q.range.maxPort());
    int count = Math.abs(q.range.maxPort() - q.range.minPort()) + 1;
    switch (q.protocol) {
      case Ipv4.ICMP -> {
        return specified ? tryPorts(q, tuple, low, count) : tryPorts(q, tuple, 0, 65_536);
      }
      case Ipv4.TCP, Ipv4.UDP, Ipv4.UDPLITE, Ipv4.SCTP -> {
        if (specified) {
          return tryPorts(q, tuple, low, count);
        }
        if (!q.ofSource) {
          return tuple;
        }
        int port = tuple.sourcePort();
        return port < 512
            ? tryPorts(q, tuple, 1, 511)
            : port < 1024 ? tryPorts(q, tuple, 600, 424) : tryPorts(q, tuple, 1024, 64_512);
      }
      default -> {
        return tuple;
      }
    }
  }

  /** Up to 128 ports from one place on, then half as many from another, and so on. */
  private Tuple tryPorts(Question q, Tuple tuple, int minimum, int count) {
    boolean ofSource = q.ofSource || q.protocol == Ipv4.ICMP;
    boolean shifted = q.range.has(NatRange.PORT_OFFSET);
    boolean draws = !shifted && (q.ofSource || q.random());
    int old = ofSource ? tuple.sourcePort() : tuple.destinationPort();
    Tuple last = tuple;
    for (int attempts = Math.min(count, MAX_ATTEMPTS); ; attempts /= 2) {
      int start = draws ? draw(q, minimum, count) : minimum;
      int chosen = -1;
      for (int i = 0; i < attempts && chosen < 0; i++) {
        int port = minimum + (Math.floorMod(start - minimum, count) + i) % count;
        if (shifted) {
          // The kernel counts in 16 bits.
          port = minimum + (old - basePort + i & 0xffff) % count;
        }
        last = ofSource ? last.withSourcePort(port) : last.withDestinationPort(port);
        if (!usedEvenHarder(q, last, attempts - i)) {
          chosen = port;
        }
      }
      if (draws) {
        settle(q, start, chosen);
      }
      if (chosen >= 0 || attempts >= count || attempts < 16) {
        return last;
      }
      draws = true;
      shifted = false;
    }
  }

  private int draw(Question q, int minimum, int count) {
    Tuple original = tupleOf(q.flow, ConnectionFacts.ORIGINAL);
    return choices.port(
        q.protocol, original.source, original.destination, original.ports, minimum, count);
  }

  private void settle(Question q, int drawn, int chosen) {
    Tuple original = tupleOf(q.flow, ConnectionFacts.ORIGINAL);
    choices.settled(
        q.protocol, original.source, original.destination, original.ports, drawn, chosen);
  }

  /** nf_nat_used_tuple_harder: near the end of a round a closing connection is evicted. */
  private boolean usedEvenHarder(Question q, Tuple tuple, int attemptsLeft) {
    if (attemptsLeft > HARDER_THRESHOLD
        || q.protocol != Ipv4.TCP
        || FlowDescriptor.state(table.words(q.flow), table.base(q.flow)) != TcpTracker.SYN_SENT) {
      return used(q, tuple);
    }
    int handle = holder(q, tuple);
    if (handle == NONE) {
      return false;
    }
    boolean reply = (handle & 1) == ConnectionFacts.REPLY;
    if (!reply || !mayEvict(handle >>> 1, q.flow)) {
      return true;
    }
    evict(handle >>> 1);
    return false;
  }
}
