package dev.chainfuse.conntrack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.chainfuse.Seeds;
import dev.chainfuse.packet.Frames;
import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.packet.Skb;
import dev.chainfuse.reference.MapConnections;
import dev.chainfuse.reference.PlainNatSearch;
import dev.chainfuse.rules.NatRange;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The table of maps and its search do with every packet what the fused engine's do. */
class TablesAgreeTest {
  private static final int PACKETS = 1_500;
  private static final int[] FLAGS = {
    NatRange.MAP_ADDRESSES,
    NatRange.MAP_ADDRESSES | NatRange.PORTS_SPECIFIED,
    NatRange.MAP_ADDRESSES | NatRange.PERSISTENT,
    NatRange.MAP_ADDRESSES | NatRange.PORTS_SPECIFIED | NatRange.RANDOM,
    NatRange.MAP_ADDRESSES | NatRange.RANDOM_FULLY,
    NatRange.PORTS_SPECIFIED,
    0
  };

  /** How often a tuple was taken, in all runs. */
  private long taken;

  /** How many packets were dropped. */
  private long dropped;

  @Test
  void bothTranslateAndTrackAlike() {
    Seeds.each(60, this::compare);
    assertTrue(taken > 1_000, () -> taken + " clashes");
    assertTrue(dropped > 1_000, () -> dropped + " packets dropped");
  }

  private void compare(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    ConntrackSettings settings =
        ConntrackSettings.defaults(random.nextBoolean() ? 1_000 : 20 + random.nextInt(100));
    Lab fused = new Lab(settings, new SeededChoices(seed));
    MapConnections map = new MapConnections(settings.max(), 42);
    Lab plain = new Lab(settings, map, new PlainNatSearch(map, new SeededChoices(seed)));
    addRules(List.of(fused, plain), random);
    List<Skb> seen = new ArrayList<>();
    for (int i = 0; i < PACKETS; i++) {
      Frames frames = draw(seen, random);
      long sleep = random.nextInt(200) == 0 ? 130_000 : random.nextInt(50);
      fused.sleepMillis(sleep);
      plain.sleepMillis(sleep);
      Lab.Sent expected = plain.send(frames);
      Lab.Sent sent = fused.send(frames);
      int number = i;
      assertEquals(outcome(expected), outcome(sent), () -> "packet " + number);
      dropped += sent.dropped() ? 1 : 0;
      if (!sent.dropped()) {
        seen.add(sent.skb());
      }
    }
    assertEquals(plain.list(), fused.list());
    assertEquals(plain.tracking.statistics().found, fused.tracking.statistics().found);
    taken += fused.tracking.statistics().found;
  }

  private static String outcome(Lab.Sent sent) {
    return sent.verdict() + " " + sent.state() + " " + sent.way();
  }

  private static void addRules(List<Lab> labs, SplittableRandom random) {
    for (boolean source : new boolean[] {true, false}) {
      int flags = FLAGS[random.nextInt(FLAGS.length)];
      int address = random.nextInt(1, 3);
      String from = (source ? "192.0.2." : "10.9.0.") + address;
      String to = (source ? "192.0.2." : "10.9.0.") + (address + random.nextInt(2));
      int port = random.nextInt(1, 30);
      int last = port + (random.nextBoolean() ? random.nextInt(30) : 300);
      boolean used = random.nextInt(4) > 0;
      for (Lab lab : used ? labs : List.<Lab>of()) {
        lab.rule(source, flags, from, to, port, last);
      }
    }
  }

  /** A first packet from a crowded range of tuples, or an answer to what left before. */
  private static Frames draw(List<Skb> seen, SplittableRandom random) {
    if (!seen.isEmpty() && random.nextInt(3) == 0) {
      return answer(seen.get(random.nextInt(seen.size())), random);
    }
    String source = "10.0.0." + random.nextInt(1, 9);
    String destination = random.nextInt(4) == 0 ? "192.0.2.1" : "203.0.113." + random.nextInt(1, 3);
    int port = random.nextInt(5) == 0 ? 600 + random.nextInt(5) : random.nextInt(1, 40);
    return switch (random.nextInt(6)) {
      case 0 -> Frames.icmp(source, destination, 8, 0, port, 1);
      case 1 -> Frames.raw(source, destination, 99, new byte[8]);
      case 2, 3 -> Frames.udp(source, port, destination, 53).payload(4);
      default ->
          Frames.tcp(source, port, destination, 80)
              .flags(random.nextInt(8) == 0 ? Ipv4.TCP_RST : Ipv4.TCP_SYN)
              .sequence(random.nextInt(4) * 1_000_000);
    };
  }

  private static Frames answer(Skb sent, SplittableRandom random) {
    String source = Ipv4.format(sent.destination);
    String destination = Ipv4.format(sent.source);
    return switch (sent.protocol) {
      case Ipv4.TCP ->
          Frames.tcp(source, sent.destinationPort, destination, sent.sourcePort)
              .flags(
                  random.nextBoolean() ? Ipv4.TCP_SYN | Ipv4.TCP_ACK : Ipv4.TCP_RST | Ipv4.TCP_ACK)
              .ack(1);
      case Ipv4.UDP -> Frames.udp(source, sent.destinationPort, destination, sent.sourcePort);
      default -> Frames.raw(source, destination, sent.protocol, new byte[8]);
    };
  }
}
