package dev.chainfuse;

import dev.chainfuse.packet.Bytes;
import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.packet.OnesComplement;

/**
 * A packet to ask a session about, built step by step. Immutable: each method returns a changed
 * copy. Checksums are right; the frame is addressed to the interface by which it comes.
 */
public final class Packet {
  private static final int FIRST_PORT_OFFSET = 20;

  private final int protocol;
  private final int source;
  private final int destination;
  private final int sourcePort;
  private final int destinationPort;
  private final int flags;
  private final int sequence;
  private final int acknowledgement;
  private final int ttl;
  private final int tos;
  private final int payload;
  private final String in;

  private Packet(
      int protocol,
      int[] addresses,
      int[] ports,
      int flags,
      int[] numbers,
      int ttl,
      int tos,
      int payload,
      String in) {
    this.protocol = protocol;
    this.source = addresses[0];
    this.destination = addresses[1];
    this.sourcePort = ports[0];
    this.destinationPort = ports[1];
    this.flags = flags;
    this.sequence = numbers[0];
    this.acknowledgement = numbers[1];
    this.ttl = ttl;
    this.tos = tos;
    this.payload = payload;
    this.in = in;
  }

  private static Packet of(int protocol, String source, int sport, String destination, int dport) {
    return new Packet(
        protocol,
        new int[] {Ipv4.parse(source), Ipv4.parse(destination)},
        new int[] {port(sport), port(dport)},
        0,
        new int[] {1, 0},
        64,
        0,
        0,
        "");
  }

  private static int port(int port) {
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException("port " + port + " is not within 0 to 65535");
    }
    return port;
  }

  /** A TCP segment without flags; add {@link #syn} or {@link #flags}. */
  public static Packet tcp(String source, int sourcePort, String destination, int destinationPort) {
    return of(Ipv4.TCP, source, sourcePort, destination, destinationPort);
  }

  /** A UDP datagram. */
  public static Packet udp(String source, int sourcePort, String destination, int destinationPort) {
    return of(Ipv4.UDP, source, sourcePort, destination, destinationPort);
  }

  /** An ICMP echo request with that id. */
  public static Packet ping(String source, String destination, int id) {
    return of(Ipv4.ICMP, source, id, destination, 0);
  }

  /** A packet of any other IP protocol, without a transport header. */
  public static Packet protocol(int protocol, String source, String destination) {
    if (protocol < 0 || protocol > 255) {
      throw new IllegalArgumentException("protocol " + protocol + " is not within 0 to 255");
    }
    return of(protocol, source, 0, destination, 0);
  }

  private Packet with(int newFlags, int newTtl, int newTos, int newPayload, String newIn) {
    return new Packet(
        protocol,
        new int[] {source, destination},
        new int[] {sourcePort, destinationPort},
        newFlags,
        new int[] {sequence, acknowledgement},
        newTtl,
        newTos,
        newPayload,
        newIn);
  }

  /** With the SYN flag alone. */
  public Packet syn() {
    return flags(Ipv4.TCP_SYN);
  }

  /** With these TCP flags, bits of the header's flag byte. */
  public Packet flags(int bits) {
    return with(bits, ttl, tos, payload, in);
  }

  /** With these sequence and acknowledgement numbers. */
  public Packet numbers(int newSequence, int newAcknowledgement) {
    return new Packet(
        protocol,
        new int[] {source, destination},
        new int[] {sourcePort, destinationPort},
        flags,
        new int[] {newSequence, newAcknowledgement},
        ttl,
        tos,
        payload,
        in);
  }

  /** With this time to live, 0 to 255; 64 by default. */
  public Packet ttl(int value) {
    return with(flags, value, tos, payload, in);
  }

  /** With this type of service byte, 0 to 255. */
  public Packet tos(int value) {
    return with(flags, ttl, value, payload, in);
  }

  /** With that many bytes of zeros behind the transport header. */
  public Packet payload(int bytes) {
    if (bytes < 0 || bytes > 65_000) {
      throw new IllegalArgumentException("payload of " + bytes + " bytes is not within 0 to 65000");
    }
    return with(flags, ttl, tos, bytes, in);
  }

  /** Coming in by the interface of that name; without it the host itself sends the packet. */
  public Packet in(String interfaceName) {
    return with(flags, ttl, tos, payload, interfaceName);
  }

  /** Name of the interface of arrival; empty for a packet of the host itself. */
  public String in() {
    return in;
  }

  /** Destination address, big-endian. */
  public int destination() {
    return destination;
  }

  /** Source address, big-endian. */
  public int source() {
    return source;
  }

  /** The IPv4 packet's bytes. */
  public byte[] toBytes() {
    int transport = transportBytes();
    byte[] out = new byte[Ipv4.MINIMUM_HEADER + transport + payload];
    out[0] = 0x45;
    out[Ipv4.TOS] = (byte) tos;
    Bytes.putShort(out, Ipv4.TOTAL_LENGTH, out.length);
    out[Ipv4.TTL] = (byte) ttl;
    out[Ipv4.PROTOCOL] = (byte) protocol;
    Bytes.putInt(out, Ipv4.SOURCE, source);
    Bytes.putInt(out, Ipv4.DESTINATION, destination);
    Bytes.putShort(out, Ipv4.CHECKSUM, OnesComplement.checksum(out, 0, Ipv4.MINIMUM_HEADER));
    writeTransport(out, out.length - Ipv4.MINIMUM_HEADER);
    return out;
  }

  private int transportBytes() {
    return switch (protocol) {
      case Ipv4.TCP -> 20;
      case Ipv4.UDP, Ipv4.ICMP -> 8;
      default -> 0;
    };
  }

  private void writeTransport(byte[] out, int length) {
    int at = FIRST_PORT_OFFSET;
    long pseudo = OnesComplement.pseudoHeader(source, destination, protocol, length);
    switch (protocol) {
      case Ipv4.TCP -> {
        Bytes.putShort(out, at, sourcePort);
        Bytes.putShort(out, at + 2, destinationPort);
        Bytes.putInt(out, at + 4, sequence);
        Bytes.putInt(out, at + 8, acknowledgement);
        out[at + 12] = 0x50;
        out[at + 13] = (byte) flags;
        Bytes.putShort(out, at + 14, 64_240);
        Bytes.putShort(
            out, at + 16, ~OnesComplement.fold(OnesComplement.add(pseudo, out, at, length)));
      }
      case Ipv4.UDP -> {
        Bytes.putShort(out, at, sourcePort);
        Bytes.putShort(out, at + 2, destinationPort);
        Bytes.putShort(out, at + 4, length);
        int sum = ~OnesComplement.fold(OnesComplement.add(pseudo, out, at, length)) & 0xffff;
        Bytes.putShort(out, at + 6, sum == 0 ? 0xffff : sum);
      }
      case Ipv4.ICMP -> {
        out[at] = 8;
        Bytes.putShort(out, at + 4, sourcePort);
        Bytes.putShort(out, at + 6, 1);
        Bytes.putShort(out, at + 2, OnesComplement.checksum(out, at, length));
      }
      default -> {}
    }
  }
}
