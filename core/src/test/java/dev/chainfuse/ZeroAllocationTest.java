package dev.chainfuse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.chainfuse.packet.Bytes;
import dev.chainfuse.packet.Frames;
import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.rules.RuleSet;
import dev.chainfuse.rules.text.RuleEditor;
import dev.chainfuse.rules.text.SetReader;
import dev.chainfuse.stateful.SavedSets;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * A session allocates nothing once its buffers have grown: not for established packets, not for the
 * first ones of connections, not for drops; neither compiled nor interpreted by the virtual
 * machine.
 */
class ZeroAllocationTest {
  private static final int BATCH = 64;
  private static final long CONTAINER_MAC = 0x0242_c0a8_0003L;
  private static final long ROUTER_MAC = 0x001c_7300_0001L;

  private final Host host = Host.load(Path.of("src/test/resources/host/article"));
  private Session session = Engine.compile(host).open(Flows.atMost(4096));
  private final PacketBatch batch = PacketBatch.allocate(BATCH);
  private final List<byte[]> frames = new ArrayList<>();
  private final List<Integer> devices = new ArrayList<>();
  private long now = 1_000_000_000L;

  /** The same host, whose mangle table asks and changes sets about every packet. */
  private void useSets() {
    SavedSets sets =
        SetReader.read(
            "ipset.save",
            """
            create seen hash:ip,port,ip timeout 30 counters
            create nets hash:net counters skbinfo
            add nets 192.168.0.0/16 skbmark 0x0/0x0
            add nets 203.0.113.0/24 nomatch
            create ports bitmap:port range 0-9000 timeout 5
            create all list:set
            add all seen
            add all nets
            """);
    String[] rules = {
      "-m set --match-set nets src,dst --packets-gt 3",
      "-m set ! --match-set all src,src,dst -j SET --add-set seen src,src,dst --exist",
      "-j SET --add-set ports dst --exist --timeout 2",
      "-p icmp -j SET --del-set seen src,dst,dst --map-set nets src --map-mark"
    };
    RuleSet edited = host.rules();
    for (String rule : rules) {
      edited = RuleEditor.apply(edited, "iptables -t mangle -A PREROUTING " + rule, sets.names());
    }
    session = Engine.compile(host.withRules(edited).withSets(sets)).open(Flows.atMost(4096));
  }

  private void frame(String device, String above, long from, byte[] packet) {
    byte[] frame = new byte[14 + packet.length];
    Bytes.putMac(frame, 0, host.topology().at(host.topology().number(above)).mac());
    Bytes.putMac(frame, 6, from);
    Bytes.putShort(frame, 12, Ipv4.ETHERTYPE_IPV4);
    System.arraycopy(packet, 0, frame, 14, packet.length);
    frames.add(frame);
    devices.add(host.topology().number(device));
  }

  /** Established DNATed TCP both ways, new connections that end at once, drops, MASQUERADE. */
  private void prepare() {
    for (int i = 0; i < 8; i++) {
      tcp(i, Ipv4.TCP_SYN, 1000, 0, true);
      tcp(i, Ipv4.TCP_SYN | Ipv4.TCP_ACK, 5000, 1001, false);
      tcp(i, Ipv4.TCP_ACK, 1001, 5001, true);
      tcp(i, Ipv4.TCP_ACK | Ipv4.TCP_PSH, 5001, 1001, false);
      tcp(i, Ipv4.TCP_RST | Ipv4.TCP_ACK, 1001, 5001, true);
      frame(
          "eno1",
          "eno1",
          ROUTER_MAC,
          Frames.tcp("203.0.113.9", 4000 + i, "192.168.252.130", 8080)
              .flags(Ipv4.TCP_SYN)
              .packet());
      frame(
          "veth5c0d7e1",
          "docker0",
          CONTAINER_MAC,
          Frames.udp("192.168.0.3", 5000 + i, "203.0.113.9", 53).payload(20).packet());
      frame(
          "eno1",
          "eno1",
          ROUTER_MAC,
          Frames.icmp("192.168.1.1", "192.168.252.130", 8, 0, i, 1).packet());
    }
  }

  private void tcp(int i, int flags, int sequence, int ack, boolean toServer) {
    Frames packet =
        toServer
            ? Frames.tcp("192.168.1.1", 30_000 + i, "192.168.252.130", 8080)
            : Frames.tcp("192.168.0.3", 80, "192.168.1.1", 30_000 + i);
    byte[] bytes = packet.flags(flags).sequence(sequence).ack(ack).packet();
    if (toServer) {
      frame("eno1", "eno1", ROUTER_MAC, bytes);
    } else {
      frame("veth5c0d7e1", "docker0", CONTAINER_MAC, bytes);
    }
  }

  /** One round: every frame once, and 20 s pass so that entries end. */
  private void round() {
    batch.clear();
    for (int i = 0; i < frames.size(); i++) {
      now += 1_000_000;
      batch.add(frames.get(i), 0, frames.get(i).length, devices.get(i), now);
    }
    session.process(batch);
    now += 20_000_000_000L;
  }

  private long allocatedByRounds(int rounds) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    for (int i = 0; i < rounds; i++) {
      round();
    }
    return threads.getCurrentThreadAllocatedBytes() - before;
  }

  private long measured(int warmUp, int rounds) {
    prepare();
    allocatedByRounds(warmUp);
    // The virtual machine may allocate once, such as on compiling anew; the engine would each time.
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 5; i++) {
      least = Math.min(least, allocatedByRounds(rounds));
    }
    return least;
  }

  @Test
  void aWarmSessionAllocatesNothing() {
    assertEquals(0, measured(300, 100));
    Statistics statistics = session.statistics();
    assertTrue(statistics.inserted() > 1000, "connections were made: " + statistics);
    assertTrue(statistics.shortWay() > 1000, "packets took the short way: " + statistics);
    assertTrue(session.dropCounts()[dev.chainfuse.packet.DropReason.RULE.ordinal()] > 1000);
  }

  @Test
  void norDoesOneWithSets() {
    useSets();
    assertEquals(0, measured(300, 100));
  }

  @Test
  void norDoesOneOnAnInterpretingVirtualMachine() throws IOException, InterruptedException {
    Process child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xint",
                "-cp",
                System.getProperty("java.class.path"),
                ZeroAllocationTest.class.getName())
            .redirectErrorStream(true)
            .start();
    String said = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    assertEquals(0, child.waitFor(), said);
    assertEquals("0 bytes", said);
  }

  /** Prints how many bytes warm rounds allocate. */
  public static void main(String[] args) {
    System.out.println(new ZeroAllocationTest().measured(20, 8) + " bytes");
  }
}
