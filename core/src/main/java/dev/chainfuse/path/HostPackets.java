package dev.chainfuse.path;

import dev.chainfuse.packet.Bytes;
import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.packet.OnesComplement;
import dev.chainfuse.packet.Skb;

/** Writes the IP header of packets that the host makes. */
final class HostPackets {
  private HostPackets() {}

  /**
   * Writes a header without options for {@code packet.source}, destination and protocol, behind
   * room for Ethernet's.
   */
  static void writeHeader(Skb packet, int totalLength, int tos, int id, int fragmentWord, int ttl) {
    writeHeader(packet, totalLength, tos, id, fragmentWord, ttl, 0);
    sum(packet);
  }

  /**
   * The same with room for {@code optionBytes} bytes of options; its checksum is left to {@link
   * #sum}.
   */
  static void writeHeader(
      Skb packet, int totalLength, int tos, int id, int fragmentWord, int ttl, int optionBytes) {
    int network = SkbPool.FRAME + Ipv4.ETHERNET_HEADER;
    if (packet.data.length < network + totalLength) {
      packet.data = new byte[network + totalLength];
    }
    packet.frame = SkbPool.FRAME;
    packet.network = network;
    packet.frameLength = Ipv4.ETHERNET_HEADER + totalLength;
    packet.headerLength = Ipv4.MINIMUM_HEADER + optionBytes;
    byte[] data = packet.data;
    data[network] = (byte) (0x40 | packet.headerLength >>> 2);
    data[network + Ipv4.TOS] = (byte) tos;
    Bytes.putShort(data, network + Ipv4.TOTAL_LENGTH, totalLength);
    Bytes.putShort(data, network + Ipv4.ID, id);
    Bytes.putShort(data, network + Ipv4.FRAGMENT, fragmentWord);
    data[network + Ipv4.TTL] = (byte) ttl;
    data[network + Ipv4.PROTOCOL] = (byte) packet.protocol;
    Bytes.putShort(data, network + Ipv4.CHECKSUM, 0);
    Bytes.putInt(data, network + Ipv4.SOURCE, packet.source);
    Bytes.putInt(data, network + Ipv4.DESTINATION, packet.destination);
  }

  /** Enters the header's checksum. */
  static void sum(Skb packet) {
    byte[] data = packet.data;
    int network = packet.network;
    Bytes.putShort(data, network + Ipv4.CHECKSUM, 0);
    Bytes.putShort(
        data, network + Ipv4.CHECKSUM, OnesComplement.checksum(data, network, packet.headerLength));
  }
}
