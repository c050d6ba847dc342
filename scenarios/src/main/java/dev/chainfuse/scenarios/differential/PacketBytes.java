package dev.chainfuse.scenarios.differential;

import dev.chainfuse.packet.Bytes;
import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.packet.OnesComplement;

/** Builds IPv4 packets, right ones; what is to be wrong is spoilt afterwards. */
final class PacketBytes {
  static final int IP = Ipv4.MINIMUM_HEADER;

  private PacketBytes() {}

  /** A packet with a payload that has no checksum of its own. */
  static byte[] ip(int protocol, int source, int destination, int ttl, int id, byte[] payload) {
    byte[] packet = new byte[IP + payload.length];
    packet[0] = 0x45;
    Bytes.putShort(packet, Ipv4.TOTAL_LENGTH, packet.length);
    Bytes.putShort(packet, Ipv4.ID, id);
    packet[Ipv4.TTL] = (byte) ttl;
    packet[Ipv4.PROTOCOL] = (byte) protocol;
    Bytes.putInt(packet, Ipv4.SOURCE, source);
    Bytes.putInt(packet, Ipv4.DESTINATION, destination);
    System.arraycopy(payload, 0, packet, IP, payload.length);
    sealHeader(packet);
    return packet;
  }

  /** A TCP segment; {@code options} is a multiple of four bytes. */
  static byte[] tcp(
      int ports,
      int sequence,
      int acknowledgement,
      int flags,
      int window,
      byte[] options,
      int data) {
    byte[] segment = new byte[20 + options.length + data];
    Bytes.putInt(segment, 0, ports);
    Bytes.putInt(segment, 4, sequence);
    Bytes.putInt(segment, 8, acknowledgement);
    segment[12] = (byte) (20 + options.length << 2);
    segment[13] = (byte) flags;
    Bytes.putShort(segment, 14, window);
    System.arraycopy(options, 0, segment, 20, options.length);
    fill(segment, 20 + options.length);
    return segment;
  }

  static byte[] udp(int ports, int data) {
    byte[] datagram = new byte[8 + data];
    Bytes.putInt(datagram, 0, ports);
    Bytes.putShort(datagram, 4, datagram.length);
    fill(datagram, 8);
    return datagram;
  }

  static byte[] icmp(int type, int code, int rest, byte[] data) {
    byte[] message = new byte[8 + data.length];
    message[0] = (byte) type;
    message[1] = (byte) code;
    Bytes.putInt(message, 4, rest);
    System.arraycopy(data, 0, message, 8, data.length);
    return message;
  }

  static void fill(byte[] data, int from) {
    for (int i = from; i < data.length; i++) {
      data[i] = (byte) ('a' + i % 26);
    }
  }

  /** Writes the header's checksum. */
  static void sealHeader(byte[] packet) {
    int header = (packet[0] & 15) << 2;
    if (header <= packet.length && header >= IP) {
      Bytes.putShort(packet, Ipv4.CHECKSUM, 0);
      Bytes.putShort(packet, Ipv4.CHECKSUM, OnesComplement.checksum(packet, 0, header));
    }
  }

  /** Writes the transport's checksum and the header's. */
  static byte[] seal(byte[] packet) {
    int at = (packet[0] & 15) << 2;
    int bytes = packet.length - at;
    int protocol = Bytes.getByte(packet, Ipv4.PROTOCOL);
    int field = protocol == Ipv4.TCP ? 16 : protocol == Ipv4.UDP ? 6 : 2;
    boolean has = protocol == Ipv4.TCP || protocol == Ipv4.UDP || protocol == Ipv4.ICMP;
    if (has && bytes >= field + 2) {
      Bytes.putShort(packet, at + field, 0);
      long sum =
          protocol == Ipv4.ICMP
              ? 0
              : OnesComplement.pseudoHeader(
                  Bytes.getInt(packet, Ipv4.SOURCE),
                  Bytes.getInt(packet, Ipv4.DESTINATION),
                  protocol,
                  bytes);
      int value = ~OnesComplement.fold(OnesComplement.add(sum, packet, at, bytes)) & 0xffff;
      Bytes.putShort(packet, at + field, value == 0 && protocol == Ipv4.UDP ? 0xffff : value);
    }
    sealHeader(packet);
    return packet;
  }

  static byte[] frame(long destination, long source, int type, byte[] packet) {
    byte[] frame = new byte[Ipv4.ETHERNET_HEADER + packet.length];
    Bytes.putMac(frame, 0, destination);
    Bytes.putMac(frame, 6, source);
    Bytes.putShort(frame, 12, type);
    System.arraycopy(packet, 0, frame, Ipv4.ETHERNET_HEADER, packet.length);
    return frame;
  }

  static byte[] packet(byte[] frame) {
    return java.util.Arrays.copyOfRange(frame, Ipv4.ETHERNET_HEADER, frame.length);
  }
}
