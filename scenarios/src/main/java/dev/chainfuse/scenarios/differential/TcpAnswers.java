package dev.chainfuse.scenarios.differential;

import dev.chainfuse.packet.Bytes;
import dev.chainfuse.packet.Ipv4;
import java.util.SplittableRandom;

/** Answers of a station to a packet that reached it: mostly as it should, sometimes not. */
final class TcpAnswers {
  private static final byte[] NO_OPTIONS = {};

  private final SplittableRandom random;

  TcpAnswers(SplittableRandom random) {
    this.random = random;
  }

  /** The first segment of a flow: most often a SYN. */
  byte[] opening(int ports) {
    int draw = random.nextInt(20);
    int flags = Ipv4.TCP_SYN;
    if (draw < 4) {
      flags = new int[] {16, 18, 4, 17, 0, 24, 41, 3, 20, 0xc2}[random.nextInt(10)];
    }
    boolean syn = (flags & Ipv4.TCP_SYN) != 0;
    int sequence = random.nextInt(4) == 0 ? random.nextInt() : 1000 * random.nextInt(9);
    int window = random.nextInt(3) == 0 ? random.nextInt(65536) : 8192;
    return PacketBytes.tcp(
        ports,
        sequence,
        (flags & Ipv4.TCP_ACK) != 0 ? 77_000 : 0,
        flags,
        window,
        syn ? options() : NO_OPTIONS,
        syn ? 0 : random.nextInt(3) * 10);
  }

  /** None, or MSS, SACK and window scale, or time stamps. */
  private byte[] options() {
    return switch (random.nextInt(5)) {
      case 0 -> new byte[] {2, 4, 5, (byte) 0xb4, 4, 2, 1, 1};
      case 1 -> new byte[] {2, 4, 5, (byte) 0xb4, 1, 3, 3, (byte) random.nextInt(16)};
      case 2 -> new byte[] {4, 2, 8, 10, 0, 0, 0, 9, 0, 0, 0, 0};
      default -> NO_OPTIONS;
    };
  }

  /** An answer to a packet, from its receiver; of the same protocol. */
  byte[] answer(byte[] to, int id) {
    int transport = (to[0] & 15) << 2;
    int source = Bytes.getInt(to, Ipv4.DESTINATION);
    int destination = Bytes.getInt(to, Ipv4.SOURCE);
    int protocol = Bytes.getByte(to, Ipv4.PROTOCOL);
    byte[] payload;
    if (protocol == Ipv4.TCP && to.length >= transport + 20) {
      payload = segment(to, transport);
    } else if (protocol == Ipv4.UDP && to.length >= transport + 8) {
      payload = PacketBytes.udp(swapped(to, transport), random.nextInt(3) * 7);
    } else if (protocol == Ipv4.ICMP && to.length >= transport + 8) {
      int type = to[transport];
      boolean asks = type == 8 || type == 13 || type == 15 || type == 17;
      int back = type == 8 ? 0 : asks ? type + 1 : type;
      int rest = Bytes.getInt(to, transport + 4);
      payload = PacketBytes.icmp(back, 0, rest, new byte[random.nextInt(9)]);
    } else {
      payload = new byte[8];
    }
    return PacketBytes.seal(PacketBytes.ip(protocol, source, destination, 64, id, payload));
  }

  private static int swapped(byte[] to, int transport) {
    return Integer.rotateLeft(Bytes.getInt(to, transport), 16);
  }

  private byte[] segment(byte[] to, int at) {
    int flags = Bytes.getByte(to, at + 13);
    int length = to.length - at - ((to[at + 12] & 0xf0) >> 2);
    int sequence = Bytes.getInt(to, at + 4);
    int expected = sequence + Math.max(0, length) + (flags & 1) + (flags >> 1 & 1);
    int mine = Bytes.getInt(to, at + 8);
    int window = random.nextInt(6) == 0 ? random.nextInt(20000) : 8192;
    int draw = random.nextInt(100);
    boolean syn = (flags & Ipv4.TCP_SYN) != 0;
    boolean ack = (flags & Ipv4.TCP_ACK) != 0;
    if (syn && !ack) {
      int first = draw < 50 ? 5_000_000 : random.nextInt();
      int answerFlags = draw < 85 ? 18 : draw < 92 ? 20 : draw < 96 ? 2 : 16;
      int number = draw % 12 == 0 ? expected + random.nextInt(-3, 4) : expected;
      return PacketBytes.tcp(swapped(to, at), first, number, answerFlags, window, options(), 0);
    }
    int answerFlags = draw < 62 ? 16 : draw < 72 ? 24 : draw < 88 ? 17 : draw < 95 ? 4 : 2;
    int data = answerFlags == 2 || answerFlags == 4 ? 0 : random.nextInt(4) * 20;
    if (draw % 15 == 0) {
      mine += random.nextInt(-20_000, 20_000);
    }
    if (draw % 17 == 0) {
      expected += random.nextInt(-70_000, 70_000);
    }
    return PacketBytes.tcp(
        swapped(to, at),
        answerFlags == 2 ? random.nextInt() : mine,
        answerFlags == 2 ? 0 : expected,
        answerFlags,
        window,
        answerFlags == 2 ? options() : NO_OPTIONS,
        data);
  }
}
