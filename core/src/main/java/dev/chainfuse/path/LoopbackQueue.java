package dev.chainfuse.path;

import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.packet.Skb;
import java.util.Arrays;

/**
 * Packets on their way through the loopback device. They come in when the packet that caused them
 * is done, in order, with their connection kept (drivers/net/loopback.c).
 */
final class LoopbackQueue {
  private final PathState state;
  private Skb[] waiting = new Skb[8];
  private int size;
  private boolean draining;

  LoopbackQueue(PathState state) {
    this.state = state;
  }

  void add(Skb skb, int device) {
    if (size == waiting.length) {
      waiting = Arrays.copyOf(waiting, size * 2);
    }
    Skb copy = state.pool.copy(skb);
    copy.frameLength = copy.end - copy.frame;
    Arrays.fill(copy.data, copy.frame, copy.frame + Ipv4.ETHERNET_HEADER, (byte) 0);
    copy.inInterface = device;
    waiting[size++] = copy;
    state.counters.sent(device, copy.frameLength);
  }

  void drain() {
    if (draining) {
      return;
    }
    draining = true;
    for (int i = 0; i < size; i++) {
      Skb skb = waiting[i];
      int device = skb.inInterface;
      state.counters.received(device, skb.frameLength);
      skb.local = false;
      skb.packetType = Skb.PACKET_HOST;
      skb.outInterface = Skb.NO_INTERFACE;
      skb.physicalIn = Skb.NO_INTERFACE;
      skb.physicalOut = Skb.NO_INTERFACE;
      skb.bridgeInfo = false;
      skb.bridged = false;
      state.input.receive(skb, device);
      state.pool.give(skb);
    }
    size = 0;
    draining = false;
  }
}
