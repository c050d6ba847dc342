package dev.chainfuse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.chainfuse.host.InterfaceSpec;
import dev.chainfuse.host.Topology;
import dev.chainfuse.packet.Action;
import dev.chainfuse.packet.Bytes;
import dev.chainfuse.packet.DropReason;
import dev.chainfuse.packet.Frames;
import dev.chainfuse.packet.Ipv4;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** What the host does around its rules: neighbours, bridges, routes, errors, limits, bad frames. */
class HostBehaviourTest {
  private static final long SECOND = 1_000_000_000L;
  private static final String OPEN = Lab.filter();

  private static Frames udp(String to) {
    return Frames.udp(Lab.CLIENT, 4000, to, 9).payload(10);
  }

  @Test
  void anUnknownNeighbourIsAskedForWhileThePacketWaits() {
    Lab lab = new Lab(OPEN);
    lab.fromClient(udp("172.17.0.3"));
    assertEquals(Action.HELD, lab.batch.action(0));
    assertEquals(List.of("veth3 arp 1", "veth2 arp 1"), lab.emitted());
    lab.send("veth3", Lab.arpReply(Lab.BRIDGE_MAC, Lab.OTHER_MAC, "172.17.0.3", "172.17.0.1"));
    assertEquals(Action.CONSUMED, lab.batch.action(0));
    assertEquals(List.of("veth3 protocol 17"), lab.emitted());
    assertEquals(0, lab.session.emissions().cause(0));
  }

  @Test
  void afterThreeRequestsTheSenderIsToldThatTheHostIsUnreachable() {
    Lab lab = new Lab(OPEN);
    lab.fromClient(udp("172.17.0.9"));
    int requests = 1;
    while (lab.session.nextTimerNanos() < 10 * SECOND) {
      lab.session.advance(lab.session.nextTimerNanos());
      if (lab.emitted().contains("veth2 arp 1")) {
        requests++;
      } else {
        assertEquals(List.of("eno1 icmp 3/1"), lab.emitted());
      }
    }
    assertEquals(3, requests);
    assertEquals(1, lab.session.dropCounts()[DropReason.NEIGHBOUR_FAILED.ordinal()]);
  }

  @Test
  void aFullNeighbourQueueDropsTheOldestAndCounts() {
    Topology small = Lab.topology().sysctl("net.ipv4.neigh.docker0.unres_qlen_bytes", 2000).build();
    Lab lab = new Lab(OPEN, small, Flows.atMost(64), Engine.Kind.FUSED);
    for (int i = 0; i < 5; i++) {
      lab.fromClient(udp("172.17.0.9"));
    }
    assertTrue(lab.session.dropCounts()[DropReason.NEIGHBOUR_QUEUE_FULL.ordinal()] > 0);
  }

  @Test
  void aBridgeFloodsWhatItDoesNotKnowButNotBack() {
    Lab lab = new Lab(OPEN);
    lab.send("veth2", Lab.frame(0x0242_ac11_0009L, Lab.WEB_MAC, udp("172.17.0.9").packet()));
    assertEquals(Action.BRIDGED, lab.batch.action(0));
    assertEquals("veth3", lab.egress());
    lab.send("veth2", Lab.frame(Lab.WEB_MAC, 0x0242_ac11_0007L, udp(Lab.WEB).packet()));
    assertEquals(DropReason.HAIRPIN_OFF, lab.batch.reason(0));
  }

  @Test
  void bridgedPacketsMeetIptablesOnlyIfTheBridgeSaysSo() {
    String closed = Lab.filter("-A FORWARD -i docker0 -o docker0 -j DROP");
    for (int call : new int[] {0, 1}) {
      Topology topology =
          Lab.topology()
              .learned("02:42:ac:11:00:03", "docker0", "veth3")
              .sysctl("net.bridge.bridge-nf-call-iptables", call)
              .build();
      Lab lab = new Lab(closed, topology, Flows.atMost(64), Engine.Kind.FUSED);
      byte[] packet = Frames.udp(Lab.WEB, 1, "172.17.0.3", 9).packet();
      lab.send("veth2", Lab.frame(Lab.OTHER_MAC, Lab.WEB_MAC, packet));
      assertEquals(call == 1 ? Action.DROPPED : Action.BRIDGED, lab.batch.action(0));
    }
  }

  @Test
  void routesThatRefuseAnswerAsTheKernelDoes() {
    Topology topology =
        Lab.topology()
            .route("unreachable 10.1.0.0/16")
            .route("prohibit 10.2.0.0/16")
            .route("blackhole 10.3.0.0/16")
            .build();
    Lab lab = new Lab(OPEN, topology, Flows.atMost(64), Engine.Kind.FUSED);
    String[] addresses = {"10.1.0.1", "10.2.0.1", "10.3.0.1", "10.4.0.1"};
    List<List<String>> answers =
        List.of(
            List.of("eno1 icmp 3/1"),
            List.of("eno1 icmp 3/13"),
            List.of(),
            List.of("eno1 icmp 3/0"));
    for (int i = 0; i < addresses.length; i++) {
      lab.now += 60 * SECOND;
      lab.fromClient(udp(addresses[i]));
      assertEquals(answers.get(i), lab.emitted(), addresses[i]);
      assertTrue(lab.batch.isDropped(0));
    }
  }

  @Test
  void errorsToOneDestinationAreLimited() {
    Lab lab = new Lab(Lab.filter("-A INPUT -p udp -j REJECT"));
    int answered = 0;
    for (int i = 0; i < 9; i++) {
      lab.fromClient(udp(Lab.HOST));
      assertEquals(Action.REJECTED, lab.batch.action(0));
      answered += lab.emitted().size();
    }
    assertEquals(6, answered);
    assertEquals(9, lab.session.counts().rulePackets(0));
    lab.now += SECOND;
    lab.fromClient(udp(Lab.HOST));
    assertEquals(List.of("eno1 icmp 3/3"), lab.emitted());
  }

  @Test
  void noErrorAnswersAnErrorOrABrokenChecksum() {
    Lab lab = new Lab(Lab.filter("-A INPUT -j REJECT"));
    byte[] quoted = Frames.udp(Lab.HOST, 9, Lab.CLIENT, 4000).packet();
    lab.fromClient(Frames.icmpError(Lab.CLIENT, Lab.HOST, 3, 3, quoted));
    assertEquals(List.of(), lab.emitted());
    lab.fromClient(udp(Lab.HOST).badChecksum());
    assertEquals(List.of(), lab.emitted());
    assertEquals(2, lab.session.counts().rulePackets(0));
  }

  @Test
  void aResetAnswersASegmentAsTcpWould() {
    Lab lab = new Lab(Lab.filter("-A INPUT -p tcp -j REJECT --reject-with tcp-reset"));
    lab.fromClient(Frames.tcp(Lab.CLIENT, 4000, Lab.HOST, 22).flags(Ipv4.TCP_SYN).sequence(77));
    assertEquals(List.of("eno1 protocol 6"), lab.emitted());
    Emissions e = lab.session.emissions();
    int tcp = e.offset(0) + 34;
    assertEquals(Ipv4.TCP_RST | Ipv4.TCP_ACK, e.data()[tcp + 13]);
    assertEquals(78, e.data()[tcp + 11]);
  }

  @Test
  void aResetForWhatCameByABridgeGoesBackByThePortPastAllHooks() {
    Topology filtered = Lab.topology().sysctl("net.bridge.bridge-nf-call-iptables", 1).build();
    String rules = Lab.filter("-A FORWARD -p tcp -j REJECT --reject-with tcp-reset");
    Lab lab = new Lab(rules, filtered, Flows.atMost(64), Engine.Kind.FUSED);
    lab.fromWeb(Frames.tcp(Lab.WEB, 4000, Lab.CLIENT, 22).flags(Ipv4.TCP_SYN));
    assertEquals(List.of("veth2 protocol 6"), lab.emitted());
    assertEquals(0, lab.session.counts().policyPackets(2), "OUTPUT");
    byte[] data = lab.session.emissions().data();
    int at = lab.session.emissions().offset(0);
    assertEquals(Lab.WEB_MAC, Bytes.getMac(data, at));
    assertEquals(Lab.BRIDGE_MAC, Bytes.getMac(data, at + 6));
    lab.fromClient(Frames.tcp(Lab.CLIENT, 4000, Lab.WEB, 80).flags(Ipv4.TCP_SYN));
    assertEquals(List.of("eno1 protocol 6"), lab.emitted());
    assertEquals(1, lab.session.counts().policyPackets(2), "OUTPUT");
  }

  @Test
  void sourcesThatCannotBeAreMartians() {
    Topology strict = Lab.topology().sysctl("net.ipv4.conf.all.rp_filter", 1).build();
    Lab lab = new Lab(OPEN, strict, Flows.atMost(64), Engine.Kind.FUSED);
    lab.fromClient(Frames.udp("127.0.0.1", 1, Lab.WEB, 9));
    assertEquals(DropReason.MARTIAN, lab.batch.reason(0));
    lab.fromClient(Frames.udp(Lab.HOST, 1, Lab.WEB, 9));
    assertEquals(DropReason.MARTIAN, lab.batch.reason(0));
    lab.fromClient(Frames.udp("172.17.0.9", 1, Lab.WEB, 9));
    assertEquals(DropReason.REVERSE_PATH, lab.batch.reason(0));
  }

  @Test
  void aFullTableEvictsWhatIsNotAssuredAndElseDrops() {
    for (Engine.Kind kind : Engine.Kind.values()) {
      Lab lab = new Lab(Lab.TRACKING, Lab.topology().build(), Flows.atMost(1), kind);
      lab.fromClient(Frames.udp(Lab.CLIENT, 1, Lab.WEB, 9));
      lab.fromClient(Frames.udp(Lab.CLIENT, 2, Lab.WEB, 9));
      assertEquals(Action.FORWARDED, lab.batch.action(0), "the unanswered one gave way");
      assertEquals(1, lab.session.statistics().earlyDropped());

      Lab busy = new Lab(Lab.TRACKING, Lab.topology().build(), Flows.atMost(1), kind);
      busy.establish();
      busy.fromClient(Frames.udp(Lab.CLIENT, 3, Lab.WEB, 9));
      assertEquals(DropReason.CONNECTION_TABLE_FULL, busy.batch.reason(0));
      assertEquals(1, busy.session.statistics().tableFull());
    }
  }

  @Test
  void whenNoPortIsFreeTheConnectionClashesAndIsCounted() {
    String nat =
        """
        *nat
        :PREROUTING ACCEPT [0:0]
        :INPUT ACCEPT [0:0]
        :OUTPUT ACCEPT [0:0]
        :POSTROUTING ACCEPT [0:0]
        -A POSTROUTING -o eno1 -p udp -j MASQUERADE --to-ports 5000-5001
        COMMIT
        """;
    for (Engine.Kind kind : Engine.Kind.values()) {
      Lab lab = new Lab(nat, Lab.topology().build(), Flows.atMost(64), kind);
      for (int i = 0; i < 3; i++) {
        lab.fromWeb(Frames.udp(Lab.WEB, 7000 + i, Lab.CLIENT, 9));
      }
      assertEquals(DropReason.CONNECTION_CLASH, lab.batch.reason(0));
      assertEquals(1, lab.session.statistics().insertFailed());
    }
  }

  @Test
  void anInterfaceThatIsDownTakesNothing() {
    Topology topology = Lab.topology().add(InterfaceSpec.physical("eth1").down()).build();
    Lab lab = new Lab(OPEN, topology, Flows.atMost(64), Engine.Kind.FUSED);
    lab.send("eth1", Lab.frame(1, 2, udp(Lab.WEB).packet()));
    assertEquals(DropReason.INTERFACE_DOWN, lab.batch.reason(0));
  }

  @Test
  void framesCutAnywhereAndRandomBytesEndWithAReason() {
    SplittableRandom random = new SplittableRandom(1);
    byte[] whole =
        Lab.frame(
            Lab.ENO1_MAC,
            Lab.CLIENT_MAC,
            Frames.tcp(Lab.CLIENT, 4000, Lab.WEB, 80).flags(Ipv4.TCP_SYN).payload(40).packet());
    for (Engine.Kind kind : Engine.Kind.values()) {
      Lab lab = new Lab(Lab.TRACKING, Lab.topology().build(), Flows.atMost(64), kind);
      for (int length = 0; length < whole.length; length++) {
        lab.send("eno1", Arrays.copyOf(whole, length));
        assertTrue(
            lab.batch.action(0) == Action.INVALID_FRAME || lab.batch.isDropped(0),
            "cut to " + length + ": " + lab.batch.action(0));
      }
      for (int i = 0; i < 20_000; i++) {
        byte[] noise = whole.clone();
        for (int flips = random.nextInt(8); flips >= 0; flips--) {
          noise[random.nextInt(noise.length)] = (byte) random.nextInt();
        }
        lab.send(random.nextBoolean() ? "eno1" : "veth2", noise);
      }
    }
  }
}
