package dev.chainfuse.scenarios.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.chainfuse.Engine;
import dev.chainfuse.Flows;
import dev.chainfuse.Host;
import dev.chainfuse.Packet;
import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.scenarios.InputException;
import dev.chainfuse.scenarios.capture.CaptureReader;
import dev.chainfuse.scenarios.capture.CaptureWriter;
import dev.chainfuse.scenarios.capture.LinkType;
import dev.chainfuse.scenarios.scenario.BuiltIn;
import dev.chainfuse.scenarios.traffic.Frames;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReplayTest {
  private static final long START = 1_795_517_520_250_000_000L;
  private static final long ROUTER = 0x001c_7300_0001L;
  private static final long ENO1 = 0x0025_90e5_7f20L;
  private static final long WEB = 0x0242_c0a8_0003L;
  private static final long DOCKER0 = 0x0242_b47b_550dL;

  @TempDir Path directory;

  private final Engine engine = Engine.compile(Host.load(BuiltIn.host("article")));

  @Test
  void capturesAreMergedByTimeAndTheOutputIsWrittenAtTheirTimes() throws IOException {
    write("in-eno1.pcap", ROUTER, ENO1, START, syn());
    write("in-veth5c0d7e1.pcap", WEB, DOCKER0, START + 1_000_000, synAck());
    Path out = directory.resolve("out");
    run(ReplayFiles.in(directory), 64, out);
    assertEquals(List.of(START), times(out.resolve("egress-veth5c0d7e1.pcap")));
    assertEquals(List.of(START + 1_000_000), times(out.resolve("egress-eno1.pcap")));
    assertEquals(List.of(), times(out.resolve("egress-eth1.pcap")));
    List<String> lines = Files.readAllLines(out.resolve("verdicts.jsonl"));
    assertEquals(2, lines.size());
    assertTrue(
        lines
            .get(0)
            .startsWith(
                "{\"n\":0,\"ts\":1795517520250000000,\"in\":\"eno1\",\"verdict\":\"forwarded\","
                    + "\"out\":[{\"if\":\"docker0\",\"port\":\"veth5c0d7e1\",\"frame\":\"0242c0a80003"),
        lines.get(0));
    String connections = Files.readString(out.resolve("conntrack.txt"));
    assertTrue(connections.contains("tcp      6 60 SYN_RECV"), connections);
  }

  @Test
  void theEndIsWhenTheRecordingWasRead() throws IOException {
    write("in-eno1.pcap", ROUTER, ENO1, START, syn());
    Files.writeString(
        directory.resolve("run.txt"),
        "kernel 6.18\nconntrack.txt taken between 1795517540.25 and 1795517541\n");
    Path out = directory.resolve("out");
    run(ReplayFiles.in(directory), 64, out);
    assertTrue(Files.readString(out.resolve("conntrack.txt")).contains("tcp      6 100 SYN_SENT"));
  }

  @Test
  void droppedPacketsNameTheirRuleOrPolicy() throws IOException {
    write(
        "in-eno1.pcap",
        ROUTER,
        ENO1,
        START,
        Packet.tcp("203.0.113.9", 40_000, "192.168.252.130", 22).syn().toBytes());
    Path out = directory.resolve("out");
    run(ReplayFiles.in(directory), 1, out);
    assertTrue(
        Files.readString(out.resolve("verdicts.jsonl"))
            .endsWith(
                "\"verdict\":\"dropped\",\"out\":[],\"drop\":{\"hook\":\"INPUT\","
                    + "\"table\":\"filter\",\"chain\":\"INPUT\",\"policy\":true}}\n"));
  }

  @Test
  void wrongInputsAreRefusedByName() throws IOException {
    Path file = write("a.pcap", ROUTER, ENO1, START, syn());
    assertRefused(
        Map.of("eno2", file), file + ": the host has no interface 'eno2'; did you mean 'eno1'?");
    assertRefused(
        Map.of("docker0", file),
        file + ": frames reach a host by a card or a bridge's port, not by docker0");

    Path local = directory.resolve("local.pcap");
    try (CaptureWriter writer = new CaptureWriter(local, LinkType.IPV4)) {
      writer.write(START, syn(), 0, 40);
    }
    assertRefused(
        Map.of("eno1", local),
        local
            + ": byte 24: frame 1: link type 228 where 1 is needed: Ethernet (1) for --in, plain"
            + " IPv4 (228) for --local");

    byte[] bytes = Files.readAllBytes(file);
    bytes[36] = (byte) 200; // length on the wire
    Path snapped = Files.write(directory.resolve("snapped.pcap"), bytes);
    assertRefused(
        Map.of("eno1", snapped),
        snapped
            + ": byte 24: frame 1: cut short: 54 of 200 bytes were captured, and a replay needs"
            + " all; capture with tcpdump -s 0");
  }

  @Test
  void recordedChoicesAreHandedOutInOrderAndWhatGoesOtherwiseIsNoted() throws IOException {
    Path file = directory.resolve("nat-choices.tsv");
    Files.writeString(
        file,
        """
        #time\tproto\tsrc\tdst\tsport\tdport\tnew_src\tnew_dst\tnew_sport\tnew_dport
        1.5\ttcp\t10.0.0.1\t10.0.0.2\t40000\t80\t10.0.0.9\t10.0.0.2\t3492\t80
        2.5\ticmp\t10.0.0.1\t10.0.0.2\t4660\t8\t10.0.0.9\t10.0.0.2\t1061\t8
        """);
    RecordedChoices choices = RecordedChoices.read(file, 1);
    int source = Ipv4.parse("10.0.0.1");
    int destination = Ipv4.parse("10.0.0.2");
    assertEquals(
        3492, choices.port(Ipv4.TCP, source, destination, 40_000 << 16 | 80, 1_024, 64_512));
    assertEquals(List.of("1 recorded choices were not asked for"), choices.notes());
    assertEquals(
        1061, choices.port(Ipv4.ICMP, source, destination, 4_660 << 16 | 8 << 8, 0, 65_536));
    assertEquals(List.of(), choices.notes());
    choices.settled(Ipv4.TCP, source, destination, 40_000 << 16 | 80, 3_492, 3_493);
    choices.port(Ipv4.TCP, source, destination, 40_000 << 16 | 80, 1_024, 64_512);
    assertEquals(
        List.of(
            "the choice 3492 for protocol 6 10.0.0.1:40000 > 10.0.0.2:80 was not free: took 3493",
            "no recorded choice for protocol 6 10.0.0.1:40000 > 10.0.0.2:80: drawn by the seed"),
        choices.notes());

    Files.writeString(file, "1\ttcp\t10.0.0.1\n");
    InputException error = assertThrows(InputException.class, () -> RecordedChoices.read(file, 1));
    assertEquals(file + ":1: 3 columns with tabs between, not 10", error.getMessage());
  }

  private static byte[] syn() {
    return Packet.tcp("203.0.113.9", 40_000, "192.168.252.130", 8_080).syn().toBytes();
  }

  private static byte[] synAck() {
    return Packet.tcp("192.168.0.3", 80, "203.0.113.9", 40_000)
        .flags(Ipv4.TCP_SYN | Ipv4.TCP_ACK)
        .numbers(7, 2)
        .toBytes();
  }

  private Path write(String name, long from, long to, long nanos, byte[] packet) {
    byte[] frame = new byte[Frames.IP + packet.length];
    Frames.ethernet(frame, from, to, Ipv4.ETHERTYPE_IPV4);
    System.arraycopy(packet, 0, frame, Frames.IP, packet.length);
    Path file = directory.resolve(name);
    try (CaptureWriter writer = new CaptureWriter(file, LinkType.ETHERNET)) {
      writer.write(nanos, frame, 0, frame.length);
    }
    return file;
  }

  private void run(ReplayFiles files, int batch, Path out) {
    try (Replay replay = new Replay(engine, Flows.atMost(1_024), files, 1, batch, out)) {
      replay.run(nanos -> {});
    }
  }

  private void assertRefused(Map<String, Path> inputs, String message) {
    ReplayFiles files = new ReplayFiles(new TreeMap<>(inputs), null, null, null);
    InputException error =
        assertThrows(
            InputException.class, () -> new Replay(engine, Flows.atMost(16), files, 1, 1, null));
    assertEquals(message, error.getMessage());
  }

  private static List<Long> times(Path file) {
    List<Long> times = new java.util.ArrayList<>();
    try (CaptureReader reader = CaptureReader.open(file)) {
      while (reader.next()) {
        times.add(reader.nanos());
      }
    }
    return times;
  }
}
