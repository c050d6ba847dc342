package dev.chainfuse.path;

import dev.chainfuse.forwarding.Fdb;
import dev.chainfuse.packet.Action;
import dev.chainfuse.packet.Bytes;
import dev.chainfuse.packet.DropReason;
import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.packet.Skb;

/**
 * Software bridges: learning, look-up, flooding, and the netfilter hooks for bridged IPv4
 * (net/bridge/br_input.c, br_forward.c, br_netfilter_hooks.c).
 */
final class Bridging {
  /** 01:80:c2:00:00:0x, which no bridge forwards by default. */
  private static final long LINK_LOCAL = 0x0180_c200_0000L;

  private static final long BROADCAST_MAC = 0xffff_ffff_ffffL;
  private static final long GROUP_BIT = 1L << 40;

  private static final int VLAN_HEADER = 4;

  private final PathState state;
  private final Devices devices;
  private final Fdb fdb;

  Bridging(PathState state) {
    this.state = state;
    this.devices = state.devices;
    this.fdb = state.fdb;
  }

  /** A frame came in by a bridge's port (br_handle_frame). */
  void receive(Skb skb, int port) {
    long source = skb.sourceMac;
    if ((source & GROUP_BIT) != 0 || source == 0) {
      state.end(skb, DropReason.INVALID_FRAME);
      return;
    }
    int bridge = devices.master[port];
    if ((skb.destinationMac & ~15L) == LINK_LOCAL && !passesLinkLocal(skb, bridge)) {
      linkLocal(skb, bridge, port);
      return;
    }
    int portState = devices.portState[port];
    if (portState != Devices.FORWARDING && portState != Devices.LEARNING) {
      state.end(skb, DropReason.PORT_STATE);
      return;
    }
    if (skb.destinationMac == devices.mac[bridge]) {
      skb.packetType = Skb.PACKET_HOST;
    }
    if (filtered(skb, bridge)) {
      prerouting(skb, bridge, port);
    } else {
      finish(skb, bridge, port);
    }
  }

  /** Spanning tree messages are ordinary frames of a bridge without spanning tree. */
  private boolean passesLinkLocal(Skb skb, int bridge) {
    return (skb.destinationMac & 15) == 0 && !devices.spanningTree[bridge];
  }

  private void linkLocal(Skb skb, int bridge, int port) {
    if ((skb.destinationMac & 15) == 1) {
      state.end(skb, DropReason.OTHER_PROTOCOL);
      return;
    }
    learn(skb, bridge, port);
    state.consumed(skb);
  }

  /** Whether br_netfilter shows the frame to iptables. */
  private boolean filtered(Skb skb, int bridge) {
    return devices.filterBridged[bridge] && etherType(skb) == Ipv4.ETHERTYPE_IPV4;
  }

  private static int etherType(Skb skb) {
    return Bytes.getShort(skb.data, skb.frame + 12);
  }

  /** br_nf_pre_routing and br_nf_pre_routing_finish. */
  private void prerouting(Skb skb, int bridge, int port) {
    if (!state.input.headerRight(skb)) {
      state.end(skb, DropReason.IP_HEADER);
      return;
    }
    skb.frameLength = skb.end - skb.frame;
    skb.bridgeInfo = true;
    skb.physicalIn = port;
    if (skb.packetType == Skb.PACKET_OTHERHOST) {
      skb.packetType = Skb.PACKET_HOST;
      skb.otherHost = true;
    }
    int destination = skb.destination;
    skb.inInterface = bridge;
    if (!state.hooks.prerouting(skb)) {
      return;
    }
    restoreOtherHost(skb);
    if (skb.destination != destination && !redirected(skb, bridge)) {
      return;
    }
    finish(skb, bridge, port);
  }

  private static void restoreOtherHost(Skb skb) {
    if (skb.otherHost) {
      skb.packetType = Skb.PACKET_OTHERHOST;
      skb.otherHost = false;
    }
  }

  /**
   * The destination was translated: false if the packet ended or waits, else its MAC is right
   * again.
   */
  private boolean redirected(Skb skb, int bridge) {
    DropReason wrong = state.routing.input(skb, bridge);
    if (wrong == DropReason.NONE
        && skb.routeType == Routing.UNICAST
        && skb.routeInterface == bridge) {
      return bridgedTranslation(skb, bridge);
    }
    if (wrong == DropReason.FORWARDING_OFF && state.routing.leadsTo(skb, bridge)) {
      return bridgedTranslation(skb, bridge);
    }
    if (wrong != DropReason.NONE) {
      state.end(skb, wrong);
      return false;
    }
    setDestinationMac(skb, devices.mac[bridge]);
    skb.packetType = Skb.PACKET_HOST;
    return true;
  }

  /** Destination and source are on the same bridge: only the destination MAC changes. */
  private boolean bridgedTranslation(Skb skb, int bridge) {
    long mac = state.output.neighbourMac(skb, bridge, skb.nextHop, true);
    if (mac < 0) {
      return false;
    }
    setDestinationMac(skb, mac);
    return true;
  }

  private static void setDestinationMac(Skb skb, long mac) {
    skb.destinationMac = mac;
    Bytes.putMac(skb.data, skb.frame, mac);
  }

  /**
   * The neighbour of a waiting bridged packet is known now (br_nf_pre_routing_finish_bridge_slow).
   */
  void resume(Skb skb, long mac) {
    setDestinationMac(skb, mac);
    finish(skb, skb.inInterface, skb.physicalIn);
  }

  private void learn(Skb skb, int bridge, int port) {
    if (devices.learning[port]) {
      fdb.learn(bridge, port, skb.sourceMac, state.now);
    }
  }

  /** Learns, then looks the destination up (br_handle_frame_finish). */
  private void finish(Skb skb, int bridge, int port) {
    learn(skb, bridge, port);
    if (devices.portState[port] == Devices.LEARNING) {
      state.end(skb, DropReason.PORT_STATE);
      return;
    }
    skb.inInterface = bridge;
    long destination = skb.destinationMac;
    if ((destination & GROUP_BIT) != 0) {
      if (destination != BROADCAST_MAC && snooped(skb, bridge)) {
        state.consumed(skb);
        return;
      }
      byte[] flag = destination == BROADCAST_MAC ? devices.broadcastFlood : devices.multicastFlood;
      flood(skb, bridge, port, flag, true);
      return;
    }
    int slot = fdb.find(bridge, destination);
    if (slot < 0) {
      flood(skb, bridge, port, devices.unicastFlood, false);
    } else if (fdb.isLocal(slot)) {
      passUp(skb, bridge);
    } else {
      forward(skb, bridge, port, fdb.port(slot));
    }
  }

  /** IGMP on a bridge that listens to it: taken by the bridge, not passed on (br_multicast_rcv). */
  private boolean snooped(Skb skb, int bridge) {
    return devices.multicastSnooping[bridge]
        && etherType(skb) == Ipv4.ETHERTYPE_IPV4
        && skb.frameLength >= Ipv4.ETHERNET_HEADER + Ipv4.MINIMUM_HEADER
        && skb.data[skb.network + Ipv4.PROTOCOL] == Ipv4.IGMP;
  }

  private void forward(Skb skb, int bridge, int from, int to) {
    if (to == from && devices.hairpin[to] == 0) {
      state.end(skb, DropReason.HAIRPIN_OFF);
    } else if (!delivers(from, to)) {
      state.end(skb, DropReason.PORT_STATE);
    } else {
      out(skb, bridge, to);
    }
  }

  /** should_deliver; {@code from} is the bridge itself for the host's packets. */
  private boolean delivers(int from, int to) {
    return (to != from || devices.hairpin[to] != 0)
        && devices.portState[to] == Devices.FORWARDING
        && !(devices.isolated[to] != 0 && devices.isPort(from) && devices.isolated[from] != 0);
  }

  /** To every port that takes it, the newest first; {@code up}: also to the host (br_flood). */
  private void flood(Skb skb, int bridge, int from, byte[] flag, boolean up) {
    int previous = -1;
    for (int to : devices.ports[bridge]) {
      if (flag[to] == 0 || !delivers(from, to)) {
        continue;
      }
      if (previous >= 0) {
        outCopy(skb, bridge, previous);
      }
      previous = to;
    }
    if (previous >= 0) {
      if (up) {
        outCopy(skb, bridge, previous);
      } else {
        out(skb, bridge, previous);
      }
    } else if (!up) {
      state.end(skb, DropReason.NO_PORT);
    }
    if (up) {
      passUp(skb, bridge);
    }
  }

  private void outCopy(Skb skb, int bridge, int port) {
    Skb copy = state.pool.copy(skb);
    int flow = copy.flow;
    state.tracking.hold(copy);
    out(copy, bridge, port);
    state.tracking.letGo(flow);
    state.pool.give(copy);
  }

  /** Leaves by a port: FORWARD and POSTROUTING for what iptables has seen come in. */
  private void out(Skb skb, int bridge, int port) {
    if (skb.bridgeInfo) {
      if (skb.packetType == Skb.PACKET_OTHERHOST) {
        skb.packetType = Skb.PACKET_HOST;
        skb.otherHost = true;
      }
      skb.bridged = true;
      skb.physicalOut = port;
      skb.outInterface = bridge;
      if (!state.hooks.forward(skb) || !state.hooks.postrouting(skb)) {
        return;
      }
    }
    int mtu = devices.mtu[port];
    if (skb.fragmentMaximum != 0 && skb.totalLength > Math.min(mtu, skb.fragmentMaximum)) {
      // br_nf_dev_queue_xmit: only what was put together here is split again.
      state.fragmentation.split(skb, mtu, piece -> leave(piece, port, Action.BRIDGED));
    } else {
      leave(skb, port, Action.BRIDGED);
    }
  }

  /** For the host itself (br_pass_frame_up). */
  private void passUp(Skb skb, int bridge) {
    state.counters.received(bridge, skb.frameLength);
    if (skb.flow >= 0 && skb.packetType != Skb.PACKET_HOST && !state.hooks.confirmNow(skb)) {
      return;
    }
    // ip_rcv_core clears what the bridge's reassembly noted: such a packet is not split again.
    skb.fragmentMaximum = 0;
    state.deliverToProtocol(skb, bridge);
  }

  /** A routed packet of the host leaves by the bridge (br_dev_xmit). */
  void transmit(Skb skb, int bridge, Action fate) {
    long destination = Bytes.getMac(skb.data, skb.frame);
    if ((destination & GROUP_BIT) != 0) {
      byte[] flag = destination == BROADCAST_MAC ? devices.broadcastFlood : devices.multicastFlood;
      floodRouted(skb, bridge, flag, fate);
      return;
    }
    int slot = fdb.find(bridge, destination);
    if (slot < 0) {
      floodRouted(skb, bridge, devices.unicastFlood, fate);
    } else if (fdb.isLocal(slot) || !delivers(bridge, fdb.port(slot))) {
      state.end(skb, DropReason.NO_PORT);
    } else {
      leaveRouted(skb, bridge, fdb.port(slot), fate);
    }
  }

  private void floodRouted(Skb skb, int bridge, byte[] flag, Action fate) {
    int previous = -1;
    for (int to : devices.ports[bridge]) {
      if ((flag == devices.unicastFlood && flag[to] == 0) || !delivers(bridge, to)) {
        continue;
      }
      if (previous >= 0) {
        Skb copy = state.pool.copy(skb);
        leaveRouted(copy, bridge, previous, fate);
        state.pool.give(copy);
      }
      previous = to;
    }
    if (previous >= 0) {
      leaveRouted(skb, bridge, previous, fate);
    } else {
      state.end(skb, DropReason.NO_PORT);
    }
  }

  /**
   * A copy that TEE made of a bridged packet is taken for one, and passes POSTROUTING once more
   * (br_nf_post_routing).
   */
  private void leaveRouted(Skb skb, int bridge, int port, Action fate) {
    if (skb.physicalOut >= 0) {
      skb.inInterface = Skb.NO_INTERFACE;
      skb.outInterface = bridge;
      if (!state.hooks.postrouting(skb)) {
        return;
      }
    }
    leave(skb, port, fate);
  }

  private void leave(Skb skb, int port, Action fate) {
    if (skb.frameLength > devices.mtu[port] + Ipv4.ETHERNET_HEADER + VLAN_HEADER) {
      state.end(skb, DropReason.TOO_BIG);
    } else {
      state.output.transmit(skb, port, fate);
    }
  }
}
