package dev.chainfuse.rules.match;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** The tables of rules in the test resources, one a match. */
final class RuleTable {
  /**
   * A rule with what becomes of it.
   *
   * @param saved as saved; FAIL if iptables refuses it, REFUSED if only we do
   * @param listed as listed; empty if refused
   * @param lossy iptables reads what it saves in another way, or not at all
   */
  record Row(String options, String saved, String listed, boolean lossy) {
    boolean refused() {
      return saved.equals("FAIL") || saved.equals("REFUSED");
    }
  }

  private RuleTable() {}

  /** The rows of the match of that name. */
  static List<Row> of(String match) {
    List<Row> rows = new ArrayList<>();
    try (InputStream in = RuleTable.class.getResourceAsStream(match + ".tsv")) {
      String text =
          new String(
              Objects.requireNonNull(in, "no table for " + match).readAllBytes(),
              StandardCharsets.UTF_8);
      for (String line : text.split("\n")) {
        if (!line.startsWith("#")) {
          String[] cells = line.split("\t", -1);
          rows.add(new Row(cells[0], cells[1], cells.length > 2 ? cells[2] : "", cells.length > 3));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return rows;
  }

  /** The rules of every table that are taken. */
  static List<RuleText> allTaken() {
    List<RuleText> rules = new ArrayList<>();
    for (var module : MatchModules.ALL) {
      for (Row row : of(module.name())) {
        if (!row.refused()) {
          rules.add(RuleText.read(row.options()));
        }
      }
    }
    return rules;
  }
}
