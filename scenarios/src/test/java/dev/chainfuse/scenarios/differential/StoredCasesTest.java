package dev.chainfuse.scenarios.differential;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.fail;

import dev.chainfuse.Host;
import dev.chainfuse.host.HostDirectory;
import dev.chainfuse.rules.text.RuleReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What engines and kernel once disagreed about, made small and recorded with the kernel's answers:
 * both engines must give them. The directory's name says what the kernel does.
 */
class StoredCasesTest {
  private static final Path CASES =
      Path.of("src/test/resources/dev/chainfuse/scenarios/differential/cases");

  static List<String> cases() throws IOException {
    try (Stream<Path> found = Files.list(CASES)) {
      return found.map(each -> String.valueOf(each.getFileName())).sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void bothEnginesAnswerAsTheKernelDid(String name) throws IOException {
    Recording recording = Recording.read(CASES.resolve(name));
    Trial trial = recording.replay(host(name, recording.of().rules()));
    assertEquals(recording.of().steps().size(), trial.steps().size());
    Trial.Disagreement shown = trial.disagreement();
    if (shown != null) {
      fail(String.join("\n", CaseReport.lines(recording.of(), shown)));
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void aRecordingOfOtherAnswersIsNoticed(String name) throws IOException {
    Recording right = Recording.read(CASES.resolve(name));
    FinalState end = right.end();
    FinalState other =
        new FinalState(
            end.nanos(),
            end.counters().replace(":OUTPUT ACCEPT [", ":OUTPUT ACCEPT [7"),
            end.connections());
    Recording wrong = new Recording(right.of(), right.answers(), other);
    Host host = host(name, right.of().rules());
    assertNull(right.replay(host).disagreement());
    Trial.Disagreement shown = wrong.replay(host).disagreement();
    assertEquals("counters of", shown == null ? "none" : shown.what().substring(0, 11));
  }

  private static Host host(String name, String rules) throws IOException {
    return Host.of(
        name, HostDirectory.load(CASES.resolve(name)), RuleReader.read("rules.v4", rules).rules());
  }
}
