package dev.chainfuse.path;

import dev.chainfuse.conntrack.ConnectionTracking;
import dev.chainfuse.forwarding.ArpInput;
import dev.chainfuse.forwarding.Neighbours;
import dev.chainfuse.packet.Action;
import dev.chainfuse.packet.ConnectionFacts;
import dev.chainfuse.packet.DropReason;
import dev.chainfuse.packet.Skb;
import java.util.Arrays;

/**
 * Finds the MAC addresses of next hops: packets wait while ARP asks, and go on or fail when it is
 * answered or not (net/core/neighbour.c).
 */
final class Resolution {
  private static final int ICMP_UNREACHABLE = 3;
  private static final int CODE_HOST = 1;

  private final PathState state;
  private final Neighbours neighbours;
  private final ArpInput arp;
  private final ConnectionTracking tracking;

  /** Packets that wait, by the number that the neighbours know them by; null where free. */
  private Skb[] held = new Skb[16];

  private boolean[] heldBridged = new boolean[16];
  private int[] free = new int[16];
  private int freeCount;
  private int heldNumbers;

  Resolution(PathState state, Neighbours neighbours, ArpInput arp, ConnectionTracking tracking) {
    this.state = state;
    this.neighbours = neighbours;
    this.arp = arp;
    this.tracking = tracking;
  }

  long epoch() {
    return neighbours.epoch();
  }

  /**
   * The MAC address of a next hop, or -1: the packet waits or is dropped.
   *
   * @param bridged it goes on in {@link Bridging#resume}
   */
  long resolve(Skb skb, int device, int address, boolean bridged) {
    long fixed = arp.fixedMac(device, address);
    if (fixed != ArpInput.MUST_ASK) {
      return fixed;
    }
    int slot = neighbours.findOrCreate(device, address, state.now);
    if (slot == Neighbours.NONE) {
      state.end(skb, DropReason.NEIGHBOUR_QUEUE_FULL);
      return -1;
    }
    if (neighbours.isUsable(slot)) {
      return neighbours.mac(slot);
    }
    await(skb, slot, bridged);
    return -1;
  }

  private void await(Skb skb, int slot, boolean bridged) {
    int number = hold(skb, bridged);
    int bytes = Neighbours.truesize(skb.end - skb.frame);
    int result = neighbours.send(slot, number, bytes, state.now);
    for (int out = neighbours.nextDropped();
        out != Neighbours.NONE;
        out = neighbours.nextDropped()) {
      state.end(held[out], DropReason.NEIGHBOUR_QUEUE_FULL);
      letGo(out);
    }
    if ((result & Neighbours.DROPPED) != 0) {
      letGo(number);
      state.end(skb, DropReason.NEIGHBOUR_QUEUE_FULL);
    } else {
      state.reached(skb, Action.HELD);
    }
    if ((result & Neighbours.ASK_NOW) != 0) {
      ask(slot);
    }
  }

  private int hold(Skb skb, boolean bridged) {
    if (freeCount == 0 && heldNumbers == held.length) {
      int grown = held.length * 2;
      held = Arrays.copyOf(held, grown);
      heldBridged = Arrays.copyOf(heldBridged, grown);
      free = Arrays.copyOf(free, grown);
    }
    int number = freeCount > 0 ? free[--freeCount] : heldNumbers++;
    Skb copy = state.pool.copy(skb);
    copy.reported = false;
    tracking.hold(copy);
    held[number] = copy;
    heldBridged[number] = bridged;
    return number;
  }

  private void letGo(int number) {
    Skb skb = held[number];
    tracking.letGo(skb.flow);
    skb.flow = ConnectionFacts.NO_FLOW;
    state.pool.give(skb);
    free[freeCount++] = number;
  }

  private void ask(int slot) {
    int last = neighbours.lastWaiting(slot);
    int source = last == Neighbours.NONE ? 0 : held[last].source;
    long cause = last == Neighbours.NONE ? -1 : held[last].sequence;
    int device = neighbours.device(slot);
    int target = neighbours.address(slot);
    state.arp.ask(device, arp.requestSource(device, target, source), target, cause);
  }

  /** An ARP packet made the neighbour known: what waited goes on, in order. */
  void resolved(int slot) {
    long mac = neighbours.mac(slot);
    for (int number = neighbours.takeWaiting(slot);
        number != Neighbours.NONE;
        number = neighbours.takeWaiting(slot)) {
      Skb skb = held[number];
      skb.timeNanos = state.now;
      if (heldBridged[number]) {
        state.bridging.resume(skb, mac);
      } else {
        state.output.toLink(skb, mac);
      }
      letGo(number);
    }
  }

  long nextTimerNanos() {
    return neighbours.nextDeadlineNanos();
  }

  /** Asks again, or gives up, for every neighbour whose time has come. */
  void advance(long nanos) {
    for (int slot = neighbours.due(nanos); slot != Neighbours.NONE; slot = neighbours.due(nanos)) {
      state.now = Math.max(state.now, neighbours.deadlineNanos(slot));
      if (neighbours.onTimer(slot) == Neighbours.ASK) {
        ask(slot);
      } else {
        failed(slot);
      }
      state.drainLoopback();
    }
  }

  /** arp_error_report: host unreachable to the sender of each. */
  private void failed(int slot) {
    for (int number = neighbours.takeWaiting(slot);
        number != Neighbours.NONE;
        number = neighbours.takeWaiting(slot)) {
      Skb skb = held[number];
      skb.timeNanos = state.now;
      state.icmp.send(skb, ICMP_UNREACHABLE, CODE_HOST, 0);
      state.end(skb, DropReason.NEIGHBOUR_FAILED);
      letGo(number);
    }
  }
}
