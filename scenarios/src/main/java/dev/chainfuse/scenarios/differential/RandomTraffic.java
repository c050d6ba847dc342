package dev.chainfuse.scenarios.differential;

import dev.chainfuse.packet.Bytes;
import dev.chainfuse.packet.Ipv4;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Draws frames: new flows between stations that exist, answers to what really left the host,
 * repetitions, spoilt ones, errors about flows, and what no station should send. One thread.
 */
final class RandomTraffic implements Trial.Source {
  private static final int REMEMBERED = 24;
  private static final long BROADCAST = 0xffff_ffff_ffffL;

  private final LabTopology lab;
  private final Pool pool;
  private final SplittableRandom random;
  private final TcpAnswers tcp;
  private int left;
  private int number = 1;
  private final boolean slow;

  /** Frames that left, by the port of the station that may answer, and frames that came. */
  private final List<Answer.Out> out = new ArrayList<>();

  private final List<Step> in = new ArrayList<>();

  RandomTraffic(LabTopology lab, Pool pool, SplittableRandom random, int frames) {
    this.lab = lab;
    this.pool = pool;
    this.random = random;
    left = frames;
    tcp = new TcpAnswers(random);
    slow = random.nextInt(40) == 0;
  }

  @Override
  public @Nullable Step next(@Nullable Answer before) {
    if (left-- == 0) {
      return null;
    }
    if (before != null) {
      remember(before);
    }
    Step step = draw();
    if (in.size() == REMEMBERED) {
      in.remove(random.nextInt(REMEMBERED));
    }
    in.add(step);
    return step;
  }

  private void remember(Answer answer) {
    for (Answer.Out each : answer.out()) {
      boolean ip = each.port() >= 0 && each.frame().length >= 14 + Ipv4.MINIMUM_HEADER;
      if (ip && Bytes.getShort(each.frame(), 12) == Ipv4.ETHERTYPE_IPV4) {
        if (out.size() == REMEMBERED) {
          out.remove(random.nextInt(REMEMBERED));
        }
        out.add(each);
      }
    }
  }

  private int pause() {
    int draw = random.nextInt(slow ? 200 : 2000);
    if (draw == 0) {
      return slow ? 1_000 * random.nextInt(10, 2200) : 30_000;
    }
    return draw < 10 ? random.nextInt(200, 12_000) : 0;
  }

  private Step draw() {
    int kind = random.nextInt(100);
    int wait = pause();
    if (kind < 45 && !out.isEmpty()) {
      // The latest is answered most often, so that conversations go on.
      boolean latest = random.nextInt(3) > 0;
      Answer.Out to = out.get(latest ? out.size() - 1 : random.nextInt(out.size()));
      byte[] answer = tcp.answer(PacketBytes.packet(to.frame()), number++);
      return framed(wait, to, spoil(answer));
    }
    if (kind < 58 && !in.isEmpty()) {
      Step again = in.get(random.nextInt(in.size()));
      byte[] frame = random.nextBoolean() ? again.frame() : changed(again);
      return new Step(wait, again.port(), frame);
    }
    if (kind < 64 && !out.isEmpty()) {
      Answer.Out about = out.get(random.nextInt(out.size()));
      return framed(wait, about, error(PacketBytes.packet(about.frame())));
    }
    if (kind < 69) {
      return local(wait);
    }
    return kind < 92 ? fresh(wait) : strange(wait);
  }

  /** A frame from the station that got {@code to}, back to the host. */
  private static Step framed(int wait, Answer.Out to, byte[] packet) {
    byte[] frame =
        PacketBytes.frame(
            Bytes.getMac(to.frame(), 6), Bytes.getMac(to.frame(), 0), Ipv4.ETHERTYPE_IPV4, packet);
    return new Step(wait, to.port(), frame);
  }

  /** The first packet of a flow, from a station to anybody. */
  private Step fresh(int wait) {
    LabTopology.Neighbour from = pool.neighbour(random);
    String source = from.address();
    if (random.nextInt(8) == 0) {
      source = pool.address(random);
    }
    byte[] packet = opening(Ipv4.parse(source), Ipv4.parse(pool.address(random)));
    return station(wait, from, spoil(packet));
  }

  private Step station(int wait, LabTopology.Neighbour from, byte[] packet) {
    long target = Ipv4.parseMac(lab.mac(from.device()));
    int destination =
        packet.length >= Ipv4.MINIMUM_HEADER ? Bytes.getInt(packet, Ipv4.DESTINATION) : 0;
    for (LabTopology.Neighbour each : lab.neighbours()) {
      boolean beside = each.device().equals(from.device()) && !each.equals(from);
      if (beside && Ipv4.parse(each.address()) == destination) {
        target = Ipv4.parseMac(each.mac());
      }
    }
    if (Ipv4.isMulticast(destination)) {
      target = 0x0100_5e00_0000L | destination & 0x7f_ffff;
    } else if (destination == -1 || (destination & 255) == 255 && random.nextBoolean()) {
      target = BROADCAST;
    }
    if (random.nextInt(60) == 0) {
      target = random.nextBoolean() ? BROADCAST : 0x0200_0000_9999L;
    }
    byte[] frame =
        PacketBytes.frame(target, Ipv4.parseMac(from.mac()), Ipv4.ETHERTYPE_IPV4, packet);
    return new Step(wait, port(from), frame);
  }

  private int port(LabTopology.Neighbour station) {
    for (LabTopology.FdbEntry entry : lab.fdb()) {
      if (entry.mac().equals(station.mac())) {
        return lab.port(entry.port());
      }
    }
    return lab.port(station.device());
  }

  private byte[] opening(int source, int destination) {
    int ttl = random.nextInt(20) == 0 ? random.nextInt(3) : 64;
    int from = random.nextInt(3) == 0 ? pool.packetPort(random) : 40000 + random.nextInt(6);
    int ports = from << 16 | pool.packetPort(random);
    int draw = random.nextInt(20);
    byte[] packet;
    if (draw < 9) {
      packet = PacketBytes.ip(Ipv4.TCP, source, destination, ttl, number++, tcp.opening(ports));
    } else if (draw < 14) {
      byte[] datagram = PacketBytes.udp(ports, random.nextInt(4) * 9);
      packet = PacketBytes.ip(Ipv4.UDP, source, destination, ttl, number++, datagram);
    } else if (draw < 18) {
      int type = random.nextInt(4) > 0 ? 8 : new int[] {0, 13, 15, 17, 30, 10}[random.nextInt(6)];
      byte[] text = new byte[random.nextInt(20)];
      byte[] echo = PacketBytes.icmp(type, 0, random.nextInt(1, 4) << 16 | number, text);
      packet = PacketBytes.ip(Ipv4.ICMP, source, destination, ttl, number++, echo);
    } else {
      int protocol = new int[] {47, 99, 132, 50, 2, 136}[random.nextInt(6)];
      byte[] payload = new byte[8 + random.nextInt(12)];
      PacketBytes.fill(payload, 0);
      packet = PacketBytes.ip(protocol, source, destination, ttl, number++, payload);
    }
    if (random.nextInt(8) == 0) {
      packet[Ipv4.TOS] = (byte) (random.nextInt(64) << 2);
    }
    if (random.nextBoolean()) {
      packet[Ipv4.FRAGMENT] = 0x40;
    }
    return PacketBytes.seal(packet);
  }

  private Step local(int wait) {
    String source = random.nextInt(5) == 0 ? pool.address(random) : pool.own(random);
    if (source.equals("0.0.0.0")) {
      source = pool.own(random);
    }
    byte[] packet = opening(Ipv4.parse(source), Ipv4.parse(pool.address(random)));
    return new Step(wait, Step.LOCAL, packet);
  }

  /** An ICMP error about a packet, by its receiver or by a router on the way. */
  private byte[] error(byte[] about) {
    int[] types = {3, 3, 3, 11, 4, 12};
    int type = types[random.nextInt(types.length)];
    int code = type == 3 ? random.nextInt(6) : type == 11 ? random.nextInt(2) : 0;
    int rest = type == 3 && code == 4 ? 1200 : 0;
    int quoted = Math.min(about.length, random.nextInt(3) == 0 ? 28 : 60);
    byte[] quote = java.util.Arrays.copyOf(about, quoted);
    if (random.nextInt(8) == 0 && quote.length > 23) {
      quote[Ipv4.MINIMUM_HEADER + random.nextInt(4)] ^= 1;
    }
    int from =
        random.nextBoolean()
            ? Bytes.getInt(about, Ipv4.DESTINATION)
            : Ipv4.parse(pool.address(random));
    byte[] message = PacketBytes.icmp(type, code, rest, quote);
    return PacketBytes.seal(
        PacketBytes.ip(Ipv4.ICMP, from, Bytes.getInt(about, Ipv4.SOURCE), 64, number++, message));
  }

  /** Now and then breaks something. */
  private byte[] spoil(byte[] packet) {
    int draw = random.nextInt(120);
    int transport = (packet[0] & 15) << 2;
    switch (draw) {
      case 0 -> packet[Ipv4.CHECKSUM] ^= 1;
      case 1, 2 -> packet[packet.length - 1] ^= 1;
      case 3 -> {
        byte[] cut = java.util.Arrays.copyOf(packet, transport + random.nextInt(16));
        Bytes.putShort(cut, Ipv4.TOTAL_LENGTH, cut.length);
        PacketBytes.sealHeader(cut);
        return cut;
      }
      case 4 -> Bytes.putShort(packet, Ipv4.TOTAL_LENGTH, packet.length + random.nextInt(-4, 5));
      case 5 -> {
        return java.util.Arrays.copyOf(packet, packet.length + 1 + random.nextInt(20));
      }
      case 6 -> {
        packet[Ipv4.TTL] = (byte) random.nextInt(3);
        PacketBytes.sealHeader(packet);
      }
      case 7 -> packet[0] = (byte) new int[] {0x65, 0x44, 0x4f, 0x46}[random.nextInt(4)];
      case 8 -> {
        Bytes.putShort(packet, Ipv4.TOTAL_LENGTH, packet.length + random.nextInt(-4, 1));
        PacketBytes.sealHeader(packet);
      }
      default -> {}
    }
    return packet;
  }

  /** A frame again, with one field changed. */
  private byte[] changed(Step again) {
    byte[] frame = again.frame().clone();
    int from = again.port() == Step.LOCAL ? 0 : Ipv4.ETHERNET_HEADER;
    if (frame.length < from + 40 || frame[from] != 0x45) {
      return frame;
    }
    byte[] packet = java.util.Arrays.copyOfRange(frame, from, frame.length);
    switch (random.nextInt(7)) {
      case 0 -> packet[Ipv4.TTL] = (byte) random.nextInt(1, 5);
      case 1 -> packet[Ipv4.MINIMUM_HEADER + 1] ^= 1;
      case 2 -> packet[Ipv4.MINIMUM_HEADER + 3] ^= 1;
      case 3 -> packet[33] = (byte) random.nextInt(64);
      case 4 -> Bytes.putInt(packet, 24, Bytes.getInt(packet, 24) + random.nextInt(-70000, 70000));
      case 5 -> Bytes.putInt(packet, Ipv4.DESTINATION, Ipv4.parse(pool.address(random)));
      default -> Bytes.putInt(packet, Ipv4.SOURCE, Ipv4.parse(pool.address(random)));
    }
    if (Bytes.getShort(packet, Ipv4.TOTAL_LENGTH) == packet.length) {
      PacketBytes.seal(packet);
    }
    System.arraycopy(packet, 0, frame, from, packet.length);
    return frame;
  }

  private Step strange(int wait) {
    LabTopology.Neighbour from = pool.neighbour(random);
    int source = Ipv4.parse(from.address());
    switch (random.nextInt(5)) {
      case 0 -> {
        byte[] packet = opening(Ipv4.parse(pool.odd(random)), Ipv4.parse(pool.address(random)));
        return station(wait, from, packet);
      }
      case 1 -> {
        return station(wait, from, opening(source, Ipv4.parse(pool.odd(random))));
      }
      case 2 -> {
        byte[] packet = opening(Ipv4.parse(pool.own(random)), Ipv4.parse(pool.address(random)));
        return station(wait, from, packet);
      }
      case 3 -> {
        byte[] about = opening(Ipv4.parse(pool.address(random)), source);
        return station(wait, from, error(about));
      }
      default -> {
        return random.nextBoolean() ? arp(wait, from) : otherProtocol(wait, from);
      }
    }
  }

  /** A station asks for an address of the host. */
  private Step arp(int wait, LabTopology.Neighbour from) {
    byte[] packet = new byte[28];
    Bytes.putInt(packet, 0, 0x0001_0800);
    Bytes.putInt(packet, 4, 0x0604_0001);
    Bytes.putMac(packet, 8, Ipv4.parseMac(from.mac()));
    Bytes.putInt(packet, 14, Ipv4.parse(from.address()));
    Bytes.putInt(packet, 24, Ipv4.parse(pool.own(random)));
    long mac = Ipv4.parseMac(from.mac());
    byte[] frame = PacketBytes.frame(BROADCAST, mac, Ipv4.ETHERTYPE_ARP, packet);
    return new Step(wait, port(from), frame);
  }

  private Step otherProtocol(int wait, LabTopology.Neighbour from) {
    byte[] packet = new byte[46];
    PacketBytes.fill(packet, 0);
    long to = Ipv4.parseMac(lab.mac(from.device()));
    byte[] frame = PacketBytes.frame(to, Ipv4.parseMac(from.mac()), 0x88b6, packet);
    return new Step(wait, port(from), frame);
  }
}
