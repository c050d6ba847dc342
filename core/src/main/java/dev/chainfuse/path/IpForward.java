package dev.chainfuse.path;

import dev.chainfuse.packet.Bytes;
import dev.chainfuse.packet.DropReason;
import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.packet.OnesComplement;
import dev.chainfuse.packet.Skb;

/** Forwarding (net/ipv4/ip_forward.c). */
final class IpForward {
  private static final int ICMP_UNREACHABLE = 3;
  private static final int CODE_FRAGMENTATION_NEEDED = 4;
  private static final int ICMP_TIME_EXCEEDED = 11;

  private final PathState state;

  IpForward(PathState state) {
    this.state = state;
  }

  void receive(Skb skb) {
    if (skb.packetType != Skb.PACKET_HOST) {
      state.end(skb, DropReason.UNICAST_IN_BROADCAST);
      return;
    }
    if (skb.ttl <= 1) {
      state.icmp.send(skb, ICMP_TIME_EXCEEDED, 0, 0);
      state.end(skb, DropReason.TTL);
      return;
    }
    if (exceedsMtu(skb)) {
      state.icmp.send(skb, ICMP_UNREACHABLE, CODE_FRAGMENTATION_NEEDED, skb.routeMtu);
      state.end(skb, DropReason.TOO_BIG);
      return;
    }
    decreaseTtl(skb);
    if (skb.redirect) {
      state.icmp.redirect(skb);
    }
    skb.outInterface = skb.routeInterface;
    if (state.hooks.forward(skb)) {
      state.output.send(skb);
    }
  }

  /**
   * ip_exceeds_mtu: what came in fragments may leave in fragments, unless one of them is too big.
   */
  private static boolean exceedsMtu(Skb skb) {
    if (skb.totalLength <= skb.routeMtu || (skb.fragmentWord & Ipv4.DONT_FRAGMENT) == 0) {
      return false;
    }
    return skb.fragmentMaximum == 0 || skb.fragmentMaximum > skb.routeMtu;
  }

  /** ip_decrease_ttl, with the header checksum updated (RFC 1141). */
  static void decreaseTtl(Skb skb) {
    int at = skb.network + Ipv4.TTL;
    int before = Bytes.getShort(skb.data, at);
    int after = before - 0x100;
    Bytes.putShort(skb.data, at, after);
    int checksum = Bytes.getShort(skb.data, skb.network + Ipv4.CHECKSUM);
    Bytes.putShort(
        skb.data,
        skb.network + Ipv4.CHECKSUM,
        OnesComplement.update(checksum, OnesComplement.delta16(before, after)));
    skb.ttl--;
  }
}
