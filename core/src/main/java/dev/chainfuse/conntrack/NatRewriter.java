package dev.chainfuse.conntrack;

import static dev.chainfuse.conntrack.FlowDescriptor.TUPLE_STRIDE;

import dev.chainfuse.packet.Bytes;
import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.packet.OnesComplement;
import dev.chainfuse.packet.Skb;

/**
 * Rewrites packets: nf_nat_manip_pkt and nf_nat_icmp_reply_translation of
 * net/netfilter/nf_nat_proto.c. Checksums are updated incrementally, so that a wrong one stays
 * wrong.
 */
final class NatRewriter {
  private static final int ICMP_HEADER = 8;

  private NatRewriter() {}

  /**
   * Makes the packet look like the inverse of the tuple at {@code tuple} in one respect.
   *
   * @param tuple index of the first word of the other direction's tuple
   * @param source whether its source, or its destination, is rewritten
   * @return false if the packet is to be dropped
   */
  static boolean rewrite(Skb skb, int[] words, int tuple, boolean source) {
    // The inverse's source is the tuple's destination.
    int address = words[source ? tuple + 1 : tuple];
    int ports = words[tuple + 2];
    int port = source ? ports & 0xffff : ports >>> 16;
    if (skb.protocol == Ipv4.ICMP) {
      port = ports >>> 16;
    }
    if (!skb.laterFragment()) {
      if (!rewriteTransport(
          skb.data, skb.network, skb.transport, skb.end, skb.protocol, address, port, source)) {
        return false;
      }
      refreshPorts(skb, port, source);
    }
    rewriteAddress(skb.data, skb.network, address, source);
    if (source) {
      skb.source = address;
    } else {
      skb.destination = address;
    }
    return true;
  }

  private static void refreshPorts(Skb skb, int port, boolean source) {
    switch (skb.protocol) {
      case Ipv4.TCP, Ipv4.UDP, Ipv4.UDPLITE, Ipv4.SCTP -> {
        if (!skb.irregular) {
          if (source) {
            skb.sourcePort = port;
          } else {
            skb.destinationPort = port;
          }
        }
      }
      default -> {}
    }
  }

  private static void rewriteAddress(byte[] data, int header, int address, boolean source) {
    int at = header + (source ? Ipv4.SOURCE : Ipv4.DESTINATION);
    int old = Bytes.getInt(data, at);
    if (old != address) {
      int sum = header + Ipv4.CHECKSUM;
      int delta = OnesComplement.delta32(old, address);
      Bytes.putShort(data, sum, OnesComplement.update(Bytes.getShort(data, sum), delta));
      Bytes.putInt(data, at, address);
    }
  }

  /** l4proto_manip_pkt; the IP header still has the old address. False: it is to be dropped. */
  private static boolean rewriteTransport(
      byte[] data,
      int header,
      int at,
      int end,
      int protocol,
      int address,
      int port,
      boolean source) {
    int need = headerThatNatNeeds(protocol);
    if (end - at < need) {
      return false;
    }
    int old = Bytes.getInt(data, header + (source ? Ipv4.SOURCE : Ipv4.DESTINATION));
    int portAt = at + (source ? 0 : 2);
    switch (protocol) {
      case Ipv4.TCP -> {
        int delta = swapPort(data, portAt, port);
        // An ICMP error quotes as little as 8 bytes of a TCP header.
        if (end - at >= 20) {
          updateSum(data, at + 16, OnesComplement.delta32(old, address), delta);
        }
      }
      case Ipv4.UDP, Ipv4.UDPLITE -> {
        boolean summed = protocol == Ipv4.UDPLITE || Bytes.getShort(data, at + 6) != 0;
        int delta = swapPort(data, portAt, port);
        if (summed) {
          updateSum(data, at + 6, OnesComplement.delta32(old, address), delta);
          if (Bytes.getShort(data, at + 6) == 0) {
            Bytes.putShort(data, at + 6, 0xffff);
          }
        }
      }
      case Ipv4.SCTP -> {
        swapPort(data, portAt, port);
        if (end - at >= 12) {
          Bytes.putInt(data, at + 8, Crc32c.ofSctp(data, at, end));
        }
      }
      case Ipv4.ICMP -> {
        if (IcmpTracker.answer(data[at] & 0xff) >= 0) {
          updateSum(data, at + 2, 0, swapPort(data, at + 4, port));
        }
      }
      case Ipv4.GRE -> {
        return source || rewriteCallId(data, at, port);
      }
      default -> {}
    }
    return true;
  }

  /**
   * gre_manip_pkt, net/netfilter/nf_nat_proto.c: only a destination has a call id, and only in
   * version 1; a version that it does not know it does not translate.
   */
  private static boolean rewriteCallId(byte[] data, int at, int callId) {
    int version = data[at + 1] & 7;
    if (version == 1) {
      Bytes.putShort(data, at + 6, callId);
    }
    return version <= 1;
  }

  private static int headerThatNatNeeds(int protocol) {
    return switch (protocol) {
      case Ipv4.TCP, Ipv4.UDP, Ipv4.UDPLITE, Ipv4.SCTP, Ipv4.ICMP, Ipv4.GRE -> 8;
      default -> 0;
    };
  }

  /** Stores a port and returns the checksum's delta. */
  private static int swapPort(byte[] data, int at, int port) {
    int old = Bytes.getShort(data, at);
    Bytes.putShort(data, at, port);
    return OnesComplement.delta16(old, port);
  }

  private static void updateSum(byte[] data, int at, int delta1, int delta2) {
    int sum = Bytes.getShort(data, at);
    Bytes.putShort(data, at, OnesComplement.update(OnesComplement.update(sum, delta1), delta2));
  }

  /**
   * A wrong checksum, or a redirect about a connection that is or may be translated, is dropped.
   */
  static boolean errorMayPass(Skb skb, int status) {
    if (!Checksums.verify(skb)) {
      return false;
    }
    return skb.icmpTypeCode >>> 8 != IcmpTracker.REDIRECT
        || (status & (ConnectionTable.STATUS_NAT_DONE | ConnectionTable.STATUS_NAT))
            == ConnectionTable.STATUS_NAT_DONE;
  }

  /**
   * Translates an ICMP error about a NATed connection back: the quoted packet, the ICMP checksum,
   * and the outer address.
   *
   * @param tuple index of the first word of the other direction's tuple
   * @param source whether this hook rewrites sources
   * @return false if the packet is to be dropped
   */
  static boolean rewriteError(Skb skb, int[] words, int tuple, boolean source) {
    byte[] data = skb.data;
    int inner = skb.transport + ICMP_HEADER;
    if (skb.end - inner < Ipv4.MINIMUM_HEADER) {
      return false;
    }
    int innerTransport = inner + ((data[inner] & 15) << 2);
    int protocol = data[inner + Ipv4.PROTOCOL] & 0xff;
    // The quoted packet went the other way, so it becomes like the other direction's tuple, and
    // the other end of it is rewritten.
    int ports = words[tuple + 2];
    int address = words[source ? tuple + 1 : tuple];
    int port = source ? ports & 0xffff : ports >>> 16;
    if (protocol == Ipv4.ICMP) {
      port = ports >>> 16;
    }
    boolean innerSource = !source;
    if (!rewriteTransport(
        data, inner, innerTransport, skb.end, protocol, address, port, innerSource)) {
      return false;
    }
    rewriteAddress(data, inner, address, innerSource);
    int sumAt = skb.transport + 2;
    Bytes.putShort(data, sumAt, 0);
    Bytes.putShort(
        data, sumAt, OnesComplement.checksum(data, skb.transport, skb.end - skb.transport));
    rewriteAddress(data, skb.network, address, source);
    if (source) {
      skb.source = address;
    } else {
      skb.destination = address;
    }
    return true;
  }

  /** Index of the tuple of the direction opposite to {@code direction}. */
  static int otherTuple(int base, int direction) {
    return base + (1 - direction) * TUPLE_STRIDE;
  }
}
