package dev.chainfuse.scenarios.traffic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.chainfuse.Seeds;
import dev.chainfuse.event.EventQueue;
import dev.chainfuse.packet.Bytes;
import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.packet.OnesComplement;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Two stations on one wire that loses frames. */
class TcpOverLossTest {
  private static final int CLIENT = Ipv4.parse("10.0.0.1");
  private static final int SERVER = Ipv4.parse("10.0.0.2");

  /** A wire with a delay and a chance of loss. */
  private static final class Wire implements Network {
    final EventQueue events = new EventQueue(16);
    final List<Runnable> actions = new ArrayList<>();
    final List<Nic> nics = new ArrayList<>();
    final List<Exchange> exchanges = new ArrayList<>();
    final List<byte[]> frames = new ArrayList<>();
    final SplittableRandom random;
    final int lossPercent;
    long now;

    Wire(long seed, int lossPercent) {
      random = new SplittableRandom(seed);
      this.lossPercent = lossPercent;
    }

    Station station(String name, int address) {
      Nic nic = new Nic(this, 0, 0x0200_0000_0000L | address & 0xffff_ffffL);
      nics.add(nic);
      return new Station(this, name, nic, address, address, 24, 0);
    }

    @Override
    public long nowNanos() {
      return now;
    }

    @Override
    public void at(long nanos, Runnable action) {
      events.add(nanos, 0, actions.size());
      actions.add(action);
    }

    @Override
    public SplittableRandom random() {
      return random;
    }

    @Override
    public void transmit(Nic from, byte[] frame, int bytes, int flow) {
      byte[] copy = java.util.Arrays.copyOf(frame, bytes);
      frames.add(copy);
      boolean arp = Bytes.getShort(copy, 12) == Ipv4.ETHERTYPE_ARP;
      if (!arp && random.nextInt(100) < lossPercent) {
        return;
      }
      at(
          now + 1_000_000,
          () -> {
            for (Nic nic : nics) {
              if (nic != from && nic.accepts(Bytes.getMac(copy, 0))) {
                nic.receive(copy, 0, bytes, flow);
              }
            }
          });
    }

    @Override
    public void transmitLocal(byte[] frame, int bytes, int flow) {
      throw new AssertionError("no host here");
    }

    @Override
    public Exchange exchange(int flow) {
      return exchanges.get(flow);
    }

    Exchange exchange(Station from, Source.Protocol protocol, int port, int request, int response) {
      Sizes.Fixed size = new Sizes.Fixed(request);
      Source source =
          new Source(
              "t",
              from,
              SERVER,
              "server",
              protocol,
              port,
              size,
              size,
              new Arrivals(1, false),
              0,
              1);
      Exchange exchange = new Exchange(exchanges.size(), source, now);
      exchanges.add(exchange);
      from.start(exchange, request, response);
      while (!events.isEmpty()) {
        now = events.nextNanos();
        Runnable action = actions.get((int) events.nextPayload());
        events.removeNext();
        action.run();
      }
      return exchange;
    }
  }

  @Test
  void withoutLossAnExchangeTakesHandshakeRequestResponseAndClose() {
    Wire wire = new Wire(1, 0);
    Station client = wire.station("client", CLIENT);
    wire.station("server", SERVER).serveTcp(80);
    assertTrue(wire.exchange(client, Source.Protocol.TCP, 80, 100, 2_000).reached());
    List<Integer> flags =
        wire.frames.stream()
            .filter(f -> Bytes.getShort(f, 12) == Ipv4.ETHERTYPE_IPV4)
            .map(f -> (int) f[Frames.TRANSPORT + 13])
            .toList();
    int ack = Ipv4.TCP_ACK;
    assertEquals(
        List.of(
            Ipv4.TCP_SYN,
            Ipv4.TCP_SYN | ack,
            ack | Ipv4.TCP_PSH, // the request carries the handshake's last acknowledgement
            ack,
            ack | Ipv4.TCP_PSH | Ipv4.TCP_FIN,
            ack,
            ack | Ipv4.TCP_FIN,
            ack),
        flags);
  }

  @Test
  void everyExchangeCompletesOverAWireThatLosesATenthOfTheFrames() {
    Seeds.each(
        60,
        seed -> {
          Wire wire = new Wire(seed, 10);
          Station client = wire.station("client", CLIENT);
          wire.station("server", SERVER).serveTcp(80);
          int request = wire.random.nextInt(8, 30_000);
          int response = wire.random.nextInt(0, 60_000);
          Exchange exchange = wire.exchange(client, Source.Protocol.TCP, 80, request, response);
          assertTrue(exchange.reached(), exchange.reason());
          wire.frames.forEach(TcpOverLossTest::assertChecksums);
        });
  }

  @Test
  void aClosedTcpPortRefusesAndAClosedUdpPortIsUnreachable() {
    Wire wire = new Wire(1, 0);
    Station client = wire.station("client", CLIENT);
    wire.station("server", SERVER);
    assertEquals(
        "connection refused", wire.exchange(client, Source.Protocol.TCP, 80, 100, 100).reason());
    assertEquals(
        "port unreachable says 10.0.0.2",
        wire.exchange(client, Source.Protocol.UDP, 53, 100, 100).reason());
  }

  @Test
  void udpAndPingAreAnswered() {
    Wire wire = new Wire(1, 0);
    Station client = wire.station("client", CLIENT);
    wire.station("server", SERVER).serveUdp(53);
    assertTrue(wire.exchange(client, Source.Protocol.UDP, 53, 40, 900).reached());
    assertEquals(
        900 + Frames.TRANSPORT + Frames.UDP_HEADER, wire.frames.get(wire.frames.size() - 1).length);
    assertTrue(wire.exchange(client, Source.Protocol.PING, 0, 56, 0).reached());
    wire.frames.forEach(TcpOverLossTest::assertChecksums);
  }

  @Test
  void nobodyAnswersArpForAnAddressThatNobodyHas() {
    Wire wire = new Wire(1, 0);
    Exchange exchange =
        wire.exchange(wire.station("client", CLIENT), Source.Protocol.PING, 0, 56, 0);
    assertFalse(exchange.reached());
    assertEquals("no ARP answer from 10.0.0.2", exchange.reason());
    assertEquals(3, wire.frames.size());
  }

  private static void assertChecksums(byte[] frame) {
    if (Bytes.getShort(frame, 12) != Ipv4.ETHERTYPE_IPV4) {
      return;
    }
    assertEquals(0, OnesComplement.checksum(frame, Frames.IP, Ipv4.MINIMUM_HEADER));
    int protocol = frame[Frames.IP + Ipv4.PROTOCOL];
    int bytes = frame.length - Frames.TRANSPORT;
    long sum =
        protocol == Ipv4.ICMP
            ? 0
            : OnesComplement.pseudoHeader(
                Bytes.getInt(frame, Frames.IP + Ipv4.SOURCE),
                Bytes.getInt(frame, Frames.IP + Ipv4.DESTINATION),
                protocol,
                bytes);
    sum = OnesComplement.add(sum, frame, Frames.TRANSPORT, bytes);
    assertEquals(0xffff, OnesComplement.fold(sum));
  }
}
