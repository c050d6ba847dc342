package dev.chainfuse.scenarios.differential;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.chainfuse.packet.Bytes;
import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.packet.OnesComplement;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What two answers may differ in, item by item; all else is a difference. */
class NormalTest {
  private static final int HOST = Ipv4.parse("192.168.1.10");
  private static final int STATION = Ipv4.parse("192.168.1.20");
  private static final LabTopology LAB =
      new LabTopology.Builder()
          .item("port eno1 02:00:00:00:01:0a")
          .item("port eth1 02:00:00:00:02:01")
          .build();
  private static final Step UDP =
      new Step(0, 0, frame(packet(Ipv4.UDP, 7, PacketBytes.udp(1 << 16 | 2, 3))));

  private static byte[] packet(int protocol, int id, byte[] payload) {
    return PacketBytes.seal(PacketBytes.ip(protocol, HOST, STATION, 64, id, payload));
  }

  private static byte[] frame(byte[] packet) {
    return PacketBytes.frame(1, 2, Ipv4.ETHERTYPE_IPV4, packet);
  }

  private static Answer out(byte[]... frames) {
    List<Answer.Out> out = new java.util.ArrayList<>();
    for (byte[] each : frames) {
      out.add(new Answer.Out(0, each));
    }
    return new Answer(0, out, List.of());
  }

  private static byte[] unreachable(int id) {
    return frame(packet(Ipv4.ICMP, id, PacketBytes.icmp(3, 1, 0, new byte[28])));
  }

  @Test
  void idsOfErrorsThatTheHostMakesAreRandom() {
    assertEquals("", Normal.difference(LAB, UDP, out(unreachable(1)), out(unreachable(2))));
  }

  @Test
  void idsOfForwardedErrorsAreCompared() {
    Step error = new Step(0, 1, unreachable(1));
    String what = Normal.difference(LAB, error, out(unreachable(1)), out(unreachable(2)));
    assertEquals("frames out of eno1", what);
  }

  @Test
  void idsOfOtherPacketsAreCompared() {
    byte[] other = frame(packet(Ipv4.UDP, 8, PacketBytes.udp(1 << 16 | 2, 3)));
    assertEquals("frames out of eno1", Normal.difference(LAB, UDP, out(UDP.frame()), out(other)));
  }

  @Test
  void theOrderOfOnePortCountsAndThatBetweenPortsDoesNot() {
    byte[] a = frame(packet(Ipv4.UDP, 1, PacketBytes.udp(1, 1)));
    byte[] b = frame(packet(Ipv4.UDP, 2, PacketBytes.udp(1, 1)));
    assertEquals("frames out of eno1", Normal.difference(LAB, UDP, out(a, b), out(b, a)));
    Answer.Out left = new Answer.Out(0, a);
    Answer.Out right = new Answer.Out(1, b);
    Answer one = new Answer(0, List.of(left, right), List.of());
    Answer other = new Answer(0, List.of(right, left), List.of());
    assertEquals("", Normal.difference(LAB, UDP, one, other));
  }

  @Test
  void aPartialChecksumOfADeliveredSegmentIsCompleted() {
    byte[] whole = packet(Ipv4.TCP, 0, PacketBytes.tcp(5 << 16 | 6, 1, 2, 20, 0, new byte[0], 0));
    byte[] partial = whole.clone();
    long pseudo = OnesComplement.pseudoHeader(HOST, STATION, Ipv4.TCP, 20);
    Bytes.putShort(partial, 36, OnesComplement.fold(pseudo));
    Answer kernel = new Answer(0, List.of(), List.of(partial));
    assertEquals("", Normal.difference(LAB, UDP, kernel, new Answer(0, List.of(), List.of(whole))));
    byte[] wrong = whole.clone();
    wrong[36] ^= 1;
    Answer engine = new Answer(0, List.of(), List.of(wrong));
    assertEquals("local delivery", Normal.difference(LAB, UDP, kernel, engine));
  }

  @Test
  void timeoutsMayDifferByASecondAndUseCountsByAnything() {
    String line = "udp      17 %d src=10.0.0.1 dst=10.0.0.2 sport=1 dport=2 mark=0 use=%d";
    FinalState kernel = new FinalState(0, "", line.formatted(28, 1));
    assertEquals("", Normal.difference(kernel, new FinalState(0, "", line.formatted(29, 3))));
    FinalState late = new FinalState(0, "", line.formatted(30, 1));
    assertEquals("connections", Normal.difference(kernel, late));
    FinalState marked = new FinalState(0, "", line.formatted(28, 1).replace("mark=0", "mark=1"));
    assertEquals("connections", Normal.difference(kernel, marked));
  }

  @Test
  void everyCounterIsCompared() {
    FinalState kernel = new FinalState(0, "*filter\n:INPUT ACCEPT [1:40]\nCOMMIT\n", "");
    FinalState engine = new FinalState(0, "*filter\n:INPUT ACCEPT [1:41]\nCOMMIT\n", "");
    assertEquals("counters of filter", Normal.difference(kernel, engine));
  }
}
