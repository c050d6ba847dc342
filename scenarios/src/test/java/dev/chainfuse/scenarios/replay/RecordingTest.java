package dev.chainfuse.scenarios.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.chainfuse.Engine;
import dev.chainfuse.Flows;
import dev.chainfuse.Host;
import dev.chainfuse.packet.Bytes;
import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.scenarios.capture.CaptureReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Recordings of a real kernel, replayed: rule counters, connections and frames must be equal. Two
 * recordings come with the tests; {@code -Drecordings=DIR,DIR} names further ones.
 */
class RecordingTest {
  private static final long SPANNING_TREE = 0x0180_c200_0000L;

  private static final Path OWN = Path.of("src/test/resources/dev/chainfuse/scenarios/replay");

  @TempDir Path directory;

  /** Of this one there are rules that only count, and no frames that left. */
  @ParameterizedTest
  @EnumSource(Engine.Kind.class)
  void furtherMatchesHoldAsInTheKernel(Engine.Kind kind) throws IOException {
    Path recording = OWN.resolve("further-matches");
    Path out = directory.resolve(kind + "-matches");
    replay(recording, kind, 32, out);
    assertEquals(counters(recording), counters(out));
  }

  @ParameterizedTest
  @EnumSource(Engine.Kind.class)
  void theReplayEqualsTheRecording(Engine.Kind kind) throws IOException {
    for (Path recording : recordings()) {
      for (int batch : new int[] {64, 1, 32, 256, 7}) {
        Path out = directory.resolve(kind + "-" + batch);
        replay(recording, kind, batch, out);
        assertEquals(counters(recording), counters(out), recording.toString());
        assertEquals(connections(recording), connections(out), recording.toString());
        for (Path expected : outputs(recording)) {
          String name = String.valueOf(expected.getFileName()).replace("out-", "egress-");
          assertEquals(frames(expected), frames(out.resolve(name)), recording + " " + name);
        }
      }
    }
  }

  private static List<Path> recordings() {
    List<Path> recordings = new ArrayList<>();
    recordings.add(OWN.resolve("allow-one"));
    String more = System.getProperty("recordings");
    if (more == null) {
      System.out.println("SKIPPED: further recordings; name them by -Drecordings=DIR");
    } else {
      Arrays.stream(more.split(",")).map(Path::of).forEach(recordings::add);
    }
    return recordings;
  }

  private static void replay(Path recording, Engine.Kind kind, int batch, Path out) {
    Engine engine = Engine.compile(Host.load(recording), kind);
    ReplayFiles files = ReplayFiles.in(recording);
    try (Replay replay = new Replay(engine, Flows.atMost(4_096), files, 1, batch, out)) {
      replay.run(nanos -> {});
      assertEquals(List.of(), replay.notes());
    }
  }

  private static List<String> counters(Path run) throws IOException {
    return Files.readAllLines(run.resolve("counters.v4")).stream()
        .filter(line -> !line.startsWith("#"))
        .toList();
  }

  /** Without the seconds left, which the recording took some milliseconds to read. */
  private static List<String> connections(Path run) throws IOException {
    return Files.readAllLines(run.resolve("conntrack.txt")).stream()
        .map(line -> line.replaceFirst("^(\\S+ +\\d+) \\d+ ", "$1 ").replaceFirst(" use=\\d+", ""))
        .sorted()
        .toList();
  }

  private static List<Path> outputs(Path recording) throws IOException {
    try (Stream<Path> files = Files.list(recording)) {
      List<Path> outputs =
          files.filter(f -> String.valueOf(f.getFileName()).startsWith("out-")).sorted().toList();
      assertFalse(outputs.isEmpty());
      return outputs;
    }
  }

  private static List<String> frames(Path file) {
    List<String> frames = new ArrayList<>();
    try (CaptureReader reader = CaptureReader.open(file)) {
      while (reader.next()) {
        byte[] frame = Arrays.copyOf(reader.data(), reader.capturedBytes());
        // The host's own spanning tree messages come by a clock that no input shows.
        if (Bytes.getMac(frame, 0) != SPANNING_TREE) {
          blankChance(frame);
          frames.add(HexFormat.of().formatHex(frame));
        }
      }
    }
    Collections.sort(frames);
    return frames;
  }

  /** The IP id of ICMP errors that the host makes is random: TTL 64, TOS 0xc0. */
  private static void blankChance(byte[] frame) {
    boolean error =
        frame.length >= 42
            && Bytes.getShort(frame, 12) == Ipv4.ETHERTYPE_IPV4
            && (frame[14 + Ipv4.TOS] & 0xff) == 0xc0
            && frame[14 + Ipv4.PROTOCOL] == Ipv4.ICMP
            && frame[14 + Ipv4.TTL] == 64;
    if (error) {
      Bytes.putShort(frame, 14 + Ipv4.ID, 0);
      Bytes.putShort(frame, 14 + Ipv4.CHECKSUM, 0);
    }
  }
}
