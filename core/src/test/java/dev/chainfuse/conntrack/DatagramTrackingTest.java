package dev.chainfuse.conntrack;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.chainfuse.packet.Bytes;
import dev.chainfuse.packet.Frames;
import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.packet.Skb;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** UDP, ICMP, GRE, SCTP and protocols without ports. */
class DatagramTrackingTest {
  private final Lab lab = new Lab();

  private static Frames ask() {
    return Frames.udp("10.0.0.1", 5000, "10.0.0.2", 53).payload(4);
  }

  private static Frames answer() {
    return Frames.udp("10.0.0.2", 53, "10.0.0.1", 5000).payload(8);
  }

  private static Frames ping(int type, String from, String to) {
    return Frames.icmp(from, to, type, 0, 77, 1).payload(8);
  }

  @Test
  void udpIsNewUntilAReply() {
    assertEquals("NEW", lab.send(ask()).state());
    assertEquals("NEW", lab.send(ask()).state());
    assertEquals("30 [UNREPLIED]", lab.entry());
    assertEquals(2, lab.walks);
    assertEquals("ESTABLISHED", lab.send(answer()).state());
    assertEquals("30", lab.entry());
    assertEquals("ESTABLISHED", lab.send(ask()).state());
    assertEquals("30", lab.entry());
  }

  @Test
  void udpIsAStreamAfterTwoSeconds() {
    lab.send(ask());
    lab.send(answer());
    lab.sleepMillis(2_000);
    lab.send(ask());
    assertEquals("30", lab.entry());
    lab.sleepMillis(8);
    lab.send(answer());
    assertEquals("120 [ASSURED]", lab.entry());
  }

  @Test
  void firstReplyAfterTwoSecondsDoesNotAssureYet() {
    lab.send(ask());
    lab.sleepMillis(3_000);
    lab.send(answer());
    assertEquals("30", lab.entry());
    lab.send(ask());
    assertEquals("120 [ASSURED]", lab.entry());
  }

  @Test
  void udpChecksumMustBeRightOrAbsent() {
    assertEquals("INVALID", lab.send(ask().badChecksum()).state());
    assertEquals("NEW", lab.send(ask().noChecksum()).state());
    assertEquals("INVALID", lab.send(ask().cut(7)).state());
  }

  @ParameterizedTest
  @ValueSource(ints = {8, 13, 15, 17})
  void theseIcmpTypesMakeAnEntry(int type) {
    assertEquals("NEW", lab.send(ping(type, "10.0.0.1", "10.0.0.2")).state());
    assertEquals("30 [UNREPLIED]", lab.entry());
    int answer = IcmpTracker.answer(type);
    assertEquals("ESTABLISHED", lab.send(ping(answer, "10.0.0.2", "10.0.0.1")).state());
    assertEquals("ESTABLISHED", lab.send(ping(type, "10.0.0.1", "10.0.0.2")).state());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 14, 16, 18, 9, 10, 30, 1, 255})
  void theseIcmpTypesDoNot(int type) {
    assertEquals("INVALID", lab.send(ping(type, "10.0.0.1", "10.0.0.2")).state());
    assertEquals(0, lab.tracking.count());
  }

  @Test
  void wrongIcmpChecksumIsInvalid() {
    assertEquals("INVALID", lab.send(ping(8, "10.0.0.1", "10.0.0.2").badChecksum()).state());
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 4, 5, 11, 12})
  void icmpErrorAboutAKnownFlowIsRelated(int type) {
    byte[] quoted = ask().packet();
    Lab.Sent unknown = lab.send(Frames.icmpError("10.0.0.9", "10.0.0.1", type, 1, quoted));
    assertEquals("INVALID", unknown.state());
    lab.send(ask());
    int walks = lab.walks;
    Lab.Sent error = lab.send(Frames.icmpError("10.0.0.9", "10.0.0.1", type, 1, quoted));
    assertEquals("RELATED", error.state());
    assertEquals(Skb.CT_RELATED_REPLY, error.skb().connectionInfo);
    assertEquals(1, lab.tracking.count(), "no entry of its own");
    assertEquals(walks, lab.walks, "nat is not asked");
    assertEquals("30 [UNREPLIED]", lab.entry());
  }

  @Test
  void icmpErrorToAStrangerIsInvalid() {
    lab.send(ask());
    Frames error = Frames.icmpError("10.0.0.9", "10.0.0.77", 3, 1, ask().packet());
    assertEquals("INVALID", lab.send(error).state());
  }

  @Test
  void icmpErrorFromTheOriginalSideIsRelatedToo() {
    lab.send(ask());
    Lab.Sent error = lab.send(Frames.icmpError("10.0.0.1", "10.0.0.2", 3, 3, answer().packet()));
    assertEquals("RELATED", error.state());
    assertEquals(Skb.CT_RELATED, error.skb().connectionInfo);
  }

  @Test
  void otherProtocolsGoByAddressesAlone() {
    for (int protocol : new int[] {253, Ipv4.DCCP, 2}) {
      Lab one = new Lab();
      byte[] bytes = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
      assertEquals("NEW", one.send(Frames.raw("10.0.0.1", "10.0.0.2", protocol, bytes)).state());
      assertEquals("600 [UNREPLIED]", one.entry());
      bytes[0] = 99;
      Frames back = Frames.raw("10.0.0.2", "10.0.0.1", protocol, bytes);
      assertEquals("ESTABLISHED", one.send(back).state());
    }
  }

  @Test
  void greHasKeysIfItIsPptp() {
    byte[] plain = {0, 0, 8, 0, 0, 0, 0, 0};
    assertEquals("NEW", lab.send(Frames.raw("10.0.0.1", "10.0.0.2", Ipv4.GRE, plain)).state());
    assertEquals(
        "gre      47 30 src=10.0.0.1 dst=10.0.0.2 srckey=0x0 dstkey=0x0 [UNREPLIED]"
            + " src=10.0.0.2 dst=10.0.0.1 srckey=0x0 dstkey=0x0",
        lab.list());
    byte[] pptp = {0x30, 1, (byte) 0x88, 0x0b, 0, 4, 0x12, 0x34};
    Lab other = new Lab();
    other.send(Frames.raw("10.0.0.1", "10.0.0.2", Ipv4.GRE, pptp));
    assertEquals(
        "gre      47 30 src=10.0.0.1 dst=10.0.0.2 srckey=0x0 dstkey=0x1234 [UNREPLIED]"
            + " src=10.0.0.2 dst=10.0.0.1 srckey=0x1234 dstkey=0x0",
        other.list());
  }

  private static byte[] sctp(int sourcePort, int destinationPort, int tag, int... chunk) {
    byte[] out = new byte[12 + chunk.length];
    Bytes.putShort(out, 0, sourcePort);
    Bytes.putShort(out, 2, destinationPort);
    Bytes.putInt(out, 4, tag);
    for (int i = 0; i < chunk.length; i++) {
      out[12 + i] = (byte) chunk[i];
    }
    Bytes.putInt(out, 8, Crc32c.ofSctp(out, 0, out.length));
    return out;
  }

  private static final int[] INIT = {1, 0, 0, 20, 0, 0, 0, 7, 0, 0, 1, 0, 0, 1, 0, 1, 0, 0, 0, 1};

  @Test
  void sctpAssociation() {
    byte[] init = sctp(1000, 2000, 0, INIT);
    assertEquals("NEW", lab.send(Frames.raw("10.0.0.1", "10.0.0.2", Ipv4.SCTP, init)).state());
    assertEquals("10 CLOSED [UNREPLIED]", lab.entry());
    int[] initAck = INIT.clone();
    initAck[0] = 2;
    initAck[7] = 9;
    lab.send(Frames.raw("10.0.0.2", "10.0.0.1", Ipv4.SCTP, sctp(2000, 1000, 7, initAck)));
    assertEquals("3 COOKIE_WAIT", lab.entry());
    lab.send(Frames.raw("10.0.0.1", "10.0.0.2", Ipv4.SCTP, sctp(1000, 2000, 9, 10, 0, 0, 4)));
    assertEquals("3 COOKIE_ECHOED", lab.entry());
    lab.send(Frames.raw("10.0.0.2", "10.0.0.1", Ipv4.SCTP, sctp(2000, 1000, 7, 11, 0, 0, 4)));
    assertEquals("210 ESTABLISHED [ASSURED]", lab.entry());
    byte[] foreign = sctp(1000, 2000, 8, 0, 3, 0, 16, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0);
    assertEquals(
        "INVALID", lab.send(Frames.raw("10.0.0.1", "10.0.0.2", Ipv4.SCTP, foreign)).state());
  }

  @Test
  void sctpNeedsARightCrcAndAnInit() {
    byte[] init = sctp(1000, 2000, 0, INIT);
    init[8]++;
    assertEquals("INVALID", lab.send(Frames.raw("10.0.0.1", "10.0.0.2", Ipv4.SCTP, init)).state());
    byte[] data = sctp(1000, 2000, 5, 0, 3, 0, 16, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0);
    assertEquals("INVALID", lab.send(Frames.raw("10.0.0.1", "10.0.0.2", Ipv4.SCTP, data)).state());
  }

  @Test
  void crcOfRfc3720() {
    // RFC 3720, appendix B.4: 32 bytes of zeros give aa 36 91 8a on the wire.
    assertEquals(0xaa36_918a, Crc32c.ofSctp(new byte[32], 0, 32));
  }

  @Test
  void untrackedIsLeftAlone() {
    Skb skb = ask().skb();
    skb.connectionInfo = Skb.CT_UNTRACKED;
    assertEquals("UNTRACKED", lab.send(skb).state());
    assertEquals(0, lab.tracking.count());
    assertEquals(0, lab.walks);
  }
}
