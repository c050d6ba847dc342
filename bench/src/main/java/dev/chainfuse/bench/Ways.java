package dev.chainfuse.bench;

import dev.chainfuse.Packet;
import dev.chainfuse.bench.Surroundings.Published;
import dev.chainfuse.packet.Bytes;
import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.packet.OnesComplement;
import java.util.ArrayList;
import java.util.List;

/**
 * The ways by which connections are opened through a host: from outside to a published port (DNAT),
 * and from inside to the outside (MASQUERADE). Half of the connections go each way, if the host has
 * both. The n-th connection always has the same tuple; 2^26 of them differ.
 */
final class Ways {
  /** 198.18.0.0/15 is for benchmarks (RFC 2544). */
  private static final int OUTSIDE = 198 << 24 | 18 << 16;

  private static final int TUPLES = 1 << 26;
  private static final int PORT_BITS = 15;
  private static final int FIRST_PORT = 1024;
  private static final int PING_ID = 7;
  private static final int CLOSED_PORT = 9;

  /**
   * A way.
   *
   * @param from who opens the connection
   * @param inward from outside to a published port
   * @param address the address at the near end: the published one, or the station's
   * @param port the port that is called
   */
  record Way(Station from, boolean inward, int address, int port) {}

  private final int protocol;
  private final Surroundings surroundings;
  private final List<Way> inward = new ArrayList<>();
  private final List<Way> outward = new ArrayList<>();

  /**
   * @throws IllegalArgumentException if nobody is inside
   */
  Ways(Surroundings surroundings, int protocol) {
    this.surroundings = surroundings;
    this.protocol = protocol;
    for (Published each : surroundings.published()) {
      if (each.protocol() == protocol) {
        inward.add(new Way(surroundings.router(), true, each.address(), each.port()));
      }
    }
    for (Station each : surroundings.inside()) {
      outward.add(new Way(each, false, each.address(), protocol == Ipv4.TCP ? 443 : 53));
    }
    if (outward.isEmpty()) {
      throw new IllegalArgumentException(
          "no stations behind the host's bridges: fdb.json must hold a learned address");
    }
  }

  int protocol() {
    return protocol;
  }

  /** All of them; {@link #number} counts in this order. */
  List<Way> all() {
    List<Way> all = new ArrayList<>(inward);
    all.addAll(outward);
    return all;
  }

  /** Which way connection {@code n} goes. */
  int number(int n) {
    int mixed = n * 0x9e37_79b1;
    mixed = (mixed ^ mixed >>> 15) * 0x85eb_ca77;
    int choice = mixed >>> 8;
    return mixed >= 0 && !inward.isEmpty()
        ? choice % inward.size()
        : inward.size() + choice % outward.size();
  }

  private static int tuple(int n) {
    return n * 0x0278_dde5 & TUPLES - 1;
  }

  /** The address outside of connection {@code n}. */
  static int outside(int n) {
    return OUTSIDE + (tuple(n) >>> PORT_BITS);
  }

  /** The port from which connection {@code n} is opened. */
  static int port(int n) {
    return FIRST_PORT + (tuple(n) & (1 << PORT_BITS) - 1);
  }

  /** Writes what the opener's frames of connection {@code n} have in common. */
  void common(Way way, int n, byte[] out, int at) {
    Station from = way.from();
    FrameTemplates.common(
        out,
        at,
        from.hostMac(),
        from.mac(),
        protocol,
        way.inward() ? outside(n) : way.address(),
        way.inward() ? way.address() : outside(n),
        port(n) << 16 | way.port());
  }

  /** A frame that is sent again and again and does not belong to the connections. */
  record Odd(int device, byte[] frame) {}

  /**
   * What a host meets besides: stations that ask for its hardware address, pings of the host, a
   * packet whose time to live ends, IP options. None of them is forwarded.
   */
  List<Odd> odd() {
    List<Odd> odd = new ArrayList<>();
    Station router = surroundings.router();
    String outside = Ipv4.format(OUTSIDE + 1);
    String host = Ipv4.format(router.hostAddress());
    String inside = Ipv4.format(surroundings.inside().get(0).address());
    List<Station> stations = new ArrayList<>(surroundings.inside());
    stations.add(router);
    byte[] options = Packet.udp(outside, CLOSED_PORT, host, CLOSED_PORT).toBytes();
    for (Station each : stations) {
      odd.add(new Odd(each.device(), each.question()));
      odd.add(frame(Packet.ping(outside, host, PING_ID).toBytes()));
      odd.add(frame(Packet.udp(outside, CLOSED_PORT, inside, CLOSED_PORT).ttl(1).toBytes()));
      odd.add(frame(withOptions(options)));
    }
    return odd;
  }

  private Odd frame(byte[] packet) {
    Station router = surroundings.router();
    return new Odd(router.device(), router.frame(packet));
  }

  /** The same packet with four "no operation" options. */
  private static byte[] withOptions(byte[] packet) {
    byte[] longer = new byte[packet.length + 4];
    System.arraycopy(packet, 0, longer, 0, Ipv4.MINIMUM_HEADER);
    for (int i = 0; i < 4; i++) {
      longer[Ipv4.MINIMUM_HEADER + i] = 1;
    }
    System.arraycopy(
        packet,
        Ipv4.MINIMUM_HEADER,
        longer,
        Ipv4.MINIMUM_HEADER + 4,
        packet.length - Ipv4.MINIMUM_HEADER);
    longer[0] = 0x46;
    Bytes.putShort(longer, Ipv4.TOTAL_LENGTH, longer.length);
    Bytes.putShort(longer, Ipv4.CHECKSUM, 0);
    Bytes.putShort(
        longer, Ipv4.CHECKSUM, OnesComplement.checksum(longer, 0, Ipv4.MINIMUM_HEADER + 4));
    return longer;
  }
}
