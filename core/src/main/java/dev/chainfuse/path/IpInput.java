package dev.chainfuse.path;

import dev.chainfuse.packet.Action;
import dev.chainfuse.packet.DropReason;
import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.packet.OnesComplement;
import dev.chainfuse.packet.Skb;

/**
 * IPv4 from the link: header checks, PREROUTING, the routing decision, local delivery
 * (net/ipv4/ip_input.c).
 */
final class IpInput {
  private static final int ICMP_UNREACHABLE = 3;
  private static final int CODE_PORT = 3;

  private final PathState state;

  IpInput(PathState state) {
    this.state = state;
  }

  /**
   * ip_rcv_core's checks; afterwards the packet's header fields are read and padding behind the
   * total length is cut off.
   */
  boolean headerRight(Skb skb) {
    int available = skb.frame + skb.frameLength - skb.network;
    byte[] data = skb.data;
    int at = skb.network;
    if (available < Ipv4.MINIMUM_HEADER || data[at] >>> 4 != 4) {
      return false;
    }
    int header = (data[at] & 15) << 2;
    if (header < Ipv4.MINIMUM_HEADER
        || header > available
        || OnesComplement.checksum(data, at, header) != 0) {
      return false;
    }
    int total = (data[at + 2] & 255) << 8 | data[at + 3] & 255;
    if (total < header || total > available) {
      return false;
    }
    skb.parse();
    return true;
  }

  /** A packet for this stack, by {@code device} (ip_rcv). */
  void receive(Skb skb, int device) {
    if (skb.packetType == Skb.PACKET_OTHERHOST) {
      state.end(skb, DropReason.OTHER_HOST);
      return;
    }
    if (!headerRight(skb)) {
      state.end(skb, DropReason.IP_HEADER);
      return;
    }
    skb.frameLength = skb.end - skb.frame;
    skb.inInterface = device;
    // A bridge has run PREROUTING already: ip_sabotage_in, net/bridge/br_netfilter_hooks.c.
    if (!skb.bridgeInfo && !state.hooks.prerouting(skb)) {
      return;
    }
    route(skb, device);
  }

  /** ip_rcv_finish and dst_input. */
  private void route(Skb skb, int device) {
    if (skb.routeType == 0) {
      DropReason wrong = state.routing.input(skb, device);
      if (wrong != DropReason.NONE) {
        state.end(skb, wrong);
        return;
      }
    }
    if (skb.headerLength > Ipv4.MINIMUM_HEADER && !state.options.accept(skb)) {
      return;
    }
    switch (skb.routeType) {
      case Routing.LOCAL, Routing.BROADCAST, Routing.MULTICAST -> deliver(skb);
      case Routing.UNICAST -> state.forward.receive(skb);
      default -> state.icmp.unroutable(skb, device);
    }
  }

  /** ip_local_deliver: INPUT, then the host's programs. */
  void deliver(Skb skb) {
    if (Reassembly.isFragment(skb)
        && !state.reassembly.complete(skb, Reassembly.User.LOCAL_DELIVERY, skb.inInterface)) {
      return;
    }
    if (state.hooks.input(skb)) {
      state.reached(skb, Action.LOCAL);
      state.egress.delivered(
          skb.data, skb.network, skb.end - skb.network, skb.inInterface, state.index, skb.sequence);
      if (state.answersClosed(skb) && PathTargets.checksumRight(skb)) {
        answerClosed(skb);
      }
    }
  }

  /** No program waits for it (__udp4_lib_rcv, net/ipv4/udp.c; tcp_v4_rcv, net/ipv4/tcp_ipv4.c). */
  private void answerClosed(Skb skb) {
    if (skb.protocol == Ipv4.UDP) {
      state.icmp.send(skb, ICMP_UNREACHABLE, CODE_PORT, 0);
    } else if ((skb.tcpFlags & Ipv4.TCP_RST) == 0) {
      state.reset.answerClosed(skb);
    }
  }
}
