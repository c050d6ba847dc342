package dev.chainfuse.rules.match;

import dev.chainfuse.packet.Bytes;
import dev.chainfuse.packet.Skb;
import dev.chainfuse.rules.MatchContext;

/** Reads the bytes behind the IP header as matches do: from the packet, not from parsed fields. */
final class TransportHeader {
  private TransportHeader() {}

  /**
   * Whether {@code bytes} bytes of the transport header can be read. A later fragment has none; a
   * packet cut short is dropped on the spot ({@code par->hotdrop} in xt_tcpudp.c, xt_multiport.c).
   */
  static boolean readable(MatchContext context, int bytes) {
    Skb skb = context.skb;
    if (skb.laterFragment()) {
      return false;
    }
    if (skb.end - skb.transport < bytes) {
      context.hotDrop = true;
      return false;
    }
    return true;
  }

  static int sourcePort(Skb skb) {
    return Bytes.getShort(skb.data, skb.transport);
  }

  static int destinationPort(Skb skb) {
    return Bytes.getShort(skb.data, skb.transport + 2);
  }

  static int byteAt(Skb skb, int offset) {
    return Bytes.getByte(skb.data, skb.transport + offset);
  }
}
