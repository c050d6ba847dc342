package dev.chainfuse.path;

import dev.chainfuse.packet.Action;
import dev.chainfuse.packet.Bytes;
import dev.chainfuse.packet.DropReason;
import dev.chainfuse.packet.FrameColumns;
import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.packet.Skb;

/**
 * The way out: POSTROUTING, MTU, the neighbour's MAC, the device (net/ipv4/ip_output.c,
 * net/core/neighbour.c).
 */
final class IpOutput {
  private static final int ICMP_UNREACHABLE = 3;
  private static final int CODE_FRAGMENTATION_NEEDED = 4;

  private static final int ALL_SYSTEMS = 0xe000_0001;

  private final PathState state;
  private final Devices devices;
  private final Fragmentation.Output toNeighbour = this::toNeighbour;

  IpOutput(PathState state) {
    this.state = state;
    this.devices = state.devices;
  }

  /** Sends a routed packet (ip_output). */
  void send(Skb skb) {
    skb.outInterface = skb.routeInterface;
    if (skb.local && comesBack(skb)) {
      Skb copy = state.pool.copy(skb);
      int flow = copy.flow;
      state.tracking.hold(copy);
      if (state.hooks.postrouting(copy)) {
        state.loopBack(copy, copy.routeInterface, Skb.PACKET_LOOPBACK);
      }
      state.tracking.letGo(flow);
      state.pool.give(copy);
    }
    if (state.hooks.postrouting(skb)) {
      afterPostrouting(skb);
    }
  }

  /** The host hears its own broadcasts, and groups that it has joined (ip_mc_output). */
  private boolean comesBack(Skb skb) {
    boolean heard =
        skb.routeType == Routing.BROADCAST
            || (skb.routeType == Routing.MULTICAST && skb.destination == ALL_SYSTEMS);
    return heard && !devices.loopback[skb.routeInterface];
  }

  /** ip_finish_output. */
  private void afterPostrouting(Skb skb) {
    if (skb.totalLength <= skb.routeMtu && skb.fragmentMaximum == 0) {
      toNeighbour(skb);
      return;
    }
    boolean refused =
        (skb.fragmentWord & Ipv4.DONT_FRAGMENT) != 0
            && (skb.fragmentMaximum == 0 || skb.fragmentMaximum > skb.routeMtu);
    if (refused) {
      state.icmp.send(skb, ICMP_UNREACHABLE, CODE_FRAGMENTATION_NEEDED, skb.routeMtu);
      state.end(skb, DropReason.TOO_BIG);
      return;
    }
    state.fragmentation.split(skb, skb.routeMtu, toNeighbour);
  }

  private void toNeighbour(Skb skb) {
    int device = skb.routeInterface;
    if (devices.loopback[device]) {
      state.loopBack(skb, device, Skb.PACKET_HOST);
      return;
    }
    long mac = neighbourMac(skb, device, skb.nextHop, false);
    if (mac >= 0) {
      toLink(skb, mac);
    }
  }

  /** Writes the Ethernet header and hands the frame to the device. */
  void toLink(Skb skb, long mac) {
    int device = skb.routeInterface;
    Bytes.putMac(skb.data, skb.frame, mac);
    Bytes.putMac(skb.data, skb.frame + 6, devices.mac[device]);
    Bytes.putShort(skb.data, skb.frame + 12, Ipv4.ETHERTYPE_IPV4);
    skb.frameLength = skb.end - skb.frame;
    transmitOn(skb, device, Action.FORWARDED);
  }

  /** Hands a complete frame to a device: a bridge looks its port up, others send it. */
  void transmitOn(Skb skb, int device, Action fate) {
    if (devices.bridge[device]) {
      state.counters.sent(device, skb.frameLength);
      state.bridging.transmit(skb, device, fate);
    } else {
      transmit(skb, device, fate);
    }
  }

  /**
   * The MAC address of a next hop; -1 if the packet now waits for it, or was dropped.
   *
   * @param bridged the packet is bridged and goes on in {@link Bridging#resume}
   */
  long neighbourMac(Skb skb, int device, int address, boolean bridged) {
    return state.resolution.resolve(skb, device, address, bridged);
  }

  /** A frame leaves by a lowest-level device. */
  void transmit(Skb skb, int device, Action fate) {
    if (!devices.up[device]) {
      state.end(skb, DropReason.INTERFACE_DOWN);
      return;
    }
    state.counters.sent(device, skb.frameLength);
    if (skb.primary && state.outcome.egress == FrameColumns.NO_EGRESS) {
      state.outcome.egress = device;
      state.outcome.length = skb.frameLength;
      state.outcome.framesBefore = state.emitted;
    } else {
      state.emitted++;
      state.egress.frame(
          skb.data, skb.frame, skb.frameLength, device, state.index, skb.sequence, state.now);
    }
    state.reached(skb, fate);
  }
}
