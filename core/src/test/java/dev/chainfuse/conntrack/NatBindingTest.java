package dev.chainfuse.conntrack;

import static dev.chainfuse.packet.Ipv4.TCP_ACK;
import static dev.chainfuse.packet.Ipv4.TCP_SYN;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.chainfuse.packet.Bytes;
import dev.chainfuse.packet.Frames;
import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.packet.Skb;
import dev.chainfuse.rules.Hook;
import dev.chainfuse.rules.NatRange;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** NAT as the kernel does it. */
class NatBindingTest {
  private static final String OUTER = "192.0.2.1";

  private static Frames udp(String source, int sourcePort) {
    return udp(source, sourcePort, 53);
  }

  private static Frames udp(String source, int sourcePort, int destinationPort) {
    return Frames.udp(source, sourcePort, "203.0.113.9", destinationPort).payload(5);
  }

  /** A packet from {@code 203.0.113.9} to wherever. */
  private static Frames back(int sourcePort, int port) {
    return Frames.udp("203.0.113.9", sourcePort, OUTER, port).payload(3);
  }

  @Test
  void sourceKeepsItsPortIfFreeAndRepliesAreTranslatedBack() {
    Lab lab = new Lab().snat(OUTER);
    Lab.Sent out = lab.send(udp("10.0.0.1", 5000));
    assertEquals("192.0.2.1:5000 > 203.0.113.9:53", out.way());
    assertTrue(out.checksumsHold());
    Lab.Sent in = lab.send(back(53, 5000));
    assertEquals("203.0.113.9:53 > 10.0.0.1:5000", in.way());
    assertEquals(Skb.STATE_ESTABLISHED | Skb.STATE_SNAT, in.stateBits());
    assertTrue(in.checksumsHold());
    assertEquals(2, lab.walks);
  }

  @ParameterizedTest
  @CsvSource({"500, 1, 511", "700, 600, 1023", "5000, 1024, 65535"})
  void onAClashThePortIsDrawnFromTheOriginalsClass(int port, int first, int last) {
    Set<Integer> drawn = new HashSet<>();
    for (int seed = 1; seed <= 20; seed++) {
      Lab lab = new Lab(ConntrackSettings.defaults(100), new SeededChoices(seed)).snat(OUTER);
      lab.send(udp("10.0.0.1", port));
      Lab.Sent clash = lab.send(udp("10.0.0.2", port));
      assertNotEquals(port, clash.skb().sourcePort);
      assertTrue(clash.skb().sourcePort >= first && clash.skb().sourcePort <= last);
      assertTrue(clash.checksumsHold());
      drawn.add(clash.skb().sourcePort);
    }
    assertTrue(drawn.size() > 10, "drawn at random: " + drawn);
  }

  @Test
  void icmpIdIsDrawnOnAClash() {
    Lab lab = new Lab().snat(OUTER);
    lab.send(Frames.icmp("10.0.0.1", "203.0.113.9", 8, 0, 77, 1));
    Lab.Sent clash = lab.send(Frames.icmp("10.0.0.2", "203.0.113.9", 8, 0, 77, 1));
    int id = Bytes.getShort(clash.skb().data, clash.skb().transport + 4);
    assertNotEquals(77, id);
    assertTrue(clash.checksumsHold());
    Lab.Sent answer = lab.send(Frames.icmp("203.0.113.9", OUTER, 0, 0, id, 1));
    assertEquals("203.0.113.9:0 > 10.0.0.2:0", answer.way());
    assertEquals(77, Bytes.getShort(answer.skb().data, answer.skb().transport + 4));
    assertTrue(answer.checksumsHold());
  }

  @Test
  void aSourceThatHasAMappingKeepsItTowardOtherDestinations() {
    Lab lab = new Lab().snat(OUTER);
    lab.send(udp("10.0.0.1", 5000));
    int drawn = lab.send(udp("10.0.0.2", 5000)).skb().sourcePort;
    assertNotEquals(5000, drawn);
    Lab.Sent other = lab.send(udp("10.0.0.2", 5000, 7));
    assertEquals(drawn, other.skb().sourcePort, "no chance there, though 5000 is free toward :7");
  }

  @Test
  void aRangeIsPerDestinationTuple() {
    Lab lab = new Lab().snat(OUTER, 5000, 5001);
    assertEquals(5000, lab.send(udp("10.0.0.1", 5000, 53)).skb().sourcePort);
    assertEquals(5000, lab.send(udp("10.0.0.2", 5000, 54)).skb().sourcePort);
    assertEquals(5001, lab.send(udp("10.0.0.2", 5000, 53)).skb().sourcePort);
  }

  @Test
  void aRangeUsedUpDropsThePacketAtConfirmation() {
    Lab lab = new Lab().snat(OUTER, 5000, 5001);
    assertFalse(lab.send(udp("10.0.0.1", 1)).dropped());
    assertFalse(lab.send(udp("10.0.0.2", 1)).dropped());
    int walks = lab.walks;
    assertTrue(lab.send(udp("10.0.0.3", 1)).dropped());
    assertEquals(walks + 2, lab.walks, "POSTROUTING counted it");
    assertEquals(1, lab.tracking.statistics().insertFailed);
    assertEquals(2, lab.tracking.count());
    assertFalse(lab.send(udp("10.0.0.3", 1, 54)).dropped());
  }

  @Test
  void aLongRangeIsSearchedBoundedly() {
    Lab lab = new Lab(ConntrackSettings.defaults(3000), new SeededChoices(7)).snat(OUTER, 1, 2000);
    int used = 0;
    while (!lab.send(udp("10.0." + (used >>> 8) + "." + (used & 255), 3000)).dropped()) {
      used++;
    }
    assertTrue(used < 2000, "the first failure comes before all are used");
    assertTrue(used > 1600, "but when most are: " + used);
  }

  @Test
  void destinationRangeKeepsThePortInsideElseTakesTheFirst() {
    Lab lab = new Lab().dnat("172.17.0.2", 8000, 8010);
    assertEquals("10.0.0.1:1 > 172.17.0.2:8005", lab.send(udp("10.0.0.1", 1, 8005)).way());
    Lab.Sent outside = lab.send(udp("10.0.0.1", 2, 53));
    assertEquals("10.0.0.1:2 > 172.17.0.2:8000", outside.way());
    assertTrue(outside.checksumsHold());
  }

  @Test
  void destinationRangeGoesOnToTheNextPortOnAClash() {
    Lab lab = new Lab().dnat("172.17.0.2", 8000, 8001);
    assertEquals(8000, lab.send(udp("10.0.0.1", 3, 53)).skb().destinationPort);
    assertEquals(8001, lab.send(udp("10.0.0.1", 3, 54)).skb().destinationPort);
    Lab.Sent third = lab.send(udp("10.0.0.1", 3, 55));
    assertFalse(third.dropped());
    assertNotEquals(3, third.skb().sourcePort, "used up: the client's port changes");
    assertTrue(third.skb().sourcePort <= 511);
  }

  @Test
  void destinationAddressOfARangeHangsOnTheSourceNotOnPorts() {
    Lab lab = new Lab();
    lab.rule(false, NatRange.MAP_ADDRESSES, "172.17.0.0", "172.17.0.255", 0, 0);
    int first = lab.send(udp("10.0.0.1", 1)).skb().destination;
    assertEquals(first, lab.send(udp("10.0.0.1", 2)).skb().destination);
    Set<Integer> all = new HashSet<>();
    for (int i = 1; i < 100; i++) {
      all.add(lab.send(udp("10.0.0." + i, 3)).skb().destination);
    }
    assertTrue(all.size() > 40);
  }

  @Test
  void packetDroppedByTheFilterLeavesNoEntryAndTheNextIsNatedAgain() {
    Lab lab = new Lab().snat(OUTER);
    lab.dropping = true;
    assertTrue(lab.send(udp("10.0.0.1", 5000)).dropped());
    assertEquals(0, lab.tracking.count());
    assertEquals(1, lab.walks);
    lab.send(udp("10.0.0.1", 5000));
    assertEquals(2, lab.walks);
  }

  @Test
  void midStreamTcpIsNatedAndInvalidLeavesUntranslated() {
    Lab lab = new Lab().snat(OUTER);
    Frames ack = Frames.tcp("10.0.0.1", 4000, "203.0.113.9", 80).flags(TCP_ACK).sequence(9);
    Lab.Sent sent = lab.send(ack);
    assertEquals("192.0.2.1:4000 > 203.0.113.9:80", sent.way());
    assertTrue(sent.checksumsHold());
    Lab.Sent invalid = lab.send(ack.flags(0));
    assertEquals("10.0.0.1:4000 > 203.0.113.9:80", invalid.way());
  }

  @Test
  void icmpErrorAboutATranslatedFlowIsTranslatedInsideAndOutside() {
    Lab lab = new Lab().snat(OUTER).dnat("172.17.0.2", 8080, 8080);
    Frames request = Frames.udp("10.0.0.1", 5000, "198.51.100.1", 53).payload(4);
    byte[] sent = request.packet();
    Skb out = lab.send(request).skb();
    assertEquals(Ipv4.parse(OUTER), out.source);
    byte[] quoted = Arrays.copyOfRange(out.data, out.network, out.end);
    Lab.Sent error = lab.send(Frames.icmpError("172.17.0.2", OUTER, 3, 3, quoted));
    assertEquals("RELATED", error.state());
    assertTrue(error.checksumsHold());
    Skb skb = error.skb();
    assertEquals(Ipv4.parse("10.0.0.1"), skb.destination);
    assertEquals(Ipv4.parse("198.51.100.1"), skb.source, "it came from the translated server");
    int inner = skb.transport + 8;
    byte[] quote = Arrays.copyOfRange(skb.data, inner, inner + 28);
    assertEquals(
        java.util.HexFormat.of().formatHex(sent, 0, 28), java.util.HexFormat.of().formatHex(quote));
  }

  @Test
  void icmpErrorOfARouterKeepsItsSource() {
    Lab lab = new Lab().snat(OUTER);
    Skb out = lab.send(udp("10.0.0.1", 5000)).skb();
    byte[] quoted = Arrays.copyOfRange(out.data, out.network, out.end);
    Lab.Sent error = lab.send(Frames.icmpError("198.51.100.77", OUTER, 11, 0, quoted));
    assertEquals("198.51.100.77:0 > 10.0.0.1:0", error.way());
    assertTrue(error.checksumsHold());
  }

  @Test
  void redirectAboutATranslatedFlowIsDropped() {
    Lab lab = new Lab().snat(OUTER);
    Skb out = lab.send(udp("10.0.0.1", 5000)).skb();
    byte[] quoted = Arrays.copyOfRange(out.data, out.network, out.end);
    assertTrue(lab.send(Frames.icmpError("198.51.100.77", OUTER, 5, 1, quoted)).dropped());
  }

  @Test
  void udpWithoutChecksumStaysSoAndTcpAndSctpAreSummed() {
    Lab lab = new Lab().snat(OUTER);
    Skb none = lab.send(udp("10.0.0.1", 5000).noChecksum()).skb();
    assertEquals(0, Bytes.getShort(none.data, none.transport + 6));
    Lab.Sent tcp =
        lab.send(Frames.tcp("10.0.0.1", 1, "203.0.113.9", 80).flags(TCP_SYN).payload(33));
    assertTrue(tcp.checksumsHold());
  }

  @Test
  void protocolWithoutPortsThatClashesIsDropped() {
    Lab lab = new Lab().snat(OUTER);
    byte[] bytes = new byte[8];
    assertFalse(lab.send(Frames.raw("10.0.0.1", "203.0.113.9", 253, bytes)).dropped());
    assertTrue(lab.send(Frames.raw("10.0.0.2", "203.0.113.9", 253, bytes)).dropped());
  }

  @Test
  void closingConnectionGivesItsPortToANewOne() {
    Lab lab = new Lab().snat(OUTER, 7000, 7000);
    Frames syn = Frames.tcp("10.0.0.1", 1, "203.0.113.9", 80).flags(TCP_SYN).sequence(100);
    lab.send(syn);
    Frames server = Frames.tcp("203.0.113.9", 80, OUTER, 7000);
    lab.send(server.flags(TCP_SYN | TCP_ACK).sequence(900).ack(101));
    lab.send(server.flags(Ipv4.TCP_RST | TCP_ACK).sequence(901).ack(101));
    assertEquals("10 CLOSE", lab.entry());
    // A port that is the whole range is kept without looking: the clash shows at confirmation.
    Frames same = Frames.tcp("10.0.0.2", 7000, "203.0.113.9", 80).flags(TCP_SYN);
    assertTrue(lab.send(same.sequence(5000)).dropped());
    Frames second = Frames.tcp("10.0.0.2", 1, "203.0.113.9", 80).flags(TCP_SYN);
    Lab wide = new Lab().snat(OUTER, 7000, 7001);
    wide.send(syn);
    wide.send(Frames.tcp("10.0.0.3", 1, "203.0.113.9", 80).flags(TCP_SYN).sequence(100));
    for (int port = 7000; port <= 7001; port++) {
      Frames peer = Frames.tcp("203.0.113.9", 80, OUTER, port);
      wide.send(peer.flags(TCP_SYN | TCP_ACK).sequence(900).ack(101));
      wide.send(peer.flags(Ipv4.TCP_RST | TCP_ACK).sequence(901).ack(101));
    }
    assertTrue(wide.send(second.sequence(50)).dropped(), "its numbers are behind");
    assertFalse(wide.send(second.sequence(5000)).dropped());
  }

  @Test
  void recordedChoiceIsTakenAndToldWhetherItWasLegal() {
    int[] answer = {5000, 0};
    ChoiceSource recorded =
        new ChoiceSource() {
          @Override
          public int port(
              int protocol, int source, int destination, int ports, int minimum, int range) {
            assertEquals(Ipv4.UDP, protocol);
            assertEquals(Ipv4.parse("10.0.0.2"), source);
            assertEquals(5000 << 16 | 53, ports);
            assertEquals(1024, minimum);
            return answer[0];
          }

          @Override
          public void settled(
              int protocol, int source, int destination, int ports, int drawn, int chosen) {
            answer[1] = chosen;
          }
        };
    Lab lab = new Lab(ConntrackSettings.defaults(10), recorded).snat(OUTER);
    lab.send(udp("10.0.0.1", 5000));
    answer[0] = 35_657;
    assertEquals(35_657, lab.send(udp("10.0.0.2", 5000)).skb().sourcePort);
    assertEquals(35_657, answer[1]);
    Lab other = new Lab(ConntrackSettings.defaults(10), recorded).snat(OUTER);
    other.send(udp("10.0.0.1", 5000));
    answer[0] = 5000;
    assertEquals(5001, other.send(udp("10.0.0.2", 5000)).skb().sourcePort);
    assertEquals(5001, answer[1], "5000 was taken: not legal");
  }

  @Test
  void masqueradedConnectionEndsWhenItLeavesByAnotherInterface() {
    Lab lab = new Lab().snat(OUTER);
    Skb first = udp("10.0.0.1", 5000).skb();
    first.outInterface = 1;
    lab.send(first);
    first.outInterface = 1;
    lab.tracking.masqueraded(first);
    Skb same = udp("10.0.0.1", 5000).skb();
    same.outInterface = 1;
    assertFalse(lab.send(same).dropped());
    Skb other = udp("10.0.0.1", 5000).skb();
    other.outInterface = 2;
    assertTrue(lab.send(other).dropped());
    assertEquals(0, lab.tracking.count());
  }

  @Test
  void packetOfTheHostIsAttachedToItsCause() {
    Lab lab = new Lab();
    Skb cause = udp("10.0.0.1", 5000).skb();
    cause.timeNanos = lab.now();
    lab.tracking.in(cause, Hook.PREROUTING);
    Skb made = Frames.icmpError("203.0.113.9", "10.0.0.1", 3, 3, udp("10.0.0.1", 1).packet()).skb();
    lab.tracking.attach(made, cause);
    assertEquals(Skb.STATE_RELATED, made.connectionState());
    lab.tracking.in(made, Hook.OUTPUT);
    assertEquals(cause.flow, made.flow);
    assertFalse(lab.tracking.needsRules(made, true));
    Skb reset = Frames.tcp("203.0.113.9", 1, "10.0.0.1", 2).flags(Ipv4.TCP_RST).skb();
    lab.tracking.attach(reset, cause);
    assertTrue(lab.tracking.needsRules(reset, true), "a reset walks nat, an ICMP error does not");
    lab.tracking.release(made);
    assertEquals(1, lab.tracking.count());
    lab.tracking.release(cause);
    assertEquals(0, lab.tracking.count());
  }

  @Test
  void copiesOfAFloodedFirstPacketShareOneConnection() {
    Lab lab = new Lab();
    Skb first = udp("10.0.0.1", 5000).skb();
    first.timeNanos = lab.now();
    lab.tracking.in(first, Hook.PREROUTING);
    int flow = first.flow;
    Skb copy = udp("10.0.0.1", 5000).skb();
    copy.timeNanos = lab.now();
    copy.connections = first.connections;
    copy.flow = flow;
    copy.connectionInfo = first.connectionInfo;
    lab.tracking.hold(copy);
    lab.tracking.release(first);
    assertEquals(1, lab.tracking.count());
    lab.tracking.confirm(copy);
    lab.tracking.letGo(flow);
    assertEquals("30 [UNREPLIED]", lab.entry());
    // And one that is never confirmed goes with its last copy.
    Skb lone = udp("10.0.0.2", 5000).skb();
    lone.timeNanos = lab.now();
    lab.tracking.in(lone, Hook.PREROUTING);
    lab.tracking.hold(lone);
    int other = lone.flow;
    lab.tracking.release(lone);
    assertEquals(2, lab.tracking.count());
    lab.tracking.letGo(other);
    assertEquals(1, lab.tracking.count());
  }
}
