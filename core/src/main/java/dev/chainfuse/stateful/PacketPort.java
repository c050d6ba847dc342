package dev.chainfuse.stateful;

import dev.chainfuse.packet.Bytes;
import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.packet.Skb;

/**
 * The port of a packet as sets see it (ip_set_get_ip4_port, net/netfilter/ipset/ip_set_getport.c).
 */
final class PacketPort {
  private static final int ICMPV6 = 58;
  private static final int ICMP_BYTES = 8;

  private PacketPort() {}

  /**
   * The source or destination port, an ICMP type and code, 0 of a protocol without ports; -1 if the
   * packet does not show it.
   */
  static int read(Skb skb, boolean source) {
    int protocol = skb.protocol;
    if (protocol == 0) {
      return -1;
    }
    boolean ported =
        protocol == Ipv4.TCP
            || protocol == Ipv4.UDP
            || protocol == Ipv4.UDPLITE
            || protocol == Ipv4.SCTP;
    if (skb.laterFragment()) {
      return ported || protocol == Ipv4.ICMP ? -1 : 0;
    }
    int have = skb.end - skb.transport;
    if (ported) {
      if (have < Skb.transportHeader(protocol)) {
        return -1;
      }
      return source ? skb.sourcePort : skb.destinationPort;
    }
    if (protocol == Ipv4.ICMP || protocol == ICMPV6) {
      return have < ICMP_BYTES ? -1 : Bytes.getShort(skb.data, skb.transport);
    }
    return 0;
  }
}
