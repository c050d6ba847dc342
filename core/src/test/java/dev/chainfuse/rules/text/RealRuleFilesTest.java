package dev.chainfuse.rules.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/**
 * Rule files of real hosts, where a collection of them is at hand: {@code -Drules=DIR}, by default
 * {@code ../../shared/rules}, with {@code real/accepted}, {@code real/rejected} and {@code
 * docker-VERSION/steps}.
 */
class RealRuleFilesTest {
  private static final Path RULES = Path.of(System.getProperty("rules", "../../shared/rules"));
  private static final Pattern NOT_YET =
      Pattern.compile("(match|target) '?(\\w+)'?.* not supported yet");

  @Test
  void whatIptablesAcceptsIsWrittenAsIptablesSavesIt() throws IOException {
    List<String> wrong = new ArrayList<>();
    int equal = 0;
    for (Path file : files(RULES.resolve("real/accepted"), ".rules")) {
      Path saved = sibling(file, ".saved");
      if (file.endsWith("batfish_unsupported_command.rules")) {
        continue; // It asks for help, and iptables-restore ends there without an error.
      }
      try {
        String written = SaveWriter.PLAIN.write(RuleReader.read(file).rules());
        if (!Files.exists(saved)) {
          wrong.add(file + ": iptables cannot load it, and it was read");
        } else if (!tables(written).equals(tables(Files.readString(saved)))) {
          wrong.add(
              file + ": differs" + difference(tables(written), tables(Files.readString(saved))));
        } else {
          equal++;
        }
      } catch (RuleFileException e) {
        for (Problem problem : e.problems()) {
          if (Files.exists(saved) && !NOT_YET.matcher(problem.problem()).find()) {
            wrong.add(problem.toString());
          }
        }
      }
    }
    assertEquals(List.of(), wrong);
    assertTrue(equal > 40, equal + " files equal");
  }

  @Test
  void whatIptablesRejectsIsAnErrorAtTheSameLine() throws IOException {
    for (Path file : files(RULES.resolve("real/rejected"), ".rules")) {
      Matcher line =
          Pattern.compile("line:? (\\d+)").matcher(Files.readString(sibling(file, ".err")));
      assertTrue(line.find(), file.toString());
      int number = Integer.parseInt(line.group(1));
      RuleFileException error =
          assertThrows(RuleFileException.class, () -> RuleReader.read(file), file.toString());
      boolean there = error.problems().stream().anyMatch(problem -> problem.line() == number);
      assertTrue(there, file + " line " + number + ": " + error.getMessage());
    }
  }

  @Test
  void whatDockerInstallsComesBackByteForByte() throws IOException {
    List<Path> files = new ArrayList<>();
    for (Path step : files(RULES, "rules.v4")) {
      if (!step.toString().contains("/real/")) {
        files.add(step);
      }
    }
    assertFalse(files.isEmpty());
    for (Path file : files) {
      String text = Files.readString(file);
      boolean counters = Pattern.compile("(?m)^\\[\\d+:\\d+\\] -A").matcher(text).find();
      SaveWriter writer = new SaveWriter(counters, CounterSource.LOADED, "");
      assertEquals(
          text.replaceAll("(?m)^#.*\n", ""),
          writer.write(RuleReader.read(file).rules()),
          file.toString());
    }
  }

  private static Path sibling(Path file, String ending) {
    return file.resolveSibling(file.getFileName().toString().replace(".rules", ending));
  }

  private static String difference(Map<String, String> written, Map<String, String> saved) {
    StringBuilder out = new StringBuilder();
    saved.forEach(
        (table, text) -> {
          List<String> ours = written.getOrDefault(table, "").lines().toList();
          List<String> theirs = text.lines().toList();
          for (int i = 0; i < Math.max(ours.size(), theirs.size()); i++) {
            String our = i < ours.size() ? ours.get(i) : "-";
            String their = i < theirs.size() ? theirs.get(i) : "-";
            if (!our.equals(their)) {
              out.append("\n  ours   ").append(our).append("\n  theirs ").append(their);
              return;
            }
          }
        });
    return out.length() == 0
        ? " in its tables: " + written.keySet() + saved.keySet()
        : out.toString();
  }

  /** Table name to text, without comments: the order of tables differs from kernel to kernel. */
  private static Map<String, String> tables(String file) {
    Map<String, String> out = new TreeMap<>();
    String table = "";
    for (String line : file.lines().toList()) {
      if (line.startsWith("*")) {
        table = line;
      }
      if (!line.startsWith("#") && !line.isEmpty()) {
        // The saved files were loaded without -c.
        String text = line.startsWith(":") ? line.replaceAll("\\[.*", "[0:0]") : line;
        out.merge(table, text + "\n", String::concat);
      }
    }
    return out;
  }

  private static List<Path> files(Path directory, String ending) throws IOException {
    if (!Files.isDirectory(directory)) {
      System.err.println("SKIPPED: no rule files in " + directory.toAbsolutePath());
      Assumptions.abort("no rule files in " + directory);
    }
    try (Stream<Path> files = Files.walk(directory)) {
      return files.filter(file -> file.toString().endsWith(ending)).sorted().toList();
    }
  }
}
