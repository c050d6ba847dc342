package dev.chainfuse;

import dev.chainfuse.host.Interface;
import dev.chainfuse.host.Topology;
import dev.chainfuse.packet.Bytes;
import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.packet.Skb;
import org.jspecify.annotations.Nullable;

/** Runs one built packet through a session and tells in words what became of it. */
final class SinglePacket {
  private static final long SOURCE_MAC = 0x0200_0000_0001L;

  private final Session session;
  private @Nullable PacketBatch batch;

  SinglePacket(Session session) {
    this.session = session;
  }

  Verdict verdict(Packet packet, long nowNanos) {
    PacketBatch one = batch;
    if (one == null) {
      one = PacketBatch.allocate(1, 65_549);
      batch = one;
    }
    one.clear();
    byte[] bytes = packet.toBytes();
    if (packet.in().isEmpty()) {
      one.addLocal(bytes, 0, bytes.length, nowNanos);
    } else {
      addFrame(one, packet, bytes, nowNanos);
    }
    session.process(one);
    return verdict(one);
  }

  private void addFrame(PacketBatch one, Packet packet, byte[] bytes, long nowNanos) {
    Topology topology = session.engine().host().topology();
    Interface in = topology.find(packet.in());
    if (in == null) {
      throw new IllegalArgumentException(
          "the host has no interface '" + packet.in() + "'; it has " + topology.interfaces());
    }
    byte[] frame = new byte[Ipv4.ETHERNET_HEADER + bytes.length];
    Bytes.putMac(frame, 0, destinationMac(topology, in, packet.destination()));
    Bytes.putMac(frame, 6, sourceMac(topology, in, packet.source()));
    Bytes.putShort(frame, 12, Ipv4.ETHERTYPE_IPV4);
    System.arraycopy(bytes, 0, frame, Ipv4.ETHERNET_HEADER, bytes.length);
    one.add(frame, 0, frame.length, in.number(), nowNanos);
  }

  /** A known neighbour on the same link is addressed itself, all else goes to the host. */
  private static long destinationMac(Topology topology, Interface in, int destination) {
    if (in.master() == Skb.NO_INTERFACE) {
      return in.mac();
    }
    long neighbour = neighbourMac(topology, in.master(), destination);
    return neighbour >= 0 ? neighbour : topology.at(in.master()).mac();
  }

  private static long sourceMac(Topology topology, Interface in, int source) {
    int link = in.master() == Skb.NO_INTERFACE ? in.number() : in.master();
    long neighbour = neighbourMac(topology, link, source);
    return neighbour >= 0 ? neighbour : SOURCE_MAC;
  }

  private static long neighbourMac(Topology topology, int link, int address) {
    for (var neighbour : topology.neighbours()) {
      if (neighbour.device() == link
          && neighbour.address() == address
          && neighbour.state().isValid()) {
        return neighbour.mac();
      }
    }
    return -1;
  }

  private Verdict verdict(PacketBatch one) {
    Engine engine = session.engine();
    Topology topology = engine.host().topology();
    String egress = "";
    if (one.egress(0) >= 0) {
      Interface out = topology.at(one.egress(0));
      egress =
          out.master() == Skb.NO_INTERFACE
              ? out.name()
              : topology.at(out.master()).name() + ", port " + out.name();
    }
    return new Verdict(
        one.action(0),
        one.reason(0),
        egress,
        translated(one),
        engine.decision(one.ruleId(0)),
        one.ruleId(0));
  }

  private static String translated(PacketBatch one) {
    byte[] data = one.data();
    int ip = one.offset(0) + Ipv4.ETHERNET_HEADER;
    if (one.length(0) < Ipv4.ETHERNET_HEADER + Ipv4.MINIMUM_HEADER) {
      return "";
    }
    int protocol = data[ip + Ipv4.PROTOCOL];
    int transport = ip + ((data[ip] & 15) << 2);
    boolean ports =
        (protocol == Ipv4.TCP || protocol == Ipv4.UDP)
            && transport + 4 <= one.offset(0) + one.length(0);
    String source = Ipv4.format(Bytes.getInt(data, ip + Ipv4.SOURCE));
    String destination = Ipv4.format(Bytes.getInt(data, ip + Ipv4.DESTINATION));
    return ports
        ? source
            + ":"
            + Bytes.getShort(data, transport)
            + " > "
            + destination
            + ":"
            + Bytes.getShort(data, transport + 2)
        : source + " > " + destination;
  }
}
