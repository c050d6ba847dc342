package dev.chainfuse.conntrack;

import static dev.chainfuse.conntrack.ConnectionTable.NONE;

import dev.chainfuse.packet.Bytes;
import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.packet.Skb;

/**
 * ICMP before it is tracked: nf_conntrack_icmpv4_error and nf_conntrack_inet_error of
 * nf_conntrack_proto_icmp.c.
 */
final class IcmpErrors {
  /** The packet is INVALID. */
  static final int INVALID = 0;

  /** An error about a known connection, to which the packet now belongs. */
  static final int RELATED = 1;

  /** Not an error. */
  static final int ORDINARY = 2;

  /** The highest known type, NR_ICMP_TYPES. */
  private static final int MAX_TYPE = 18;

  private static final int HEADER = 8;

  private IcmpErrors() {}

  static int associate(Skb skb, ConnectionTable table, FlowLife life, boolean verify, int now) {
    if (skb.end - skb.transport < HEADER || (verify && !Checksums.verify(skb))) {
      return INVALID;
    }
    int type = skb.data[skb.transport] & 0xff;
    if (type > MAX_TYPE) {
      return INVALID;
    }
    if (!IcmpTracker.isError(type)) {
      return ORDINARY;
    }
    int handle = findQuoted(skb, life, now);
    // What the error came to must be where the quoted packet came from; after translation that is
    // the destination of the direction found.
    if (handle == NONE || table.destination(handle >>> 1, handle & 1) != skb.destination) {
      return INVALID;
    }
    skb.flow = handle >>> 1;
    skb.connectionInfo = (handle & 1) == 0 ? Skb.CT_RELATED : Skb.CT_RELATED_REPLY;
    return RELATED;
  }

  /** The flow of which the quoted packet would be the answer's opposite: its inverse tuple. */
  private static int findQuoted(Skb skb, FlowLife life, int now) {
    byte[] data = skb.data;
    int inner = skb.transport + HEADER;
    if (skb.end - inner < Ipv4.MINIMUM_HEADER
        || (Bytes.getShort(data, inner + Ipv4.FRAGMENT) & Ipv4.OFFSET_MASK) != 0) {
      return NONE;
    }
    int transport = inner + ((data[inner] & 15) << 2);
    if (transport > skb.end) {
      return NONE;
    }
    int protocol = data[inner + Ipv4.PROTOCOL] & 0xff;
    long ports = PacketTuple.ports(data, transport, skb.end, protocol);
    if (ports == PacketTuple.NO_TUPLE
        || (protocol == Ipv4.ICMP && IcmpTracker.answer((int) ports >>> 8 & 0xff) < 0)) {
      return NONE;
    }
    return life.find(
        Bytes.getInt(data, inner + Ipv4.DESTINATION),
        Bytes.getInt(data, inner + Ipv4.SOURCE),
        NatSearch.invertPorts(protocol, (int) ports),
        protocol | skb.zone() << 16,
        now);
  }
}
