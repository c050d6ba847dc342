package dev.chainfuse.conntrack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.chainfuse.packet.Frames;
import dev.chainfuse.packet.Ipv4;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConnectionTextTest {
  /** Lines as conntrack 1.4.7 printed them on Linux 6.18. */
  private static final List<String> LINES =
      List.of(
          "tcp      6 115 TIME_WAIT src=192.168.0.2 dst=192.168.0.3 sport=52216 dport=80 packets=8"
              + " bytes=499 src=192.168.0.3 dst=192.168.0.2 sport=80 dport=52216 packets=6"
              + " bytes=3238 [ASSURED] mark=0 use=1",
          "udp      17 25 src=192.168.0.3 dst=10.9.8.7 sport=40002 dport=9 packets=1 bytes=36"
              + " [UNREPLIED] src=10.9.8.7 dst=192.168.252.130 sport=9 dport=40002 packets=0"
              + " bytes=0 mark=0 use=1",
          "icmp     1 21 src=192.168.0.3 dst=203.0.113.9 type=8 code=0 id=4660 packets=2 bytes=72"
              + " src=203.0.113.9 dst=192.168.252.130 type=0 code=0 id=1061 packets=2 bytes=72"
              + " mark=7 use=1",
          "unknown  253 587 src=192.168.0.2 dst=203.0.113.9 packets=1 bytes=28 [UNREPLIED]"
              + " src=203.0.113.9 dst=192.168.252.130 packets=0 bytes=0 mark=0 use=1",
          "sctp     132 10 CLOSED src=10.0.0.1 dst=10.0.0.2 sport=1 dport=2 packets=1 bytes=52"
              + " [UNREPLIED] src=10.0.0.2 dst=10.0.0.1 sport=2 dport=1 packets=0 bytes=0 mark=0"
              + " use=1",
          "gre      47 30 src=10.0.0.1 dst=10.0.0.2 srckey=0x0 dstkey=0x12 packets=1 bytes=28"
              + " [UNREPLIED] src=10.0.0.2 dst=10.0.0.1 srckey=0x12 dstkey=0x0 packets=0 bytes=0"
              + " mark=4294967295 use=1");

  @Test
  void whatIsReadIsWrittenAlike() {
    FlowTable table = new FlowTable(10, 1);
    assertEquals(
        LINES.size(), ConnectionReader.read(LINES, "conntrack.txt", table, 5_000_000_000L));
    StringBuilder out = new StringBuilder();
    ConnectionText.write(table, 5_000_000_000L, true, out);
    assertEquals(String.join("\n", LINES) + "\n", out.toString());
  }

  @Test
  void extendedFormSummaryAndCommentsAreUnderstood() {
    FlowTable table = new FlowTable(10, 1);
    List<String> lines =
        List.of(
            "# comment",
            "",
            "ipv4     2 " + LINES.get(1) + " id=52020721",
            "conntrack v1.4.7 (conntrack-tools): 1 flow entries have been shown.");
    assertEquals(1, ConnectionReader.read(lines, "conntrack.txt", table, 0));
  }

  @Test
  void connectionsReadTranslateAndFollowAnySegment() {
    Lab lab = new Lab();
    String line =
        "tcp 6 432000 ESTABLISHED src=10.0.0.1 dst=192.0.2.1 sport=4000 dport=8080"
            + " src=172.17.0.2 dst=10.0.0.1 sport=80 dport=4000 [ASSURED] mark=0 use=1";
    ConnectionReader.read(List.of(line), "c", lab.table, lab.now());
    Lab.Sent sent =
        lab.send(Frames.tcp("10.0.0.1", 4000, "192.0.2.1", 8080).flags(Ipv4.TCP_ACK).sequence(99));
    assertEquals("ESTABLISHED", sent.state());
    assertEquals("10.0.0.1:4000 > 172.17.0.2:80", sent.way());
    Lab.Sent back =
        lab.send(
            Frames.tcp("172.17.0.2", 80, "10.0.0.1", 4000)
                .flags(Ipv4.TCP_ACK)
                .sequence(12345)
                .ack(99)
                .payload(10));
    assertEquals("ESTABLISHED", back.state());
    assertEquals("192.0.2.1:8080 > 10.0.0.1:4000", back.way());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "tcp 6; the line ends where a timeout is expected",
        "tcp 7 1; protocol 7 is called 'unknown', not 'tcp'",
        "udp 17 x; 'x' is not a number (timeout)",
        "udp 17 9999999999; timeout 9999999999 is not within 0 to 8589934",
        "tcp 6 1 OPEN; 'OPEN' is no state: one of NONE, SYN_SENT, SYN_RECV, ESTABLISHED, FIN_WAIT,"
            + " CLOSE_WAIT, LAST_ACK, TIME_WAIT, CLOSE, SYN_SENT2",
        "udp 17 1 src=1.2.3; src=1.2.3: not an IPv4 address",
        "udp 17 1 dst=1.2.3.4; 'dst=1.2.3.4' stands where src= is expected",
        "udp 17 1 src=1.2.3.4 dst=1.2.3.5 sport=70000; sport 70000 is not within 0 to 65535"
      })
  void badLineIsNamed(String line, String reason) {
    FlowTable table = new FlowTable(10, 1);
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () -> ConnectionReader.read(List.of("", line), "conntrack.txt", table, 0));
    assertEquals("conntrack.txt:2: " + reason, e.getMessage());
  }

  @Test
  void doubleTupleAndTooManyAreRefused() {
    FlowTable table = new FlowTable(1, 1);
    String message =
        assertThrows(
                IllegalArgumentException.class, () -> ConnectionReader.read(LINES, "f", table, 0))
            .getMessage();
    assertEquals("f:2: the table holds no more than 1 connections", message);
    List<String> twice = List.of(LINES.get(0), LINES.get(0));
    FlowTable other = new FlowTable(10, 1);
    String again =
        assertThrows(
                IllegalArgumentException.class, () -> ConnectionReader.read(twice, "f", other, 0))
            .getMessage();
    assertEquals("f:2: an earlier line of f has the same tuple", again);
  }

  @Test
  void expiredConnectionsAreNotListed() {
    FlowTable table = new FlowTable(10, 1);
    ConnectionReader.read(LINES, "c", table, 0);
    StringBuilder out = new StringBuilder();
    ConnectionText.write(table, 100_000_000_000L, true, out);
    assertEquals(2, out.toString().lines().count());
  }
}
