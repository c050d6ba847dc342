package dev.chainfuse.forwarding;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import com.sun.management.ThreadMXBean;
import dev.chainfuse.host.HostDirectory;
import dev.chainfuse.host.Topology;
import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.packet.Skb;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class NoAllocationTest {
  private static final Topology HOST =
      HostDirectory.load(Path.of("src/test/resources/host/article"));

  private final RouteTable routes = RouteTable.compile(HOST);
  private final SourceAddress own = SourceAddress.compile(HOST);
  private final RouteInput input = new RouteInput(HOST, routes, own);
  private final HostView view = new HostView(HOST, routes);
  private final Fdb fdb = new Fdb(HOST, 1_024, 0);
  private final Neighbours neighbours = new Neighbours(HOST, 1_024, 1_024, 0);
  private final ArpInput arp = new ArpInput(HOST, view, routes, input, own, neighbours);
  private final InputRoute result = new InputRoute();
  private long now;

  @Test
  void nothingIsAllocatedPerPacket() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    assertNotEquals(0, packets(20_000));
    // The virtual machine may allocate once, such as on compiling anew; the engine would each time.
    long least = Long.MAX_VALUE;
    for (int round = 0; round < 5; round++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      long sum = packets(20_000);
      least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
      assertNotEquals(0, sum);
    }
    assertEquals(0, least);
  }

  private long packets(int count) {
    int eno1 = HOST.number("eno1");
    int docker0 = HOST.number("docker0");
    int port = HOST.number("vethabef17b");
    long sum = 0;
    for (int i = 0; i < count; i++) {
      now += 10_000_000;
      fdb.advance(now);
      input.decide(0xc0a8_0101 + (i & 7), 0xc0a8_0000 + (i & 4095), 0, Ipv4.TCP, eno1, result);
      sum += result.outcome + own.select(docker0, i, 0);
      sum += fdb.learn(docker0, port, 0x0242_0000_0000L + i, now);
      int slot = neighbours.findOrCreate(docker0, 0xc0a8_0000 + (i & 255), now);
      sum += neighbours.send(slot, i, 1_000, now);
      sum += arp.requestSource(docker0, i, i) + arp.fixedMac(docker0, i);
      for (int due = neighbours.due(now); due >= 0; due = neighbours.due(now)) {
        if (neighbours.onTimer(due) == Neighbours.FAILED) {
          sum += neighbours.takeWaiting(due);
        }
      }
      sum +=
          arp.receive(
              ArpInput.ANSWER,
              i,
              0xc0a8_0000 + (i >> 1 & 255),
              0,
              0xc0a8_0001,
              Skb.PACKET_HOST,
              docker0,
              now);
      sum += neighbours.takeWaiting(slot) + neighbours.nextDropped();
    }
    return sum;
  }
}
