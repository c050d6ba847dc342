package dev.chainfuse.scenarios.differential;

import dev.chainfuse.scenarios.report.TextTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Shows a disagreement: the case, and both answers side by side. */
final class CaseReport {
  private CaseReport() {}

  static void write(
      Path directory,
      Case small,
      Map<String, String> files,
      Trial trial,
      Trial.@Nullable Disagreement shown)
      throws IOException {
    FinalState state = trial.state();
    if (state == null) {
      small.write(directory);
    } else {
      Recording.write(directory, small, files, trial.answers(), state);
    }
    if (shown != null) {
      Files.write(directory.resolve("report.txt"), lines(small, shown));
    }
  }

  static List<String> lines(Case small, Trial.Disagreement shown) {
    List<String> lines = new ArrayList<>();
    lines.add(
        shown.what() + ", " + shown.kind() + (shown.step() < 0 ? "" : ", frame " + shown.step()));
    if (shown.step() >= 0 && shown.step() < small.steps().size()) {
      Step step = small.steps().get(shown.step());
      String port = step.port() < 0 ? "local" : small.lab().ports().get(step.port()).name();
      lines.add("in " + port + " " + java.util.HexFormat.of().formatHex(step.frame()));
    }
    Set<String> kernel = new HashSet<>(shown.kernel());
    Set<String> engine = new HashSet<>(shown.engine());
    TextTable table = new TextTable("", "answer");
    for (String line : shown.kernel()) {
      table.row(engine.contains(line) ? "both" : "kernel", line);
    }
    for (String line : shown.engine()) {
      if (!kernel.contains(line)) {
        table.row("engine", line);
      }
    }
    lines.addAll(table.lines());
    return lines;
  }
}
