package dev.chainfuse.example;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.chainfuse.Engine;
import dev.chainfuse.Flows;
import dev.chainfuse.Host;
import dev.chainfuse.Packet;
import dev.chainfuse.Session;
import dev.chainfuse.host.InterfaceSpec;
import dev.chainfuse.host.Topology;
import dev.chainfuse.rules.text.RuleFileException;
import dev.chainfuse.rules.text.RuleReader;
import dev.chainfuse.rules.text.SaveWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The example of docs/adding-a-match.md. */
class SameNetworkMatchTest {
  private static final String RULE = "-A INPUT -m samenet ! --prefix 24 -j DROP\n";

  private static String file(String rule) {
    return "*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n"
        + rule
        + "COMMIT\n";
  }

  @Test
  void isWrittenAsItWasRead() {
    String saved = SaveWriter.PLAIN.write(RuleReader.read("rules", file(RULE)).rules());
    assertTrue(saved.contains(RULE), saved);
  }

  @Test
  void aLengthAbove32IsRefused() {
    String wrong = file("-A INPUT -m samenet --prefix 33 -j DROP\n");
    assertThrows(RuleFileException.class, () -> RuleReader.read("rules", wrong));
  }

  @ParameterizedTest
  @EnumSource(Engine.Kind.class)
  void bothEnginesDropWhatComesFromAnotherNetwork(Engine.Kind kind) {
    Topology topology =
        Topology.builder()
            .add(InterfaceSpec.physical("eth0").mac("02:00:00:00:00:01").address("192.0.2.1/24"))
            .route("default via 192.0.2.254")
            .build();
    Host host = Host.of("example", topology, RuleReader.read("rules", file(RULE)).rules());
    try (Session session = Engine.compile(host, kind).open(Flows.atMost(16))) {
      assertEquals("LOCAL", fate(session, "192.0.2.7", 1_000));
      assertEquals("DROPPED", fate(session, "203.0.113.9", 2_000));
    }
  }

  private static String fate(Session session, String source, long nanos) {
    Packet packet = Packet.udp(source, 4000, "192.0.2.1", 53).in("eth0");
    return session.verdict(packet, nanos).action().name();
  }

  @Test
  void theGuideShowsTheClassAsItIs() throws IOException {
    String guide = Files.readString(Path.of("docs/adding-a-match.md"));
    String code =
        Files.readString(Path.of("src/test/java/dev/chainfuse/example/SameNetworkMatch.java"));
    assertTrue(guide.contains(code.strip()), "docs/adding-a-match.md shows another class");
  }
}
