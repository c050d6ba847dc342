package dev.chainfuse.scenarios.differential;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.chainfuse.packet.Ipv4;
import java.util.List;
import org.junit.jupiter.api.Test;

/** NAT's random choices, as the kernel's table of connections shows them. */
class DrawTest {
  private static final String TABLE =
      """
      icmp     1 29 src=10.1.0.6 dst=192.168.1.9 type=8 code=0 id=3 [UNREPLIED] \
      src=192.168.1.9 dst=192.168.1.10 type=0 code=0 id=8942 mark=0 use=2
      tcp      6 119 SYN_SENT src=10.1.0.6 dst=8.8.8.8 sport=40003 dport=80 [UNREPLIED] \
      src=8.8.8.8 dst=192.168.1.10 sport=80 dport=6359 mark=0 use=1
      """;

  private static final int SOURCE = Ipv4.parse("10.1.0.6");

  @Test
  void aPortIsFoundByTheOriginalTuple() {
    int to = Ipv4.parse("8.8.8.8");
    Draw draw = Draw.find(TABLE, Ipv4.TCP, SOURCE, to, 40003 << 16 | 80);
    assertEquals(List.of(6359, 80), draw.numbers());
    assertEquals(List.of(), Draw.find(TABLE, Ipv4.TCP, SOURCE, to, 40004 << 16 | 80).numbers());
  }

  @Test
  void anIcmpIdIsFoundByIdTypeAndCode() {
    int to = Ipv4.parse("192.168.1.9");
    Draw draw = Draw.find(TABLE, Ipv4.ICMP, SOURCE, to, 3 << 16 | 8 << 8);
    assertEquals(List.of(8942), draw.numbers());
    assertEquals(draw, Draw.read(draw.line().split(" ")));
  }
}
