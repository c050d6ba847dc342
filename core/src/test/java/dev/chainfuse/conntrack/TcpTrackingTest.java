package dev.chainfuse.conntrack;

import static dev.chainfuse.packet.Ipv4.TCP_ACK;
import static dev.chainfuse.packet.Ipv4.TCP_CWR;
import static dev.chainfuse.packet.Ipv4.TCP_ECE;
import static dev.chainfuse.packet.Ipv4.TCP_FIN;
import static dev.chainfuse.packet.Ipv4.TCP_PSH;
import static dev.chainfuse.packet.Ipv4.TCP_RST;
import static dev.chainfuse.packet.Ipv4.TCP_SYN;
import static dev.chainfuse.packet.Ipv4.TCP_URG;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.chainfuse.packet.Frames;
import dev.chainfuse.packet.Skb;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** TCP as the kernel tracks it; the client's first number is 5, the server's 1000. */
class TcpTrackingTest {
  private static final int CLIENT_FIRST = 5;
  private static final int SERVER_FIRST = 1000;

  private final Lab lab = new Lab();

  private static Frames client(int flags) {
    return Frames.tcp("10.0.0.1", 40_000, "10.0.0.2", 80).flags(flags);
  }

  private static Frames server(int flags) {
    return Frames.tcp("10.0.0.2", 80, "10.0.0.1", 40_000).flags(flags);
  }

  private static Frames syn() {
    return client(TCP_SYN).sequence(CLIENT_FIRST);
  }

  private static Frames synAck(int ack) {
    return server(TCP_SYN | TCP_ACK).sequence(SERVER_FIRST).ack(ack);
  }

  private static Frames clientData(int offset, int length) {
    return client(TCP_ACK)
        .sequence(CLIENT_FIRST + 1 + offset)
        .ack(SERVER_FIRST + 1)
        .payload(length);
  }

  private void handshake(Lab with) {
    assertEquals("NEW", with.send(syn()).state());
    assertEquals("ESTABLISHED", with.send(synAck(CLIENT_FIRST + 1)).state());
    assertEquals("ESTABLISHED", with.send(clientData(0, 0)).state());
  }

  @Test
  void synAndItsRetransmissionAreNewAndDoNotRefresh() {
    assertEquals("NEW", lab.send(syn()).state());
    assertEquals("120 SYN_SENT [UNREPLIED]", lab.entry());
    lab.sleepMillis(10_000);
    assertEquals("NEW", lab.send(syn()).state());
    assertEquals("110 SYN_SENT [UNREPLIED]", lab.entry());
    assertEquals(2, lab.walks, "nat sees the first SYN only, once a hook");
  }

  @Test
  void handshakeIsEstablishedFromTheAnswerOnAndAssuredByTheThirdSegment() {
    lab.send(syn());
    assertEquals("ESTABLISHED", lab.send(synAck(CLIENT_FIRST + 1)).state());
    assertEquals("60 SYN_RECV", lab.entry());
    assertEquals("ESTABLISHED", lab.send(clientData(0, 0)).state());
    assertEquals("432000 ESTABLISHED [ASSURED]", lab.entry());
  }

  @ParameterizedTest
  @CsvSource({
    "6, ESTABLISHED, SYN_RECV",
    "0, ESTABLISHED, SYN_RECV",
    "1, ESTABLISHED, SYN_RECV",
    "5, ESTABLISHED, SYN_RECV",
    "-70000, ESTABLISHED, SYN_SENT",
    "7, INVALID, SYN_SENT",
    "100, INVALID, SYN_SENT",
    "7777, INVALID, SYN_SENT"
  })
  void acknowledgementOfTheAnswer(int ack, String state, String entry) {
    lab.send(syn());
    assertEquals(state, lab.send(synAck(ack)).state());
    assertEquals(entry, lab.entry().split(" ")[1]);
  }

  @ParameterizedTest
  @ValueSource(ints = {TCP_ACK, TCP_ACK | TCP_PSH, TCP_ACK | TCP_URG})
  void midStreamIsPickedUp(int flags) {
    assertEquals("NEW", lab.send(client(flags).sequence(77).ack(88)).state());
    assertEquals("300 ESTABLISHED [UNREPLIED]", lab.entry());
  }

  @Test
  void midStreamIsInvalidWithoutLoose() {
    Lab strict = Lab.with("nf_conntrack_tcp_loose", 0);
    assertEquals("INVALID", strict.send(client(TCP_ACK).sequence(77).ack(88)).state());
    assertEquals("NEW", strict.send(syn()).state());
  }

  @Test
  void pickedUpConnectionIsAssuredOnceTheOtherSideSpokeTwice() {
    lab.send(client(TCP_ACK).sequence(77).ack(88).payload(10));
    assertEquals("ESTABLISHED", lab.send(server(TCP_ACK).sequence(88).ack(87)).state());
    lab.send(client(TCP_ACK).sequence(87).ack(88));
    assertEquals("432000 ESTABLISHED [ASSURED]", lab.entry());
  }

  @ParameterizedTest
  @ValueSource(
      ints = {
        TCP_FIN,
        TCP_FIN | TCP_ACK,
        TCP_RST,
        TCP_SYN | TCP_ACK,
        0,
        TCP_FIN | TCP_PSH | TCP_URG,
        TCP_SYN | TCP_FIN,
        TCP_SYN | TCP_RST,
        TCP_PSH
      })
  void noConnectionBeginsSo(int flags) {
    assertEquals("INVALID", lab.send(client(flags).sequence(1)).state());
    assertEquals("", lab.list());
    assertEquals(0, lab.tracking.count());
  }

  @Test
  void synWithDataOrWithEcnBegins() {
    assertEquals("NEW", lab.send(syn().payload(100)).state());
    assertEquals("120 SYN_SENT [UNREPLIED]", lab.entry());
    Lab other = new Lab();
    assertEquals("NEW", other.send(client(TCP_SYN | TCP_ECE | TCP_CWR)).state());
  }

  @Test
  void dataAheadOfTheWindow() {
    for (int ahead : new int[] {1, 8191, 8192}) {
      Lab one = new Lab();
      handshake(one);
      one.sleepMillis(10_000);
      assertEquals("ESTABLISHED", one.send(clientData(ahead, 0)).state());
      assertNotEquals("431990", one.entry().split(" ")[0], "refreshed at " + ahead);
    }
    for (int ahead : new int[] {8193, 12_000, 16_382}) {
      Lab one = new Lab();
      handshake(one);
      one.sleepMillis(10_000);
      assertEquals("ESTABLISHED", one.send(clientData(ahead, 0)).state());
      assertEquals("431990", one.entry().split(" ")[0], "not refreshed at " + ahead);
    }
    for (int ahead : new int[] {16_384, 50_000, 1 << 30}) {
      Lab one = new Lab();
      handshake(one);
      String before = one.entry();
      assertEquals("INVALID", one.send(clientData(ahead, 0)).state());
      assertEquals(before, one.entry());
    }
  }

  @Test
  void liberalTakesWhatIsOutOfTheWindow() {
    Lab liberal = Lab.with("nf_conntrack_tcp_be_liberal", 1);
    handshake(liberal);
    assertEquals("ESTABLISHED", liberal.send(clientData(50_000, 0)).state());
  }

  @Test
  void resetOutOfTheWindowIsInvalidAndTheExactOneCloses() {
    handshake(lab);
    lab.send(server(TCP_ACK).sequence(SERVER_FIRST + 1).ack(CLIENT_FIRST + 1));
    assertEquals("INVALID", lab.send(client(TCP_RST).sequence(CLIENT_FIRST + 100_000)).state());
    assertEquals("432000 ESTABLISHED [ASSURED]", lab.entry());
    assertEquals("ESTABLISHED", lab.send(client(TCP_RST).sequence(CLIENT_FIRST + 1)).state());
    assertEquals("10 CLOSE [ASSURED]", lab.entry());
    assertEquals("ESTABLISHED", lab.send(clientData(0, 10)).state(), "later packets still belong");
  }

  @Test
  void synAnsweredByResetEndsTheEntryAndANewSynIsNewAgain() {
    lab.send(syn());
    assertEquals("ESTABLISHED", lab.send(server(TCP_RST | TCP_ACK).ack(CLIENT_FIRST + 1)).state());
    assertEquals("", lab.list());
    assertEquals("NEW", lab.send(syn()).state());
    assertEquals(4, lab.walks, "nat again");
  }

  private void close(Lab with) {
    handshake(with);
    with.send(client(TCP_FIN | TCP_ACK).sequence(CLIENT_FIRST + 1).ack(SERVER_FIRST + 1));
    assertEquals("120 FIN_WAIT [ASSURED]", with.entry());
    with.send(server(TCP_ACK).sequence(SERVER_FIRST + 1).ack(CLIENT_FIRST + 2));
    assertEquals("60 CLOSE_WAIT [ASSURED]", with.entry());
    with.send(server(TCP_FIN | TCP_ACK).sequence(SERVER_FIRST + 1).ack(CLIENT_FIRST + 2));
    assertEquals("30 LAST_ACK [ASSURED]", with.entry());
    with.send(client(TCP_ACK).sequence(CLIENT_FIRST + 2).ack(SERVER_FIRST + 2));
    assertEquals("120 TIME_WAIT [ASSURED]", with.entry());
  }

  @Test
  void synOnTimeWaitReplacesTheEntry() {
    close(lab);
    int walks = lab.walks;
    assertEquals("NEW", lab.send(syn().sequence(90_000)).state());
    assertEquals("120 SYN_SENT [UNREPLIED]", lab.entry());
    assertEquals(walks + 2, lab.walks);
    assertEquals(1, lab.tracking.count());
  }

  @Test
  void synOfTheServerOnTimeWaitReplacesTheEntryToo() {
    close(lab);
    assertEquals("NEW", lab.send(server(TCP_SYN).sequence(90_000)).state());
    assertEquals("120 SYN_SENT [UNREPLIED]", lab.entry());
    assertEquals(1, lab.tracking.count());
  }

  @Test
  void synAckOfTheClientIsInvalid() {
    handshake(lab);
    Frames synAck = client(TCP_SYN | TCP_ACK).sequence(CLIENT_FIRST).ack(SERVER_FIRST + 1);
    assertEquals("INVALID", lab.send(synAck).state());
  }

  @Test
  void establishedPathDoesWhatTheWholeWayDoes() {
    Lab whole = new Lab();
    handshake(lab);
    handshake(whole);
    Frames[] segments = {
      clientData(0, 100),
      server(TCP_ACK).sequence(SERVER_FIRST + 1).ack(CLIENT_FIRST + 101),
      clientData(90_000, 1),
      clientData(100, 5).badChecksum(),
      client(TCP_FIN | TCP_ACK).sequence(CLIENT_FIRST + 101).ack(SERVER_FIRST + 1)
    };
    for (Frames segment : segments) {
      lab.sleepMillis(1_000);
      whole.sleepMillis(1_000);
      Lab.Sent expected = whole.send(segment);
      Skb skb = segment.skb();
      skb.timeNanos = lab.now();
      int ports = skb.sourcePort << 16 | skb.destinationPort;
      int handle = lab.table.find(skb.source, skb.destination, ports, skb.protocol);
      int result = lab.tracking.established(handle, skb);
      boolean invalid = expected.state().equals("INVALID");
      assertEquals(invalid ? ConnectionTracking.INVALID : ConnectionTracking.VALID, result);
      assertEquals(expected.stateBits(), skb.connectionState());
      assertEquals(whole.list(), lab.list());
    }
    Skb syn = syn().skb();
    syn.timeNanos = lab.now();
    Lab fresh = new Lab();
    fresh.send(syn());
    int handle = fresh.table.find(syn.source, syn.destination, 40_000 << 16 | 80, 6);
    assertEquals(ConnectionTracking.OTHER, fresh.tracking.established(handle, syn));
  }

  @Test
  void synInAnEstablishedConnectionIsIgnoredAndFollowedIfAnswered() {
    handshake(lab);
    assertEquals("ESTABLISHED", lab.send(syn().sequence(500_000)).state());
    assertEquals("432000 ESTABLISHED [ASSURED]", lab.entry());
    assertEquals(
        "ESTABLISHED",
        lab.send(server(TCP_SYN | TCP_ACK).sequence(7_000_000).ack(500_001)).state());
    assertEquals("60 SYN_RECV [ASSURED]", lab.entry());
    assertEquals("ESTABLISHED", lab.send(client(TCP_ACK).sequence(500_001).ack(7_000_001)).state());
    assertEquals("432000 ESTABLISHED [ASSURED]", lab.entry());
  }

  @Test
  void challengeAckInLastAckDoesNotCloseTheConnection() {
    handshake(lab);
    lab.send(server(TCP_FIN | TCP_ACK).sequence(SERVER_FIRST + 1).ack(CLIENT_FIRST + 1));
    lab.send(client(TCP_FIN | TCP_ACK).sequence(CLIENT_FIRST + 1).ack(SERVER_FIRST + 2));
    assertEquals("30 LAST_ACK [ASSURED]", lab.entry());
    lab.send(syn().sequence(99_999));
    assertEquals(
        "ESTABLISHED",
        lab.send(server(TCP_ACK).sequence(SERVER_FIRST + 2).ack(CLIENT_FIRST + 2)).state());
    assertEquals("30 LAST_ACK [ASSURED]", lab.entry());
    lab.send(server(TCP_ACK).sequence(SERVER_FIRST + 2).ack(CLIENT_FIRST + 2));
    assertEquals("120 TIME_WAIT [ASSURED]", lab.entry());
  }

  @Test
  void unacknowledgedDataShortensTheTimeoutUntilItIsAcknowledged() {
    handshake(lab);
    lab.send(clientData(0, 100));
    assertEquals("300 ESTABLISHED [ASSURED]", lab.entry());
    lab.send(server(TCP_ACK).sequence(SERVER_FIRST + 1).ack(CLIENT_FIRST + 101));
    assertEquals("432000 ESTABLISHED [ASSURED]", lab.entry());
  }

  @Test
  void threeRetransmissionsShortenTheTimeout() {
    Lab one = Lab.with("nf_conntrack_tcp_timeout_max_retrans", 77);
    handshake(one);
    for (int i = 0; i < 4; i++) {
      one.send(server(TCP_ACK).sequence(SERVER_FIRST + 1).ack(CLIENT_FIRST + 1));
    }
    assertEquals("77 ESTABLISHED [ASSURED]", one.entry());
  }

  @Test
  void windowScaleCountsOnlyIfBothOffer() {
    int[] scaleSeven = {3, 3, 7};
    lab.send(syn().options(scaleSeven));
    lab.send(synAck(CLIENT_FIRST + 1).options(scaleSeven));
    lab.send(clientData(0, 0).window(1000));
    // The client's window is now 128,000: the server may send that much.
    Frames far = server(TCP_ACK).sequence(SERVER_FIRST + 1 + 100_000).ack(CLIENT_FIRST + 1);
    assertEquals("ESTABLISHED", lab.send(far.payload(10)).state());

    Lab half = new Lab();
    half.send(syn().options(scaleSeven));
    half.send(synAck(CLIENT_FIRST + 1));
    half.send(clientData(0, 0).window(1000));
    assertEquals("INVALID", half.send(far).state());
  }

  @Test
  void selectiveAcknowledgementsExtendTheWindow() {
    int[] permitted = {4, 2};
    lab.send(syn().options(permitted));
    lab.send(synAck(CLIENT_FIRST + 1).options(permitted));
    lab.send(clientData(0, 0));
    lab.send(clientData(1000, 1000));
    int left = CLIENT_FIRST + 1001;
    int right = CLIENT_FIRST + 2001;
    lab.send(
        server(TCP_ACK)
            .sequence(SERVER_FIRST + 1)
            .ack(CLIENT_FIRST + 1)
            .options(
                1,
                1,
                5,
                10,
                left >>> 24,
                left >>> 16,
                left >>> 8,
                left,
                right >>> 24,
                right >>> 16,
                right >>> 8,
                right));
    // 8192 from the right edge of the block.
    assertEquals("ESTABLISHED", lab.send(clientData(2000 + 8192, 0)).state());
    lab.sleepMillis(10_000);
    lab.send(clientData(2000 + 8192, 0));
    assertEquals("300 ESTABLISHED [ASSURED]", lab.entry());
  }

  @Test
  void wrongChecksumOrTruncatedIsInvalid() {
    assertEquals("INVALID", lab.send(syn().badChecksum()).state());
    assertEquals("INVALID", lab.send(syn().cut(16)).state());
    assertEquals("INVALID", lab.send(syn().cut(2)).state());
    assertEquals("", lab.list());
    assertEquals(3, lab.tracking.statistics().invalid);
    Lab trusting = Lab.with("nf_conntrack_checksum", 0);
    assertEquals("NEW", trusting.send(syn().badChecksum()).state());
  }

  @Test
  void simultaneousOpenIsEstablished() {
    lab.send(syn());
    assertEquals("ESTABLISHED", lab.send(server(TCP_SYN).sequence(SERVER_FIRST)).state());
    assertEquals("120 SYN_SENT2", lab.entry());
    lab.send(synAck(CLIENT_FIRST + 1));
    assertEquals("60 SYN_RECV", lab.entry());
    lab.send(server(TCP_ACK).sequence(SERVER_FIRST + 1).ack(CLIENT_FIRST + 1));
    assertEquals("432000 ESTABLISHED [ASSURED]", lab.entry());
  }

  @Test
  void expiredEntryIsGone() {
    lab.send(syn());
    lab.sleepMillis(120_000);
    assertEquals("", lab.list());
    assertEquals("NEW", lab.send(syn()).state());
    assertEquals(1, lab.tracking.count());
  }
}
