package dev.chainfuse.scenarios.traffic;

import dev.chainfuse.packet.Bytes;
import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.packet.OnesComplement;

/**
 * Writes Ethernet frames with correct checksums into a caller's array. IP packets begin at {@link
 * #IP}; a packet's Ethernet header is written last, when the next hop is known.
 */
public final class Frames {
  /** Where the IP header begins. */
  public static final int IP = Ipv4.ETHERNET_HEADER;

  /** Where the transport header begins: no IP options are written. */
  public static final int TRANSPORT = IP + Ipv4.MINIMUM_HEADER;

  public static final int TCP_HEADER = 20;
  public static final int UDP_HEADER = 8;
  public static final int ICMP_HEADER = 8;
  public static final int ARP_FRAME = 42;
  public static final long BROADCAST_MAC = 0xffff_ffff_ffffL;

  static final int ARP_REQUEST = 1;
  static final int ARP_REPLY = 2;
  static final int TCP_FLAGS = 13;
  private static final int MSS_OPTION = 4;

  private Frames() {}

  /** Writes the Ethernet header. */
  public static void ethernet(byte[] frame, long source, long destination, int etherType) {
    Bytes.putMac(frame, 0, destination);
    Bytes.putMac(frame, 6, source);
    Bytes.putShort(frame, 12, etherType);
  }

  /**
   * Writes an ARP request or reply for IPv4 (RFC 826).
   *
   * @return bytes of the frame
   */
  static int arp(
      byte[] frame,
      int operation,
      long senderMac,
      int sender,
      long targetMac,
      int target,
      long destinationMac) {
    ethernet(frame, senderMac, destinationMac, Ipv4.ETHERTYPE_ARP);
    Bytes.putShort(frame, 14, 1);
    Bytes.putShort(frame, 16, Ipv4.ETHERTYPE_IPV4);
    Bytes.putShort(frame, 18, 6 << 8 | 4);
    Bytes.putShort(frame, 20, operation);
    Bytes.putMac(frame, 22, senderMac);
    Bytes.putInt(frame, 28, sender);
    Bytes.putMac(frame, 32, targetMac);
    Bytes.putInt(frame, 38, target);
    return ARP_FRAME;
  }

  /** Writes the IPv4 header before a payload of {@code payloadBytes} bytes, with its checksum. */
  public static void ipv4(
      byte[] frame, int protocol, int source, int destination, int ttl, int id, int payloadBytes) {
    Bytes.putShort(frame, IP, 0x4500);
    Bytes.putShort(frame, IP + Ipv4.TOTAL_LENGTH, Ipv4.MINIMUM_HEADER + payloadBytes);
    Bytes.putShort(frame, IP + Ipv4.ID, id);
    Bytes.putShort(frame, IP + Ipv4.FRAGMENT, Ipv4.DONT_FRAGMENT);
    frame[IP + Ipv4.TTL] = (byte) ttl;
    frame[IP + Ipv4.PROTOCOL] = (byte) protocol;
    Bytes.putShort(frame, IP + Ipv4.CHECKSUM, 0);
    Bytes.putInt(frame, IP + Ipv4.SOURCE, source);
    Bytes.putInt(frame, IP + Ipv4.DESTINATION, destination);
    int sum = OnesComplement.checksum(frame, IP, Ipv4.MINIMUM_HEADER);
    Bytes.putShort(frame, IP + Ipv4.CHECKSUM, sum);
  }

  /**
   * Writes a TCP header before {@code payloadBytes} bytes that are already there; call {@link
   * #ipv4} first.
   *
   * @param mss announced in an option; 0 for no option
   * @return bytes of the header
   */
  static int tcp(
      byte[] frame, int ports, int sequence, int acknowledgement, int flags, int window, int mss) {
    int header = tcpHeader(mss);
    Bytes.putInt(frame, TRANSPORT, ports);
    Bytes.putInt(frame, TRANSPORT + 4, sequence);
    Bytes.putInt(frame, TRANSPORT + 8, acknowledgement);
    Bytes.putShort(frame, TRANSPORT + 12, header << 10 | flags);
    Bytes.putShort(frame, TRANSPORT + 14, window);
    Bytes.putInt(frame, TRANSPORT + 16, 0);
    if (mss > 0) {
      Bytes.putInt(frame, TRANSPORT + TCP_HEADER, 2 << 24 | MSS_OPTION << 16 | mss);
    }
    Bytes.putShort(frame, TRANSPORT + 16, transportChecksum(frame));
    return header;
  }

  static int tcpHeader(int mss) {
    return TCP_HEADER + (mss > 0 ? MSS_OPTION : 0);
  }

  /** Writes a UDP header before a payload that is already there; call {@link #ipv4} first. */
  static void udp(byte[] frame, int ports) {
    Bytes.putInt(frame, TRANSPORT, ports);
    Bytes.putShort(frame, TRANSPORT + 4, transportBytes(frame));
    Bytes.putShort(frame, TRANSPORT + 6, 0);
    int sum = transportChecksum(frame);
    Bytes.putShort(frame, TRANSPORT + 6, sum == 0 ? 0xffff : sum);
  }

  /** Writes an ICMP header before a payload that is already there; call {@link #ipv4} first. */
  static void icmp(byte[] frame, int type, int code, int rest) {
    frame[TRANSPORT] = (byte) type;
    frame[TRANSPORT + 1] = (byte) code;
    Bytes.putShort(frame, TRANSPORT + 2, 0);
    Bytes.putInt(frame, TRANSPORT + 4, rest);
    int sum = OnesComplement.checksum(frame, TRANSPORT, transportBytes(frame));
    Bytes.putShort(frame, TRANSPORT + 2, sum);
  }

  /** Bytes behind the IP header that {@link #ipv4} announced. */
  private static int transportBytes(byte[] frame) {
    return Bytes.getShort(frame, IP + Ipv4.TOTAL_LENGTH) - Ipv4.MINIMUM_HEADER;
  }

  private static int transportChecksum(byte[] frame) {
    int bytes = transportBytes(frame);
    long sum =
        OnesComplement.pseudoHeader(
            Bytes.getInt(frame, IP + Ipv4.SOURCE),
            Bytes.getInt(frame, IP + Ipv4.DESTINATION),
            Bytes.getByte(frame, IP + Ipv4.PROTOCOL),
            bytes);
    return ~OnesComplement.fold(OnesComplement.add(sum, frame, TRANSPORT, bytes)) & 0xffff;
  }

  /** Fills a payload with bytes that depend on their place. */
  static void fill(byte[] frame, int at, int bytes, long streamOffset) {
    for (int i = 0; i < bytes; i++) {
      frame[at + i] = (byte) ('a' + (streamOffset + i) % 26);
    }
  }
}
