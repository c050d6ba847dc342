package dev.chainfuse.bench;

import dev.chainfuse.packet.Bytes;
import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.packet.OnesComplement;

/** Writes and checks Ethernet frames with IPv4 without options, TCP or UDP, and a zero payload. */
final class FrameTemplates {
  /** Offset of the IP header. */
  static final int IP = Ipv4.ETHERNET_HEADER;

  /** Offset of the transport header. */
  static final int TRANSPORT = IP + Ipv4.MINIMUM_HEADER;

  static final int SEQUENCE = TRANSPORT + 4;
  static final int ACKNOWLEDGEMENT = TRANSPORT + 8;

  /** Bytes of the headers of a TCP frame, the longest. */
  static final int HEADERS = TRANSPORT + 20;

  private static final int FLAGS = TRANSPORT + 13;
  private static final int TCP_CHECKSUM = TRANSPORT + 16;
  private static final int UDP_CHECKSUM = TRANSPORT + 6;
  private static final int WINDOW = 64_240;
  private static final int TTL = 64;

  private FrameTemplates() {}

  /** Offset of a protocol's checksum in the frame. */
  static int checksumOffset(int protocol) {
    return protocol == Ipv4.TCP ? TCP_CHECKSUM : UDP_CHECKSUM;
  }

  /** Bytes of the headers. */
  static int headerBytes(int protocol) {
    return protocol == Ipv4.TCP ? HEADERS : TRANSPORT + 8;
  }

  /** Writes what all frames of one direction have in common, at {@code at}. */
  static void common(
      byte[] out,
      int at,
      long to,
      long from,
      int protocol,
      int source,
      int destination,
      int ports) {
    Bytes.putMac(out, at, to);
    Bytes.putMac(out, at + 6, from);
    Bytes.putShort(out, at + 12, Ipv4.ETHERTYPE_IPV4);
    out[at + IP] = 0x45;
    Bytes.putShort(out, at + IP + Ipv4.FRAGMENT, Ipv4.DONT_FRAGMENT);
    out[at + IP + Ipv4.TTL] = TTL;
    out[at + IP + Ipv4.PROTOCOL] = (byte) protocol;
    Bytes.putInt(out, at + IP + Ipv4.SOURCE, source);
    Bytes.putInt(out, at + IP + Ipv4.DESTINATION, destination);
    Bytes.putInt(out, at + TRANSPORT, ports);
    if (protocol == Ipv4.TCP) {
      out[at + TRANSPORT + 12] = 0x50;
      Bytes.putShort(out, at + TRANSPORT + 14, WINDOW);
    }
  }

  /**
   * Makes the frame at {@code at} one of {@code frameBytes} bytes, its payload zeros. Sequence
   * numbers and flags are TCP's.
   */
  static void complete(
      byte[] out, int at, int frameBytes, int sequence, int acknowledgement, int flags) {
    int total = frameBytes - IP;
    Bytes.putShort(out, at + IP + Ipv4.TOTAL_LENGTH, total);
    Bytes.putShort(out, at + IP + Ipv4.CHECKSUM, 0);
    Bytes.putShort(
        out, at + IP + Ipv4.CHECKSUM, OnesComplement.checksum(out, at + IP, Ipv4.MINIMUM_HEADER));
    int protocol = out[at + IP + Ipv4.PROTOCOL];
    int checksum = at + checksumOffset(protocol);
    Bytes.putShort(out, checksum, 0);
    if (protocol == Ipv4.TCP) {
      Bytes.putInt(out, at + SEQUENCE, sequence);
      Bytes.putInt(out, at + ACKNOWLEDGEMENT, acknowledgement);
      out[at + FLAGS] = (byte) flags;
    } else {
      Bytes.putShort(out, at + TRANSPORT + 4, total - Ipv4.MINIMUM_HEADER);
    }
    int header = headerBytes(protocol) - TRANSPORT;
    long sum = OnesComplement.add(pseudoHeader(out, at), out, at + TRANSPORT, header);
    Bytes.putShort(out, checksum, ~OnesComplement.fold(sum));
  }

  private static long pseudoHeader(byte[] frame, int at) {
    return OnesComplement.pseudoHeader(
        Bytes.getInt(frame, at + IP + Ipv4.SOURCE),
        Bytes.getInt(frame, at + IP + Ipv4.DESTINATION),
        frame[at + IP + Ipv4.PROTOCOL] & 255,
        Bytes.getShort(frame, at + IP + Ipv4.TOTAL_LENGTH) - Ipv4.MINIMUM_HEADER);
  }

  /** Whether both checksums of the frame at {@code at} are right. */
  static boolean checksumsRight(byte[] frame, int at) {
    int bytes = Bytes.getShort(frame, at + IP + Ipv4.TOTAL_LENGTH) - Ipv4.MINIMUM_HEADER;
    long sum = OnesComplement.add(pseudoHeader(frame, at), frame, at + TRANSPORT, bytes);
    return OnesComplement.checksum(frame, at + IP, Ipv4.MINIMUM_HEADER) == 0
        && OnesComplement.fold(sum) == 0xffff;
  }
}
