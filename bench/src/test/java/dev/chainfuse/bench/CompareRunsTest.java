package dev.chainfuse.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompareRunsTest {
  @TempDir Path folder;

  private static JmhResult nanos(double low, double high) {
    return new JmhResult((low + high) / 2, low, high, "ns/op", "avgt");
  }

  @Test
  void onlyIntervalsThatDoNotOverlapDecide() {
    assertEquals("faster", CompareRuns.verdict(nanos(90, 110), nanos(60, 80)));
    assertEquals("slower", CompareRuns.verdict(nanos(60, 80), nanos(90, 110)));
    assertEquals("inconclusive", CompareRuns.verdict(nanos(90, 110), nanos(70, 91)));
  }

  @Test
  void smallChangesAndUnknownIntervalsDecideNothing() {
    assertEquals("inconclusive", CompareRuns.verdict(nanos(100, 100.2), nanos(101, 101.2)));
    assertEquals(
        "inconclusive", CompareRuns.verdict(nanos(100, 101), nanos(Double.NaN, Double.NaN)));
  }

  @Test
  void moreThroughputIsFaster() {
    JmhResult before = new JmhResult(10, 9, 11, "ops/s", "thrpt");
    JmhResult after = new JmhResult(20, 19, 21, "ops/s", "thrpt");

    assertEquals("faster", CompareRuns.verdict(before, after));
  }

  @Test
  void readsWhatJmhWrites() throws IOException {
    Path file = folder.resolve("run.json");
    Files.writeString(
        file,
        """
        [{"benchmark": "a.B.c", "mode": "avgt", "params": {"rules": "10", "engine": "fused"},
          "jvmArgs": ["-Xmx1g"],
          "primaryMetric": {"score": 5.0, "scoreError": "NaN", "scoreConfidence": [4.0, "NaN"],
            "scoreUnit": "ns/op", "rawData": [[5.0]]}, "secondaryMetrics": {}}]
        """);

    Map<String, JmhResult> results = JmhResult.read(file);

    assertEquals(
        Map.of("a.B.c engine=fused rules=10", new JmhResult(5, 4, Double.NaN, "ns/op", "avgt")),
        results);
  }

  @Test
  void otherFilesAreRefused() throws IOException {
    Path file = folder.resolve("other.json");
    Files.writeString(file, "{}");

    IOException refusal = assertThrows(IOException.class, () -> JmhResult.read(file));

    assertTrue(String.valueOf(refusal.getMessage()).contains("does not hold JMH results"));
  }
}
