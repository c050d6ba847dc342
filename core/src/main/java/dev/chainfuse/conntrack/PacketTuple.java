package dev.chainfuse.conntrack;

import dev.chainfuse.packet.Bytes;
import dev.chainfuse.packet.Ipv4;

/** The protocol's part of a packet's tuple: nf_ct_get_tuple of nf_conntrack_core.c. */
final class PacketTuple {
  /** The header is too short, or of a kind that has no tuple. */
  static final long NO_TUPLE = -1;

  private static final int GRE_VERSION = 7;
  private static final int GRE_PPTP = 1;
  private static final int GRE_PPP = 0x880b;

  private PacketTuple() {}

  /**
   * Ports, ICMP id and type, or GRE keys, as an unsigned 32-bit number in the layout of {@link
   * FlowDescriptor}; or {@link #NO_TUPLE}.
   */
  static long ports(byte[] data, int at, int end, int protocol) {
    switch (protocol) {
      case Ipv4.TCP:
      case Ipv4.UDP:
      case Ipv4.UDPLITE:
      case Ipv4.SCTP:
        return end - at < 4 ? NO_TUPLE : Bytes.getInt(data, at) & 0xffff_ffffL;
      case Ipv4.ICMP:
        return end - at < 8
            ? NO_TUPLE
            : Bytes.getShort(data, at + 4) * 0x10000L | Bytes.getShort(data, at);
      case Ipv4.GRE:
        return greKeys(data, at, end);
      default:
        return 0;
    }
  }

  /** Only PPTP's version has a key, the call id; its source key is unknown without a helper: 0. */
  private static long greKeys(byte[] data, int at, int end) {
    if (end - at < 8 || (data[at + 1] & GRE_VERSION) != GRE_PPTP) {
      return 0;
    }
    return Bytes.getShort(data, at + 2) == GRE_PPP ? Bytes.getShort(data, at + 6) : NO_TUPLE;
  }
}
