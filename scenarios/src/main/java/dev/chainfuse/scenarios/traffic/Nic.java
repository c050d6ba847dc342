package dev.chainfuse.scenarios.traffic;

import dev.chainfuse.packet.Bytes;
import dev.chainfuse.packet.Ipv4;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A network card opposite one of the host's interfaces: the stations reached through it, and their
 * ARP (RFC 826). The first station owns the card; further ones are behind it, as behind a router.
 */
final class Nic {
  private static final int ARP_TRIES = 3;
  private static final long ARP_RETRY_NANOS = 1_000_000_000L;
  private static final int WAITING_LIMIT = 101;

  private record Waiting(byte[] frame, int bytes, int flow) {}

  private final Network network;
  private final int interfaceNumber;
  private final long mac;
  private final byte[] scratch = new byte[Frames.ARP_FRAME];
  private final Map<Integer, Station> stations = new LinkedHashMap<>();
  private final Map<Integer, Long> neighbours = new HashMap<>();
  private final Map<Integer, List<Waiting>> unresolved = new HashMap<>();
  private @Nullable Station owner;

  Nic(Network network, int interfaceNumber, long mac) {
    this.network = network;
    this.interfaceNumber = interfaceNumber;
    this.mac = mac;
  }

  int interfaceNumber() {
    return interfaceNumber;
  }

  long mac() {
    return mac;
  }

  void add(Station station) {
    if (owner == null) {
      owner = station;
    }
    stations.put(station.address(), station);
  }

  /** Hops between a station and the wire. */
  int hops(Station station) {
    return station == owner ? 0 : 1;
  }

  /** Whether this card takes a frame with that destination. */
  boolean accepts(long destinationMac) {
    return destinationMac == mac || (destinationMac >>> 40 & 1) != 0;
  }

  void receive(byte[] frame, int at, int bytes, int flow) {
    if (bytes < Ipv4.ETHERNET_HEADER + Ipv4.MINIMUM_HEADER) {
      return;
    }
    switch (Bytes.getShort(frame, at + 12)) {
      case Ipv4.ETHERTYPE_ARP -> receiveArp(frame, at, bytes);
      case Ipv4.ETHERTYPE_IPV4 -> {
        Station to = stations.get(Bytes.getInt(frame, at + Frames.IP + Ipv4.DESTINATION));
        if (to != null) {
          to.receive(frame, at, bytes, flow);
        }
      }
      default -> {}
    }
  }

  private void receiveArp(byte[] frame, int at, int bytes) {
    Station self = owner;
    if (bytes < Frames.ARP_FRAME || self == null) {
      return;
    }
    if (Bytes.getInt(frame, at + 38) != self.address()) {
      return;
    }
    long senderMac = Bytes.getMac(frame, at + 22);
    int sender = Bytes.getInt(frame, at + 28);
    if (sender != 0) {
      learn(sender, senderMac);
    }
    if (Bytes.getShort(frame, at + 20) == Frames.ARP_REQUEST) {
      int length =
          Frames.arp(scratch, Frames.ARP_REPLY, mac, self.address(), senderMac, sender, senderMac);
      network.transmit(this, scratch, length, Network.NO_FLOW);
    }
  }

  private void learn(int address, long itsMac) {
    neighbours.put(address, itsMac);
    List<Waiting> waiting = unresolved.remove(address);
    if (waiting != null) {
      for (Waiting w : waiting) {
        transmit(w.frame, w.bytes, w.flow, itsMac);
      }
    }
  }

  /** Sends an IP packet that begins at {@link Frames#IP} to a next hop on this wire. */
  void send(byte[] frame, int bytes, int nextHop, int flow) {
    Long known = neighbours.get(nextHop);
    if (known != null) {
      transmit(frame, bytes, flow, known);
      return;
    }
    List<Waiting> waiting = unresolved.get(nextHop);
    if (waiting == null) {
      waiting = new ArrayList<>();
      unresolved.put(nextHop, waiting);
      ask(nextHop, 1);
    }
    if (waiting.size() < WAITING_LIMIT) {
      byte[] copy = new byte[bytes];
      System.arraycopy(frame, 0, copy, 0, bytes);
      waiting.add(new Waiting(copy, bytes, flow));
    }
  }

  private void transmit(byte[] frame, int bytes, int flow, long destination) {
    Frames.ethernet(frame, mac, destination, Ipv4.ETHERTYPE_IPV4);
    network.transmit(this, frame, bytes, flow);
  }

  private void ask(int nextHop, int attempt) {
    Station self = owner;
    if (self == null || !unresolved.containsKey(nextHop)) {
      return;
    }
    if (attempt > ARP_TRIES) {
      giveUp(nextHop);
      return;
    }
    int length =
        Frames.arp(
            scratch, Frames.ARP_REQUEST, mac, self.address(), 0, nextHop, Frames.BROADCAST_MAC);
    network.transmit(this, scratch, length, Network.NO_FLOW);
    network.at(network.nowNanos() + ARP_RETRY_NANOS, () -> ask(nextHop, attempt + 1));
  }

  private void giveUp(int nextHop) {
    List<Waiting> waiting = unresolved.remove(nextHop);
    if (waiting == null) {
      return;
    }
    for (Waiting w : waiting) {
      if (w.flow != Network.NO_FLOW) {
        network
            .exchange(w.flow)
            .failed(network.nowNanos(), "no ARP answer from " + Ipv4.format(nextHop));
      }
    }
  }
}
