package dev.chainfuse.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.chainfuse.Host;
import dev.chainfuse.bench.HostRun.Plan;
import dev.chainfuse.bench.Surroundings.Published;
import dev.chainfuse.packet.Ipv4;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Traffic of the whole host's benchmark gets through and is checked. */
class HostRunTest {
  @ParameterizedTest
  @CsvSource({
    "article, established, tcp, 64",
    "article, established, udp, 512",
    "article, first, tcp, 64",
    "article, first, udp, 200",
    "docker-28.5, established, tcp, 1460",
    "docker-28.5, first, tcp, 64",
  })
  void everyPacketOfAConnectionIsForwarded(
      String host, String flow, String protocol, int frameBytes) throws IOException {
    try (HostRun run = new HostRun(new Plan(host, flow, 300, frameBytes, 32, protocol, "engine"))) {
      for (int i = 0; i < 100; i++) {
        run.generate();
        run.process();
      }
      assertTrue(run.verify().startsWith("3200 packets"));
    }
  }

  @Test
  void batchesAndChecksumsOfTheCardDoNotChangeWhatHappens() throws IOException {
    String expected = checksum(new Plan("article", "established", 100, 64, 1, "tcp", "engine"));

    assertEquals(
        expected, checksum(new Plan("article", "established", 100, 64, 256, "tcp", "nic")));
  }

  private static String checksum(Plan plan) throws IOException {
    try (HostRun run = new HostRun(plan)) {
      return run.checksum();
    }
  }

  @Test
  void surroundingsAreThoseOfTheHost() throws IOException {
    Host host = BenchmarkHosts.load("docker-28.5", Map.of());

    Surroundings found = Surroundings.of(host);

    assertEquals(Ipv4.parse("198.51.100.1"), found.router().address());
    assertEquals(3, found.inside().size());
    assertEquals(
        new Published(Ipv4.TCP, Ipv4.parse("198.51.100.10"), 8080, Ipv4.parse("172.17.0.2")),
        found.published().get(0));
  }

  @Test
  void wordsThatAreNoneAreRefused() {
    Plan plan = new Plan("article", "new", 100, 64, 1, "tcp", "engine");

    IllegalArgumentException refusal =
        assertThrows(IllegalArgumentException.class, () -> new HostRun(plan));

    assertEquals("flow must be established or first: new", refusal.getMessage());
  }
}
