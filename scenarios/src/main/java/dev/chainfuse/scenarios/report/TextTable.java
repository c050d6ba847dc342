package dev.chainfuse.scenarios.report;

import java.util.ArrayList;
import java.util.List;

/** Columns of text: each as wide as its widest cell; cells of digits to the right. */
public final class TextTable {
  private final List<String> head;
  private final List<List<String>> rows = new ArrayList<>();

  public TextTable(String... head) {
    this.head = List.of(head);
  }

  public void row(Object... cells) {
    List<String> row = new ArrayList<>();
    for (Object cell : cells) {
      row.add(String.valueOf(cell));
    }
    rows.add(row);
  }

  public boolean isEmpty() {
    return rows.isEmpty();
  }

  /** The lines, each indented by two blanks, without blanks at their ends. */
  public List<String> lines() {
    int[] widths = new int[head.size()];
    boolean[] right = new boolean[head.size()];
    for (int column = 0; column < widths.length; column++) {
      int at = column;
      widths[column] =
          Math.max(
              head.get(column).length(),
              rows.stream().mapToInt(row -> row.get(at).length()).max().orElse(0));
      right[column] =
          !rows.isEmpty() && rows.stream().allMatch(row -> row.get(at).matches("[0-9.,%-]+"));
    }
    List<String> lines = new ArrayList<>();
    lines.add(line(head, widths, right));
    rows.forEach(row -> lines.add(line(row, widths, right)));
    return lines;
  }

  private static String line(List<String> cells, int[] widths, boolean[] right) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < widths.length; i++) {
      String blanks = " ".repeat(widths[i] - cells.get(i).length());
      line.append("  ").append(right[i] ? blanks + cells.get(i) : cells.get(i) + blanks);
    }
    return line.toString().stripTrailing();
  }
}
