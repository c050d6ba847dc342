package dev.chainfuse.rules.match;

import dev.chainfuse.packet.Bytes;
import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.packet.Skb;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SplittableRandom;

/** Packets made of bytes, read by {@link Skb#parse}. */
final class TestPackets {
  private static final int NETWORK = 14;
  private static final int[] PORTS = {
    0, 1, 2, 3, 4, 5, 6, 8, 22, 23, 25, 53, 67, 68, 69, 80, 81, 90, 91, 443, 1023, 1024, 65535
  };
  static final int[] ADDRESSES = {
    0x01010100, 0x01010101, 0x01010105, 0x0101010a, 0x0101010b, 0x02020202, 0x03030303, 0x04040404,
    0x09090909, 0x0a000000, 0x0a010203, 0x0a0102ff, 0x0a01ffff, 0xe0000001, -1, 0
  };
  private static final int[] MARKS = {0, 1, 2, 5, 8, 0x4000, 0x4001, 0xff, 0xfeedcafe, -1};
  private static final int[] ICMP_TYPES = {0, 3, 4, 5, 8, 9, 10, 11, 12, 13, 14, 17, 18, 255};
  private static final int[] TOS = {
    0, 0x02, 0x04, 0x08, 0x10, 0x20, 0x28, 0x2e, 0x48, 0x88, 0xb8, 0xe0, 0xfc, 0xff, 1, 3
  };
  private static final int[] SMALL = {0, 1, 2, 3, 4, 5, 6, 7, 8, 16, 18, 32, 64, 128, 255};
  private static final int[] SIZES = {0, 5, 12, 20, 42, 536, 1300, 1400, 1460, 65_535};
  private static final int[] CHUNKS = {0, 0, 0, 1, 2, 3, 4, 6, 6, 9, 14, 64, 128, 192};
  private static final List<String> TEXTS =
      List.of("test", "TEST", "abc", "a", "xxxxxxxxxxx", "a b");
  private static final int[] INFOS = {
    Skb.CT_ESTABLISHED, Skb.CT_RELATED, Skb.CT_NEW, Skb.CT_ESTABLISHED_REPLY, Skb.CT_RELATED_REPLY
  };

  private TestPackets() {}

  /** An IP packet of that protocol with that fragment word and payload. */
  static Skb packet(int protocol, int fragmentWord, byte[] payload) {
    Skb skb = new Skb();
    skb.data = new byte[NETWORK + Ipv4.MINIMUM_HEADER + payload.length + 6];
    skb.frameLength = skb.data.length;
    skb.network = NETWORK;
    Bytes.putShort(skb.data, NETWORK, 0x4500);
    Bytes.putShort(skb.data, NETWORK + Ipv4.TOTAL_LENGTH, Ipv4.MINIMUM_HEADER + payload.length);
    Bytes.putShort(skb.data, NETWORK + Ipv4.FRAGMENT, fragmentWord);
    skb.data[NETWORK + Ipv4.TTL] = 64;
    skb.data[NETWORK + Ipv4.PROTOCOL] = (byte) protocol;
    System.arraycopy(payload, 0, skb.data, NETWORK + Ipv4.MINIMUM_HEADER, payload.length);
    skb.parse();
    return skb;
  }

  /** A random packet of a protocol with random surroundings; some are irregular. */
  static Skb random(int protocol, SplittableRandom random) {
    byte[] payload = new byte[random.nextInt(8) == 0 ? random.nextInt(40) : 40];
    random.nextBytes(payload);
    if (payload.length >= 4) {
      Bytes.putShort(payload, 0, port(random));
      Bytes.putShort(payload, 2, port(random));
      if (protocol == Ipv4.ICMP) {
        payload[0] = (byte) oneOf(ICMP_TYPES, random);
        payload[1] = (byte) random.nextInt(18);
      }
    }
    if (protocol == Ipv4.TCP && payload.length == 40) {
      payload[12] = (byte) (random.nextInt(4, 12) << 4);
      payload[13] = (byte) (random.nextBoolean() ? Ipv4.TCP_SYN : random.nextInt(256));
      // Short lengths, so that walks over options meet several.
      for (int i = 20; i < payload.length; i++) {
        payload[i] = (byte) random.nextInt(20);
      }
    }
    if (protocol == Ipv4.TCP && payload.length == 40 && random.nextBoolean()) {
      // The option with the maximum segment size.
      Bytes.putInt(payload, 20, 0x0204_0000 | oneOf(SIZES, random));
    }
    if (payload.length == 40) {
      shape(protocol, payload, random);
    }
    int fragmentWord = random.nextInt(6) == 0 ? random.nextInt(4) : 0;
    Skb skb = packet(protocol, fragmentWord, payload);
    Bytes.putInt(skb.data, NETWORK + Ipv4.SOURCE, address(random));
    Bytes.putInt(skb.data, NETWORK + Ipv4.DESTINATION, address(random));
    skb.data[NETWORK + Ipv4.TOS] = (byte) oneOf(TOS, random);
    skb.data[NETWORK + Ipv4.TTL] = (byte) oneOf(SMALL, random);
    skb.parse();
    skb.sourceMac = random.nextInt(4) == 0 ? random.nextLong(1L << 48) : 0x0102_0304_0506L;
    skb.mark = oneOf(MARKS, random);
    skb.packetType = random.nextInt(6);
    skb.inInterface = random.nextInt(-1, 4);
    skb.outInterface = random.nextInt(-1, 4);
    skb.physicalIn = random.nextInt(-1, 4);
    skb.physicalOut = random.nextInt(-1, 4);
    return skb;
  }

  /** Puts in what matches of less common protocols look for. */
  private static void shape(int protocol, byte[] payload, SplittableRandom random) {
    switch (protocol) {
      case Ipv4.SCTP -> {
        for (int at = 12; at + 8 <= payload.length; at += 8) {
          payload[at] = (byte) oneOf(CHUNKS, random);
          payload[at + 1] = (byte) random.nextInt(16);
          Bytes.putShort(payload, at + 2, random.nextInt(20) == 0 ? 0 : 8);
        }
        Bytes.putShort(payload, 38, random.nextInt(12));
      }
      case Ipv4.DCCP -> {
        payload[4] = (byte) random.nextInt(2, 11);
        payload[8] = (byte) (random.nextInt(12) << 1 | random.nextInt(2));
        for (int i = 12; i < payload.length; i++) {
          payload[i] = (byte) random.nextInt(20);
        }
      }
      case 50, 51, 108 -> {
        int spi = random.nextInt(4) == 0 ? random.nextInt() : oneOf(SMALL, random);
        Bytes.putInt(payload, protocol == 51 ? 4 : 0, spi);
      }
      default -> {
        if (random.nextInt(3) == 0) {
          byte[] text = oneOf(TEXTS, random).getBytes(StandardCharsets.ISO_8859_1);
          System.arraycopy(text, 0, payload, 14 + random.nextInt(6), text.length);
        }
      }
    }
  }

  private static String oneOf(List<String> values, SplittableRandom random) {
    return values.get(random.nextInt(values.size()));
  }

  /** Gives the packet one of the table's connections, or none. */
  static void track(Skb skb, TestConnections connections, SplittableRandom random) {
    skb.connections = connections;
    if (random.nextInt(4) == 0) {
      skb.connectionInfo = random.nextBoolean() ? Skb.CT_NONE : Skb.CT_UNTRACKED;
    } else {
      skb.flow = random.nextInt(connections.flows.size());
      skb.connectionInfo = oneOf(INFOS, random);
    }
  }

  static TestConnections connections(int count, SplittableRandom random) {
    TestConnections connections = new TestConnections();
    for (int i = 0; i < count; i++) {
      List<TestConnections.Tuple> tuples = List.of(tuple(random), tuple(random));
      int protocol = new int[] {0, 6, 17, 255}[random.nextInt(4)];
      int seconds = random.nextBoolean() ? random.nextInt(20) : random.nextInt(432_001);
      connections.flows.add(
          new TestConnections.Facts(
              protocol, tuples, random.nextInt(1 << 10), oneOf(MARKS, random), seconds));
    }
    return connections;
  }

  private static TestConnections.Tuple tuple(SplittableRandom random) {
    return new TestConnections.Tuple(address(random), address(random), port(random), port(random));
  }

  private static int port(SplittableRandom random) {
    return random.nextInt(4) == 0 ? random.nextInt(1 << 16) : oneOf(PORTS, random);
  }

  private static int address(SplittableRandom random) {
    return switch (random.nextInt(8)) {
      case 0 -> random.nextInt();
      case 1 -> TestHost.broadcast(random.nextInt(4));
      case 2, 3 -> TestHost.local(random.nextInt(4));
      default -> oneOf(ADDRESSES, random);
    };
  }

  private static int oneOf(int[] values, SplittableRandom random) {
    return values[random.nextInt(values.length)];
  }
}
