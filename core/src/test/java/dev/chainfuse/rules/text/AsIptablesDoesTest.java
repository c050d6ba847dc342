package dev.chainfuse.rules.text;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.chainfuse.rules.RuleSet;
import dev.chainfuse.rules.TableName;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Every line is read, saved, listed or refused as iptables 1.8.9 did when the tables were made. */
class AsIptablesDoesTest {
  @Test
  void targets() throws IOException {
    check("targets.tsv");
  }

  @Test
  void targetsThatNameSets() throws IOException {
    check("set-targets.tsv");
  }

  @Test
  void matchesThatSomeHooksDoNotAllow() throws IOException {
    check("hooks.tsv");
  }

  @Test
  void moreTargets() throws IOException {
    check("more-targets.tsv");
  }

  @Test
  void targetsOfOtherKernels() throws IOException {
    check("targets-of-other-kernels.tsv");
  }

  @Test
  void commands() throws IOException {
    check("commands.tsv");
  }

  private static void check(String resource) throws IOException {
    List<String> expected = new ArrayList<>();
    List<String> actual = new ArrayList<>();
    for (String row : TestTexts.read(resource).lines().toList()) {
      if (row.startsWith("#")) {
        continue;
      }
      String[] fields = row.split("\t", -1);
      String listed = fields[3];
      expected.add(fields[0] + " " + fields[1] + " => " + fields[2] + " | " + listed);
      String result = result(fields[0], fields[1].replace("\\n", "\n"));
      actual.add(fields[0] + " " + fields[1] + " => " + result);
    }
    assertEquals(String.join("\n", expected), String.join("\n", actual));
  }

  private static String result(String table, String lines) {
    String text = "*" + table + "\n:U - [0:0]\n" + lines + "\nCOMMIT\n";
    RuleSet rules;
    try {
      rules = RuleReader.read("rules", text, Set.of("foo", "bar", "baz")).rules();
    } catch (RuleFileException e) {
      return "FAIL | ";
    }
    String saved = only(SaveWriter.PLAIN.write(rules), "-A");
    TableName name = TableName.valueOf(table.toUpperCase(Locale.ROOT));
    String listed = only(ListingWriter.PLAIN.write(rules, name), " ");
    return saved + " | " + listed;
  }

  private static String only(String text, String start) {
    List<String> lines =
        text.lines().filter(line -> line.startsWith(start) && !line.contains("pkts")).toList();
    return String.join("\\n", lines);
  }
}
