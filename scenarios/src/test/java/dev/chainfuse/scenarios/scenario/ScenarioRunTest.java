package dev.chainfuse.scenarios.scenario;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.chainfuse.Engine;
import dev.chainfuse.Host;
import dev.chainfuse.scenarios.report.Report;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScenarioRunTest {
  private static final long SECOND = 1_000_000_000L;

  @TempDir Path directory;

  @Test
  void sameSeedGivesTheSameBytesAtAnyBatchSizeAndWithBothEngines() throws IOException {
    Path first = run(1, Engine.Kind.FUSED, 256);
    for (int batch : new int[] {256, 1, 7}) {
      assertSame(first, run(1, Engine.Kind.FUSED, batch));
    }
    assertSame(first, run(1, Engine.Kind.REFERENCE, 32));
    assertNotEquals(
        Files.readString(first.resolve("verdicts.jsonl")),
        Files.readString(run(2, Engine.Kind.FUSED, 256).resolve("verdicts.jsonl")));
  }

  private int runs;

  private Path run(long seed, Engine.Kind kind, int batch) {
    Scenario scenario = ScenarioReader.readBuiltIn("article").with(seed, SECOND);
    Path out = directory.resolve("run" + runs++);
    Report report =
        ScenarioRun.run(
            scenario,
            Host.load(scenario.host()),
            kind,
            "article",
            "",
            List.of(),
            scenario.expectations(),
            batch,
            out,
            nanos -> {});
    assertTrue(report.framesIn() > 500);
    assertTrue(report.asExpected(), () -> report.expectations().toString());
    assertEquals(0, report.reasons().get("not modelled"));
    return out;
  }

  /** All files but those that tell the time this machine took. */
  private static void assertSame(Path expected, Path actual) throws IOException {
    try (Stream<Path> files = Files.list(expected)) {
      for (Path file : files.sorted().toList()) {
        String name = String.valueOf(file.getFileName());
        Path other = actual.resolve(name);
        if (name.equals("report.json")) {
          assertEquals(withoutMeasured(file), withoutMeasured(other));
        } else if (!name.equals("report.html") && !name.equals("latency.hgrm")) {
          assertArrayEquals(Files.readAllBytes(file), Files.readAllBytes(other), name);
        }
      }
    }
  }

  private static String withoutMeasured(Path file) throws IOException {
    String text = Files.readString(file).replaceFirst("\"engine\" : \"[a-z]+\"", "");
    return text.substring(0, text.indexOf("\"measured\""));
  }
}
