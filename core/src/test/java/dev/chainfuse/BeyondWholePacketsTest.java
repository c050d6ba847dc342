package dev.chainfuse;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.chainfuse.host.InterfaceSpec;
import dev.chainfuse.host.Topology;
import dev.chainfuse.packet.Action;
import dev.chainfuse.packet.Bytes;
import dev.chainfuse.packet.DropReason;
import dev.chainfuse.packet.Frames;
import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.packet.OnesComplement;
import dev.chainfuse.rules.text.RuleReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Fragments, IP options, the host's own broadcasts, closed ports: what is not a plain packet
 * passing through.
 */
class BeyondWholePacketsTest {
  private static final long LAN_MAC = 0x0200_0000_0001L;
  private static final long SECOND = 1_000_000_000L;

  private static final String TRACKED =
      """
      *filter
      :INPUT ACCEPT [0:0]
      :FORWARD ACCEPT [0:0]
      :OUTPUT ACCEPT [0:0]
      -A FORWARD -m conntrack --ctstate NEW,ESTABLISHED -j ACCEPT
      COMMIT
      """;

  private static final String UNTRACKED =
      """
      *filter
      :INPUT DROP [0:0]
      :FORWARD ACCEPT [0:0]
      :OUTPUT ACCEPT [0:0]
      -A FORWARD -p udp -j ACCEPT
      COMMIT
      """;

  private final Topology topology =
      Topology.builder()
          .add(InterfaceSpec.physical("eno1").mac("02:00:00:00:00:10").address("192.0.2.10/24"))
          .add(
              InterfaceSpec.physical("eno2")
                  .mac("02:00:00:00:00:20")
                  .mtu(1200)
                  .address("198.51.100.10/24"))
          .neighbour("198.51.100.2", "eno2", "02:00:00:00:00:02")
          .neighbour("192.0.2.2", "eno1", "02:00:00:00:00:01")
          .sysctl("net.ipv4.ip_forward", 1)
          .build();

  private final PacketBatch batch = PacketBatch.allocate(1, 9000);

  private Session session(String rules, Engine.Kind kind) {
    Host host = Host.of("test", topology, RuleReader.read("rules", rules).rules());
    return Engine.compile(host, kind)
        .open(
            Flows.atMost(64),
            SessionOptions.DEFAULT.withSockets(
                HostSockets.listeningOnUdp(Set.of(53)).andTcp(Set.of(22))));
  }

  private void send(Session session, byte[] packet, long nanos) {
    byte[] frame = new byte[14 + packet.length];
    int in = topology.number("eno1");
    Bytes.putMac(frame, 0, topology.at(in).mac());
    Bytes.putMac(frame, 6, LAN_MAC);
    Bytes.putShort(frame, 12, Ipv4.ETHERTYPE_IPV4);
    System.arraycopy(packet, 0, frame, 14, packet.length);
    batch.clear();
    batch.add(frame, 0, frame.length, in, nanos);
    session.process(batch);
  }

  /** The IP packets that left by an interface, in order. */
  private List<byte[]> left(Session session, String device) {
    List<byte[]> out = new ArrayList<>();
    if (batch.size() > 0 && batch.egress(0) == topology.number(device)) {
      out.add(
          java.util.Arrays.copyOfRange(
              batch.data(), batch.offset(0) + 14, batch.offset(0) + batch.length(0)));
    }
    Emissions emissions = session.emissions();
    for (int i = 0; i < emissions.size(); i++) {
      if (emissions.egress(i) == topology.number(device)) {
        int at = emissions.offset(i);
        out.add(java.util.Arrays.copyOfRange(emissions.data(), at + 14, at + emissions.length(i)));
      }
    }
    return out;
  }

  private static byte[] datagram(int payload) {
    return Frames.udp("192.0.2.2", 4000, "198.51.100.2", 5000).payload(payload).id(77).packet();
  }

  /** Bytes {@code from} to before {@code to} of the packet's payload, as a fragment. */
  private static byte[] fragment(byte[] whole, int from, int to) {
    byte[] piece = new byte[20 + to - from];
    System.arraycopy(whole, 0, piece, 0, 20);
    System.arraycopy(whole, 20 + from, piece, 20, to - from);
    boolean more = 20 + to < whole.length;
    Bytes.putShort(piece, Ipv4.TOTAL_LENGTH, piece.length);
    Bytes.putShort(piece, Ipv4.FRAGMENT, from / 8 | (more ? Ipv4.MORE_FRAGMENTS : 0));
    Bytes.putShort(piece, Ipv4.CHECKSUM, 0);
    Bytes.putShort(piece, Ipv4.CHECKSUM, OnesComplement.checksum(piece, 0, 20));
    return piece;
  }

  private static List<Integer> sizes(List<byte[]> packets) {
    return packets.stream().map(p -> p.length).toList();
  }

  @Test
  void aTrackingHostPutsFragmentsTogetherAndSendsThemInTheirOwnSizes() {
    byte[] whole = datagram(1000);
    for (Engine.Kind kind : Engine.Kind.values()) {
      Session session = session(TRACKED, kind);
      send(session, fragment(whole, 400, 1008), 0);
      assertEquals(Action.HELD, batch.action(0));
      send(session, fragment(whole, 0, 400), 1);
      assertEquals(Action.FORWARDED, batch.action(0));
      assertEquals(List.of(420, 628), sizes(left(session, "eno2")));
      assertEquals(1, session.counts().rulePackets(0));
      assertEquals(whole.length, session.counts().ruleBytes(0));
    }
  }

  @Test
  void aRepeatedFragmentIsDroppedAndTheRestGoesOn() {
    byte[] whole = datagram(1000);
    Session session = session(TRACKED, Engine.Kind.FUSED);
    send(session, fragment(whole, 0, 400), 0);
    send(session, fragment(whole, 0, 400), 1);
    assertEquals(DropReason.FRAGMENT, batch.reason(0));
    send(session, fragment(whole, 400, 1008), 2);
    assertEquals(Action.FORWARDED, batch.action(0));
  }

  @Test
  void overlappingFragmentsEndTheWholePacket() {
    byte[] whole = datagram(1000);
    Session session = session(TRACKED, Engine.Kind.FUSED);
    send(session, fragment(whole, 0, 400), 0);
    send(session, fragment(whole, 392, 800), 1);
    assertEquals(DropReason.FRAGMENT, batch.reason(0));
    send(session, fragment(whole, 800, 1008), 2);
    assertEquals(Action.HELD, batch.action(0));
    assertEquals(0, session.counts().rulePackets(0));
  }

  @Test
  void withoutTrackingEachFragmentPassesOnItsOwn() {
    byte[] whole = datagram(1000);
    Session session = session(UNTRACKED, Engine.Kind.FUSED);
    send(session, fragment(whole, 400, 1008), 0);
    assertEquals(Action.FORWARDED, batch.action(0));
    send(session, fragment(whole, 0, 400), 1);
    assertEquals(Action.FORWARDED, batch.action(0));
    assertEquals(2, session.counts().rulePackets(0));
  }

  @Test
  void anIncompletePacketForTheHostIsReportedAfter30Seconds() {
    Session session = session(TRACKED, Engine.Kind.FUSED);
    byte[] whole = Frames.udp("192.0.2.2", 4000, "192.0.2.10", 5000).payload(1000).id(77).packet();
    send(session, fragment(whole, 0, 400), 0);
    assertEquals(30 * SECOND, session.nextTimerNanos());
    session.advance(30 * SECOND);
    batch.clear();
    List<byte[]> out = left(session, "eno1");
    assertEquals(1, out.size());
    assertEquals(0x0b01, Bytes.getShort(out.get(0), 20));
    assertEquals(Long.MAX_VALUE, session.nextTimerNanos());
  }

  @Test
  void aPacketTooBigForTheWayIsCutUnlessItMustNotBe() {
    Session session = session(UNTRACKED, Engine.Kind.FUSED);
    send(session, datagram(1300), 0);
    assertEquals(List.of(1196, 152), sizes(left(session, "eno2")));
    byte[] fixed = datagram(1300);
    Bytes.putShort(fixed, Ipv4.FRAGMENT, Ipv4.DONT_FRAGMENT);
    Bytes.putShort(fixed, Ipv4.CHECKSUM, 0);
    Bytes.putShort(fixed, Ipv4.CHECKSUM, OnesComplement.checksum(fixed, 0, 20));
    send(session, fixed, 1);
    assertEquals(DropReason.TOO_BIG, batch.reason(0));
    byte[] error = left(session, "eno1").get(0);
    assertEquals(0x0304, Bytes.getShort(error, 20));
    assertEquals(1200, Bytes.getInt(error, 24));
  }

  @Test
  void aRecordOfTheRouteGetsTheOutgoingAddress() {
    Session session = session(UNTRACKED, Engine.Kind.FUSED);
    byte[] packet =
        Frames.udp("192.0.2.2", 4000, "198.51.100.2", 5000)
            .ipOptions(7, 7, 4, 0, 0, 0, 0, 0)
            .packet();
    send(session, packet, 0);
    byte[] out = left(session, "eno2").get(0);
    assertEquals(8, out[22]);
    assertEquals("198.51.100.10", Ipv4.format(Bytes.getInt(out, 23)));
    assertEquals(0, OnesComplement.checksum(out, 0, 28));
  }

  @Test
  void anErrorSendsTheRecordOfTheRouteBackWithOneMoreEntry() {
    for (Engine.Kind kind : Engine.Kind.values()) {
      String rules = UNTRACKED.replace("-A FORWARD -p udp -j ACCEPT", "-A FORWARD -j REJECT");
      Session session = session(rules, kind);
      byte[] packet =
          Frames.udp("192.0.2.2", 4000, "198.51.100.2", 5000)
              .ipOptions(7, 11, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0)
              .packet();
      send(session, packet, 0);
      byte[] error = left(session, "eno1").get(0);
      assertEquals(0x48, error[0], "a header of 32 bytes");
      assertEquals(12, error[22], "both entries are taken");
      assertEquals("192.0.2.10", Ipv4.format(Bytes.getInt(error, 23)), "entered on arrival");
      assertEquals("192.0.2.10", Ipv4.format(Bytes.getInt(error, 27)), "entered on departure");
      assertEquals(0, OnesComplement.checksum(error, 0, 32));
      assertEquals(8, error[32 + 8 + 22], "the packet is quoted as it stood");
    }
  }

  @Test
  void sourceRoutesAreRefusedAndBadOptionsAnswered() {
    Session session = session(UNTRACKED, Engine.Kind.FUSED);
    Frames routed = Frames.udp("192.0.2.2", 4000, "198.51.100.2", 5000);
    send(session, routed.ipOptions(131, 7, 4, 192, 0, 2, 1, 0).packet(), 0);
    assertEquals(DropReason.IP_OPTIONS, batch.reason(0));
    assertEquals(List.of(), left(session, "eno1"));
    Frames broken = Frames.udp("192.0.2.2", 4000, "198.51.100.2", 5000);
    send(session, broken.ipOptions(7, 40, 4, 0, 0, 0, 0, 0).packet(), 1);
    byte[] error = left(session, "eno1").get(0);
    assertEquals(0x0c00, Bytes.getShort(error, 20));
    assertEquals(20, error[24]);
  }

  @Test
  void theHostHearsItsOwnBroadcast() {
    Session session = session(UNTRACKED, Engine.Kind.FUSED);
    byte[] packet = Frames.udp("192.0.2.10", 4000, "192.0.2.255", 9).payload(3).packet();
    batch.clear();
    batch.addLocal(packet, 0, packet.length, 0);
    session.process(batch);
    assertEquals(Action.FORWARDED, batch.action(0));
    assertArrayEquals(packet, left(session, "eno1").get(0));
    assertEquals(1, session.counts().policyPackets(0), "INPUT's policy saw the copy");
  }

  @Test
  void aDatagramToAClosedPortIsAnswered() {
    Session session = session(TRACKED, Engine.Kind.FUSED);
    send(session, Frames.udp("192.0.2.2", 4000, "192.0.2.10", 5000).packet(), 0);
    assertEquals(Action.LOCAL, batch.action(0));
    assertEquals(0x0303, Bytes.getShort(left(session, "eno1").get(0), 20));
    send(session, Frames.udp("192.0.2.2", 4000, "192.0.2.10", 53).packet(), 1);
    assertEquals(Action.LOCAL, batch.action(0));
    assertEquals(List.of(), left(session, "eno1"));
  }

  @Test
  void aSegmentToAClosedPortIsReset() {
    for (Engine.Kind kind : Engine.Kind.values()) {
      Session session = session(TRACKED, kind);
      Frames syn = Frames.tcp("192.0.2.2", 4000, "192.0.2.10", 5000).flags(Ipv4.TCP_SYN);
      send(session, syn.sequence(41).packet(), 0);
      assertEquals(Action.LOCAL, batch.action(0));
      byte[] reset = left(session, "eno1").get(0);
      assertEquals(Ipv4.TCP_RST | Ipv4.TCP_ACK, reset[33]);
      assertEquals(42, Bytes.getInt(reset, 28));
      send(session, Frames.tcp("192.0.2.2", 4001, "192.0.2.10", 22).packet(), 1);
      assertEquals(List.of(), left(session, "eno1"), "a program waits at port 22");
      Frames answer = Frames.tcp("192.0.2.2", 4002, "192.0.2.10", 5000).flags(Ipv4.TCP_RST);
      send(session, answer.packet(), 2);
      assertEquals(List.of(), left(session, "eno1"), "a reset is not answered");
    }
  }
}
