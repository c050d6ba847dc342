package dev.chainfuse;

import dev.chainfuse.host.InterfaceSpec;
import dev.chainfuse.host.Topology;
import dev.chainfuse.host.TopologyBuilder;
import dev.chainfuse.packet.Bytes;
import dev.chainfuse.packet.Frames;
import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.rules.text.RuleReader;
import dev.chainfuse.stateful.SavedSets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A Docker host for tests: rules as text, packets in, what becomes of them out; one packet at a
 * time.
 */
final class Lab {
  static final String CLIENT = "192.0.2.2";
  static final String HOST = "192.0.2.10";
  static final String WEB = "172.17.0.2";
  static final long CLIENT_MAC = 0x02aa_0000_0002L;
  static final long ENO1_MAC = 0x0200_0000_0010L;
  static final long BRIDGE_MAC = 0x0242_0000_0001L;
  static final long WEB_MAC = 0x0242_ac11_0002L;
  static final long OTHER_MAC = 0x0242_ac11_0003L;

  /** Tracks connections, lets all pass. */
  static final String TRACKING =
      filter("-A FORWARD -m conntrack --ctstate NEW,ESTABLISHED,RELATED");

  final Topology topology;
  final Session session;
  final PacketBatch batch = PacketBatch.allocate(1);
  long now;

  Lab(String rules) {
    this(rules, topology().build(), Flows.atMost(64), Engine.Kind.FUSED);
  }

  Lab(String rules, Topology topology, Flows flows, Engine.Kind kind) {
    this.topology = topology;
    session = engine(rules, kind).open(flows);
  }

  /** Rules that name sets. */
  Lab(String rules, SavedSets sets) {
    topology = topology().build();
    Host host = Host.of("lab", topology, RuleReader.read("rules.v4", rules, sets.names()).rules());
    session = Engine.compile(host.withSets(sets)).open(Flows.atMost(64));
  }

  Engine engine(String rules, Engine.Kind kind) {
    return Engine.compile(
        Host.of("lab", topology, RuleReader.read("rules.v4", rules).rules()), kind);
  }

  /** A filter table with those rules. */
  static String filter(String... rules) {
    return "*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n"
        + String.join("\n", rules)
        + "\nCOMMIT\n";
  }

  /** eno1 to the LAN; docker0 with veth2 (172.17.0.2) and veth3 (172.17.0.3). */
  static TopologyBuilder topology() {
    return Topology.builder()
        .add(InterfaceSpec.physical("eno1").mac(ENO1_MAC).address("192.0.2.10/24"))
        .add(InterfaceSpec.bridge("docker0").mac(BRIDGE_MAC).address("172.17.0.1/16"))
        .add(InterfaceSpec.port("veth2", "docker0").mac("02:11:00:00:00:02"))
        .add(InterfaceSpec.port("veth3", "docker0").mac("02:11:00:00:00:03"))
        .neighbour(CLIENT, "eno1", "02:aa:00:00:00:02")
        .neighbour(WEB, "docker0", "02:42:ac:11:00:02")
        .learned("02:42:ac:11:00:02", "docker0", "veth2")
        .sysctl("net.ipv4.ip_forward", 1);
  }

  static byte[] frame(long to, long from, byte[] packet) {
    return frame(to, from, Ipv4.ETHERTYPE_IPV4, packet);
  }

  static byte[] frame(long to, long from, int type, byte[] payload) {
    byte[] frame = new byte[14 + payload.length];
    Bytes.putMac(frame, 0, to);
    Bytes.putMac(frame, 6, from);
    Bytes.putShort(frame, 12, type);
    System.arraycopy(payload, 0, frame, 14, payload.length);
    return frame;
  }

  /** Sends a frame in, a millisecond after the last. */
  void send(String device, byte[] frame) {
    now += 1_000_000;
    batch.clear();
    batch.add(frame, 0, frame.length, topology.number(device), now);
    session.process(batch);
  }

  void fromClient(Frames packet) {
    send("eno1", frame(ENO1_MAC, CLIENT_MAC, packet.packet()));
  }

  void fromWeb(Frames packet) {
    send("veth2", frame(BRIDGE_MAC, WEB_MAC, packet.packet()));
  }

  /** An established TCP connection from the client to the container; both ways are cached. */
  void establish() {
    fromClient(Frames.tcp(CLIENT, 4000, WEB, 80).flags(Ipv4.TCP_SYN).sequence(100));
    fromWeb(
        Frames.tcp(WEB, 80, CLIENT, 4000)
            .flags(Ipv4.TCP_SYN | Ipv4.TCP_ACK)
            .sequence(500)
            .ack(101));
    request(Ipv4.TCP_ACK);
    answer();
    request(Ipv4.TCP_ACK);
    answer();
  }

  /** An in-window segment of the client. */
  void request(int flags) {
    fromClient(Frames.tcp(CLIENT, 4000, WEB, 80).flags(flags).sequence(101).ack(501));
  }

  /** An in-window segment of the server. */
  void answer() {
    fromWeb(Frames.tcp(WEB, 80, CLIENT, 4000).flags(Ipv4.TCP_ACK).sequence(501).ack(101));
  }

  long shortWay() {
    return session.statistics().shortWay();
  }

  String egress() {
    return batch.egress(0) < 0 ? "" : topology.at(batch.egress(0)).name();
  }

  /** The frame in hand as it left. */
  byte[] left() {
    return Arrays.copyOfRange(batch.data(), batch.offset(0), batch.offset(0) + batch.length(0));
  }

  /** What else left: {@code device type first-byte-of-payload}. */
  List<String> emitted() {
    List<String> out = new ArrayList<>();
    Emissions e = session.emissions();
    for (int i = 0; i < e.size(); i++) {
      String device = topology.at(e.egress(i)).name();
      int at = e.offset(i);
      boolean arp = Bytes.getShort(e.data(), at + 12) == Ipv4.ETHERTYPE_ARP;
      int protocol = e.data()[at + 23];
      String what =
          arp
              ? "arp " + Bytes.getShort(e.data(), at + 20)
              : protocol == Ipv4.ICMP
                  ? "icmp " + e.data()[at + 34] + "/" + e.data()[at + 35]
                  : "protocol " + protocol;
      out.add(device + " " + what);
    }
    return out;
  }

  /** An ARP reply that {@code address} is at {@code mac}, to the host. */
  static byte[] arpReply(long hostMac, long mac, String address, String hostAddress) {
    byte[] arp = new byte[28];
    Bytes.putMac(arp, 0, 0x0001_0800_0604L);
    Bytes.putShort(arp, 6, 2);
    Bytes.putMac(arp, 8, mac);
    Bytes.putInt(arp, 14, Ipv4.parse(address));
    Bytes.putMac(arp, 18, hostMac);
    Bytes.putInt(arp, 24, Ipv4.parse(hostAddress));
    return frame(hostMac, mac, Ipv4.ETHERTYPE_ARP, arp);
  }
}
