package dev.chainfuse.packet;

import java.util.Arrays;

/**
 * Builds IPv4 packets and Ethernet frames with right lengths and checksums, for tests:
 *
 * <pre>
 * Frames.tcp("10.0.0.1", 40000, "10.0.0.2", 80).flags(Ipv4.TCP_SYN).sequence(1000).skb();
 * Frames.icmpError("10.0.0.2", "10.0.0.1", 3, 1, quoted).ethernet(toMac, fromMac);
 * </pre>
 *
 * Mutable: each call changes the builder and returns it.
 */
public final class Frames {
  private final int protocol;
  private final int source;
  private final int destination;
  private int ttl = 64;
  private int tos;
  private int id = 1;
  private int fragmentWord;
  private byte[] ipOptions = {};
  private final byte[] transport;
  private byte[] tcpOptions = {};
  private byte[] payload = {};
  private boolean badChecksum;
  private boolean noChecksum;
  private int cut = Integer.MAX_VALUE;

  private Frames(int protocol, String source, String destination, byte[] transport) {
    this.protocol = protocol;
    this.source = Ipv4.parse(source);
    this.destination = Ipv4.parse(destination);
    this.transport = transport;
  }

  /** A TCP segment: no flags, numbers 0, window 8192, no options or payload. */
  public static Frames tcp(String source, int sourcePort, String destination, int destinationPort) {
    byte[] header = new byte[20];
    ports(header, sourcePort, destinationPort);
    Bytes.putShort(header, 14, 8192);
    return new Frames(Ipv4.TCP, source, destination, header);
  }

  public static Frames udp(String source, int sourcePort, String destination, int destinationPort) {
    byte[] header = new byte[8];
    ports(header, sourcePort, destinationPort);
    return new Frames(Ipv4.UDP, source, destination, header);
  }

  /** An ICMP message with an id and a sequence number, such as echo (8, 0). */
  public static Frames icmp(
      String source, String destination, int type, int code, int id, int sequence) {
    byte[] header = new byte[8];
    header[0] = (byte) type;
    header[1] = (byte) code;
    Bytes.putShort(header, 4, id);
    Bytes.putShort(header, 6, sequence);
    return new Frames(Ipv4.ICMP, source, destination, header);
  }

  /** An ICMP error that quotes the header and 8 bytes of {@code quoted}, an IPv4 packet. */
  public static Frames icmpError(
      String source, String destination, int type, int code, byte[] quoted) {
    int header = (quoted[0] & 15) << 2;
    return icmp(source, destination, type, code, 0, 0)
        .payload(Arrays.copyOf(quoted, Math.min(quoted.length, header + 8)));
  }

  /** A packet of any protocol with these bytes behind the IP header. */
  public static Frames raw(String source, String destination, int protocol, byte[] bytes) {
    return new Frames(protocol, source, destination, bytes.clone());
  }

  private static void ports(byte[] header, int sourcePort, int destinationPort) {
    Bytes.putShort(header, 0, sourcePort);
    Bytes.putShort(header, 2, destinationPort);
  }

  /** TCP flags, the bits of the header's byte 13. */
  public Frames flags(int flags) {
    transport[13] = (byte) flags;
    return this;
  }

  public Frames sequence(int sequence) {
    Bytes.putInt(transport, 4, sequence);
    return this;
  }

  public Frames ack(int ack) {
    Bytes.putInt(transport, 8, ack);
    return this;
  }

  public Frames window(int window) {
    Bytes.putShort(transport, 14, window);
    return this;
  }

  /** TCP options; padded to a multiple of 4. */
  public Frames options(int... octets) {
    tcpOptions = new byte[octets.length + 3 & ~3];
    for (int i = 0; i < octets.length; i++) {
      tcpOptions[i] = (byte) octets[i];
    }
    return this;
  }

  /** A payload of that many bytes, counting up. */
  public Frames payload(int length) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) i;
    }
    return payload(bytes);
  }

  public Frames payload(byte[] bytes) {
    payload = bytes.clone();
    return this;
  }

  public Frames ttl(int value) {
    ttl = value;
    return this;
  }

  public Frames tos(int value) {
    tos = value;
    return this;
  }

  public Frames id(int value) {
    id = value;
    return this;
  }

  /** The fragment word: flags and offset in units of 8 bytes. */
  public Frames fragment(int word) {
    fragmentWord = word;
    return this;
  }

  public Frames ipOptions(int... octets) {
    ipOptions = new byte[octets.length + 3 & ~3];
    for (int i = 0; i < octets.length; i++) {
      ipOptions[i] = (byte) octets[i];
    }
    return this;
  }

  /** Makes the transport checksum wrong. */
  public Frames badChecksum() {
    badChecksum = true;
    return this;
  }

  /** UDP without a checksum. */
  public Frames noChecksum() {
    noChecksum = true;
    return this;
  }

  /** Cuts what follows the IP header to that many bytes; the total length tells so. */
  public Frames cut(int bytes) {
    cut = bytes;
    return this;
  }

  /** The IPv4 packet. */
  public byte[] packet() {
    byte[] segment = Arrays.copyOf(transport, transport.length + tcpOptions.length);
    System.arraycopy(tcpOptions, 0, segment, transport.length, tcpOptions.length);
    int header = segment.length;
    segment = Arrays.copyOf(segment, header + payload.length);
    System.arraycopy(payload, 0, segment, header, payload.length);
    finish(segment, header);
    segment = Arrays.copyOf(segment, Math.min(segment.length, cut));
    int ipHeader = Ipv4.MINIMUM_HEADER + ipOptions.length;
    byte[] out = new byte[ipHeader + segment.length];
    out[0] = (byte) (0x40 | ipHeader >>> 2);
    out[Ipv4.TOS] = (byte) tos;
    Bytes.putShort(out, Ipv4.TOTAL_LENGTH, out.length);
    Bytes.putShort(out, Ipv4.ID, id);
    Bytes.putShort(out, Ipv4.FRAGMENT, fragmentWord);
    out[Ipv4.TTL] = (byte) ttl;
    out[Ipv4.PROTOCOL] = (byte) protocol;
    Bytes.putInt(out, Ipv4.SOURCE, source);
    Bytes.putInt(out, Ipv4.DESTINATION, destination);
    System.arraycopy(ipOptions, 0, out, Ipv4.MINIMUM_HEADER, ipOptions.length);
    Bytes.putShort(out, Ipv4.CHECKSUM, OnesComplement.checksum(out, 0, ipHeader));
    System.arraycopy(segment, 0, out, ipHeader, segment.length);
    return out;
  }

  private void finish(byte[] segment, int header) {
    switch (protocol) {
      case Ipv4.TCP -> {
        if (transport.length == 20) {
          segment[12] = (byte) (header << 2);
          sum(segment, 16, true);
        }
      }
      case Ipv4.UDP -> {
        if (transport.length == 8) {
          Bytes.putShort(segment, 4, segment.length);
          if (!noChecksum) {
            sum(segment, 6, true);
            if (Bytes.getShort(segment, 6) == 0) {
              Bytes.putShort(segment, 6, 0xffff);
            }
          }
        }
      }
      case Ipv4.ICMP -> sum(segment, 2, false);
      default -> {}
    }
  }

  private void sum(byte[] segment, int at, boolean pseudoHeader) {
    long sum =
        pseudoHeader
            ? OnesComplement.pseudoHeader(source, destination, protocol, segment.length)
            : 0;
    int value = ~OnesComplement.fold(OnesComplement.add(sum, segment, 0, segment.length)) & 0xffff;
    Bytes.putShort(segment, at, badChecksum ? value ^ 0x5555 : value);
  }

  /** The packet in an Ethernet frame; MACs in the low 48 bits. */
  public byte[] ethernet(long destinationMac, long sourceMac) {
    byte[] packet = packet();
    byte[] out = new byte[Ipv4.ETHERNET_HEADER + packet.length];
    Bytes.putMac(out, 0, destinationMac);
    Bytes.putMac(out, 6, sourceMac);
    Bytes.putShort(out, 12, Ipv4.ETHERTYPE_IPV4);
    System.arraycopy(packet, 0, out, Ipv4.ETHERNET_HEADER, packet.length);
    return out;
  }

  /** The packet as received at time 0, parsed, checksum not verified, in a frame with zero MACs. */
  public Skb skb() {
    return skb(ethernet(0, 0));
  }

  /** Any frame as received at time 0, parsed, checksum not verified. */
  public static Skb skb(byte[] frame) {
    Skb skb = new Skb();
    skb.data = frame;
    skb.frame = 0;
    skb.frameLength = frame.length;
    skb.network = Ipv4.ETHERNET_HEADER;
    skb.parse();
    return skb;
  }

  /** Whether IP header checksum and transport checksum of a parsed packet are right. */
  public static boolean checksumsHold(Skb skb) {
    if (OnesComplement.checksum(skb.data, skb.network, skb.headerLength) != 0) {
      return false;
    }
    int length = skb.end - skb.transport;
    long sum = 0;
    switch (skb.protocol) {
      case Ipv4.TCP ->
          sum = OnesComplement.pseudoHeader(skb.source, skb.destination, skb.protocol, length);
      case Ipv4.UDP -> {
        if (Bytes.getShort(skb.data, skb.transport + 6) == 0) {
          return true;
        }
        sum = OnesComplement.pseudoHeader(skb.source, skb.destination, skb.protocol, length);
      }
      case Ipv4.ICMP -> {}
      default -> {
        return true;
      }
    }
    return OnesComplement.fold(OnesComplement.add(sum, skb.data, skb.transport, length)) == 0xffff;
  }
}
