package dev.chainfuse.conntrack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.chainfuse.packet.Bytes;
import dev.chainfuse.packet.Frames;
import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.packet.Skb;
import dev.chainfuse.rules.Hook;
import dev.chainfuse.rules.NatRange;
import dev.chainfuse.rules.Target;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

/** Tracking, NAT, insertion, removal and eviction allocate nothing. */
class AllocationTest {
  private final FlowTable table = new FlowTable(128, 5);
  private final ConnectionTracking tracking =
      new ConnectionTracking(
          table, new TupleSearch(table, new SeededChoices(1)), ConntrackSettings.defaults(128));
  private final Skb skb = new Skb();
  private final byte[] udp = Frames.udp("10.0.0.1", 1, "203.0.113.9", 53).payload(9).ethernet(0, 0);
  private final byte[] syn =
      Frames.tcp("10.0.0.1", 1, "203.0.113.9", 80).flags(Ipv4.TCP_SYN).ethernet(0, 0);
  private final byte[] frame = new byte[200];
  private long nanos = 1_000_000_000L;
  private int confirmed;

  private void packet(byte[] template, int sourcePort) {
    System.arraycopy(template, 0, frame, 0, template.length);
    skb.data = frame;
    skb.frame = 0;
    skb.frameLength = template.length;
    skb.network = Ipv4.ETHERNET_HEADER;
    Bytes.putShort(frame, Ipv4.ETHERNET_HEADER + 20, sourcePort);
    skb.reset();
    skb.checksumVerified = true;
    skb.parse();
    skb.timeNanos = nanos;
    nanos += 1_000_000;
    if (tracking.in(skb, Hook.PREROUTING) != Target.ACCEPT) {
      return;
    }
    if (tracking.needsRules(skb, false)) {
      tracking.bindNull(skb, false);
    }
    tracking.translate(skb, Hook.PREROUTING);
    if (tracking.needsRules(skb, true)) {
      int flags = NatRange.MAP_ADDRESSES | NatRange.PORTS_SPECIFIED;
      tracking.bind(skb, true, flags, 0xc000_0201, 0xc000_0204, 2000, 2100, 0);
    }
    tracking.translate(skb, Hook.POSTROUTING);
    if (tracking.confirm(skb) == Target.ACCEPT) {
      confirmed++;
    } else {
      tracking.release(skb);
    }
  }

  private void pass() {
    for (int i = 0; i < 3_000; i++) {
      packet((i & 1) == 0 ? udp : syn, 1 + (i * 31) % 1500);
    }
    tracking.tidy(nanos);
  }

  @Test
  void nothingIsAllocatedAfterConstruction() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    pass();
    pass();
    // The virtual machine may allocate once, such as on compiling anew; the engine would each time.
    long least = Long.MAX_VALUE;
    for (int round = 0; round < 5; round++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      pass();
      least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
    }
    assertEquals(0, least);
    assertTrue(confirmed > 1000, "confirmed " + confirmed);
    assertTrue(tracking.statistics().earlyDrop > 0, "evicted");
  }
}
