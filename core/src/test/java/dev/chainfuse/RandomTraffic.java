package dev.chainfuse;

import dev.chainfuse.host.Topology;
import dev.chainfuse.packet.Bytes;
import dev.chainfuse.packet.Frames;
import dev.chainfuse.packet.Ipv4;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Stations around a random host: they open flows, answer what reaches them as it left the host, and
 * now and then send what they should not. Each frame is told with the port it comes by and the
 * time.
 */
final class RandomTraffic {
  /** A frame for the host. */
  record Arrival(int device, byte[] frame, long nanos) {}

  private static final long DOCKER = 0x0242_0000_0001L;
  private static final long OTHER = 0x0242_0000_0002L;
  private static final long ENO1 = 0x0200_0000_0010L;

  private final SplittableRandom random;
  private final Topology topology;
  private final Deque<Arrival> answers = new ArrayDeque<>();
  private final List<Arrival> sent = new ArrayList<>();
  private long now;

  RandomTraffic(SplittableRandom random, Topology topology, long start) {
    this.random = random;
    this.topology = topology;
    this.now = start;
  }

  /** The next frame: an answer, an old frame again, or something new. */
  Arrival next() {
    now += random.nextInt(20) == 0 ? random.nextLong(3_000_000_000L) : random.nextLong(2_000_000);
    Arrival arrival;
    if (!answers.isEmpty() && random.nextInt(8) != 0) {
      arrival = answers.poll();
    } else if (!sent.isEmpty() && random.nextInt(12) == 0) {
      arrival = sent.get(random.nextInt(sent.size()));
    } else {
      arrival = fresh();
    }
    arrival = new Arrival(arrival.device, arrival.frame, now);
    sent.add(arrival);
    return arrival;
  }

  private Arrival fresh() {
    String[] lan = RandomHost.LAN;
    String[] inside = RandomHost.CONTAINERS;
    boolean fromLan = random.nextBoolean();
    String source = fromLan ? lan[random.nextInt(lan.length)] : inside[random.nextInt(3)];
    String destination =
        switch (random.nextInt(8)) {
          case 0, 1 -> "192.0.2.10";
          case 2 -> "172.17.0.1";
          case 3, 4 -> inside[random.nextInt(3)];
          case 5 -> "203.0.113.9";
          case 6 -> "192.0.2.2";
          default -> random.nextInt(4) == 0 ? "192.0.2.255" : lan[random.nextInt(lan.length)];
        };
    Frames packet = packet(source, destination);
    if (random.nextInt(40) == 0) {
      packet.ttl(1);
    }
    if (random.nextInt(40) == 0) {
      packet.badChecksum();
    }
    if (random.nextInt(10) == 0) {
      packet.tos(random.nextInt(64) << 2);
    }
    return arrival(source, destination, packet.packet());
  }

  private Frames packet(String source, String destination) {
    int sport = 40_000 + random.nextInt(6);
    return switch (random.nextInt(10)) {
      case 0, 1 ->
          Frames.udp(source, sport, destination, random.nextBoolean() ? 53 : 9)
              .payload(random.nextInt(40));
      case 2 -> Frames.icmp(source, destination, 8, 0, random.nextInt(4), 1).payload(16);
      case 3 ->
          Frames.tcp(source, sport, destination, port())
              .flags(random.nextInt(64))
              .sequence(random.nextInt(5000))
              .ack(random.nextInt(5000));
      default -> Frames.tcp(source, sport, destination, port()).flags(Ipv4.TCP_SYN).sequence(1000);
    };
  }

  private int port() {
    int[] ports = {80, 8080, 81, 22};
    return ports[random.nextInt(ports.length)];
  }

  /** Puts a packet on the wire toward the host, by the port that its source is behind. */
  private Arrival arrival(String source, String destination, byte[] packet) {
    int container = List.of(RandomHost.CONTAINERS).indexOf(source);
    String port = container < 0 ? "eno1" : "veth" + (container + 2);
    long own =
        container < 0
            ? (source.equals("192.0.2.3") ? 0x02aa_0000_0003L : 0x02aa_0000_0002L)
            : mac(container);
    long toward = container < 0 ? ENO1 : container == 2 ? OTHER : DOCKER;
    int other = List.of(RandomHost.CONTAINERS).indexOf(destination);
    if (container >= 0 && container < 2 && other >= 0 && other < 2 && other != container) {
      toward = mac(other);
    }
    if (destination.equals("192.0.2.255")) {
      toward = 0xffff_ffff_ffffL;
    }
    byte[] frame = new byte[14 + packet.length];
    Bytes.putMac(frame, 0, toward);
    Bytes.putMac(frame, 6, own);
    Bytes.putShort(frame, 12, Ipv4.ETHERTYPE_IPV4);
    System.arraycopy(packet, 0, frame, 14, packet.length);
    return new Arrival(topology.number(port), frame, now);
  }

  private static long mac(int container) {
    return container == 2 ? 0x0242_ac12_0002L : 0x0242_ac11_0002L + container;
  }

  /** A frame left the host: whoever gets it may answer. */
  void left(byte[] data, int at, int length) {
    if (length < 34
        || Bytes.getShort(data, at + 12) != Ipv4.ETHERTYPE_IPV4
        || answers.size() > 50) {
      return;
    }
    int ip = at + 14;
    String from = Ipv4.format(Bytes.getInt(data, ip + Ipv4.DESTINATION));
    String to = Ipv4.format(Bytes.getInt(data, ip + Ipv4.SOURCE));
    if (!List.of(RandomHost.LAN).contains(from) && !List.of(RandomHost.CONTAINERS).contains(from)) {
      return;
    }
    Frames answer = answer(data, ip, length - 14, from, to);
    if (answer != null) {
      answers.add(arrival(from, to, answer.packet()));
    }
  }

  private @Nullable Frames answer(byte[] data, int ip, int bytes, String from, String to) {
    int l4 = ip + 20;
    switch (data[ip + Ipv4.PROTOCOL]) {
      case Ipv4.TCP -> {
        return bytes < 40 ? null : segment(data, l4, bytes - 40, from, to);
      }
      case Ipv4.UDP -> {
        if (random.nextInt(6) == 0) {
          byte[] quoted = java.util.Arrays.copyOfRange(data, ip, ip + bytes);
          return Frames.icmpError(from, to, 3, 3, quoted);
        }
        return Frames.udp(from, Bytes.getShort(data, l4 + 2), to, Bytes.getShort(data, l4))
            .payload(random.nextInt(30));
      }
      case Ipv4.ICMP -> {
        return data[l4] == 8
            ? Frames.icmp(from, to, 0, 0, Bytes.getShort(data, l4 + 4), 1).payload(16)
            : null;
      }
      default -> {
        return null;
      }
    }
  }

  private @Nullable Frames segment(byte[] data, int l4, int payload, String from, String to) {
    int flags = data[l4 + 13];
    if ((flags & Ipv4.TCP_RST) != 0) {
      return null;
    }
    int sequence = Bytes.getInt(data, l4 + 4);
    int ack = Bytes.getInt(data, l4 + 8);
    boolean syn = (flags & Ipv4.TCP_SYN) != 0;
    Frames answer = Frames.tcp(from, Bytes.getShort(data, l4 + 2), to, Bytes.getShort(data, l4));
    answer.ack(sequence + payload + (flags & 1) + (syn ? 1 : 0));
    if (syn && (flags & Ipv4.TCP_ACK) == 0) {
      return random.nextInt(10) == 0
          ? answer.flags(Ipv4.TCP_RST | Ipv4.TCP_ACK)
          : answer.flags(Ipv4.TCP_SYN | Ipv4.TCP_ACK).sequence(7000);
    }
    answer.sequence(ack + (random.nextInt(30) == 0 ? 100_000 : 0));
    int end = random.nextInt(12) == 0 ? Ipv4.TCP_FIN : random.nextInt(30) == 0 ? Ipv4.TCP_RST : 0;
    return answer.flags(Ipv4.TCP_ACK | end).payload(random.nextInt(3) * 20);
  }
}
