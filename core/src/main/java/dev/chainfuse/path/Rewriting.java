package dev.chainfuse.path;

import dev.chainfuse.conntrack.FlowDescriptor;
import dev.chainfuse.packet.Bytes;
import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.packet.OnesComplement;
import dev.chainfuse.packet.Skb;

/**
 * Address translation of an established TCP or UDP packet: the inverse of its flow's other tuple.
 */
final class Rewriting {
  private static final int TCP_CHECKSUM = 16;
  private static final int UDP_CHECKSUM = 6;

  private Rewriting() {}

  /**
   * Rewrites addresses, ports, TTL and both checksums in place; {@code skb}'s header fields stay as
   * they came.
   *
   * @param hops by how much the TTL goes down
   */
  static void translate(Skb skb, int[] words, int base, int direction, int hops) {
    int other = base + (1 - direction) * FlowDescriptor.TUPLE_STRIDE;
    int source = words[other + 1];
    int destination = words[other];
    int ports = words[other + 2] << 16 | words[other + 2] >>> 16;
    byte[] data = skb.data;
    int ip = skb.network;
    int transport = skb.transport;
    int oldPorts = Bytes.getInt(data, transport);
    long addresses =
        (~skb.source & 0xffff_ffffL)
            + (source & 0xffff_ffffL)
            + (~skb.destination & 0xffff_ffffL)
            + (destination & 0xffff_ffffL);
    Bytes.putInt(data, ip + Ipv4.SOURCE, source);
    Bytes.putInt(data, ip + Ipv4.DESTINATION, destination);
    // TTL, protocol and checksum are one word.
    int word = Bytes.getInt(data, ip + Ipv4.TTL);
    int lowered = word - (hops << 24);
    long header = addresses + (~word >>> 16) + (lowered >>> 16);
    int checksum = OnesComplement.update(word & 0xffff, OnesComplement.fold(header));
    Bytes.putInt(data, ip + Ipv4.TTL, (lowered & 0xffff_0000) | checksum);
    Bytes.putInt(data, transport, ports);
    int delta =
        OnesComplement.fold(addresses + (~oldPorts & 0xffff_ffffL) + (ports & 0xffff_ffffL));
    updateTransport(data, transport, skb.protocol, delta);
  }

  /** TCP's checksum, or UDP's if it has one. */
  private static void updateTransport(byte[] data, int transport, int protocol, int delta) {
    if (protocol == Ipv4.TCP) {
      int at = transport + TCP_CHECKSUM;
      Bytes.putShort(data, at, OnesComplement.update(Bytes.getShort(data, at), delta));
    } else {
      int at = transport + UDP_CHECKSUM;
      int old = Bytes.getShort(data, at);
      if (old != 0) {
        int updated = OnesComplement.update(old, delta);
        Bytes.putShort(data, at, updated == 0 ? 0xffff : updated);
      }
    }
  }
}
