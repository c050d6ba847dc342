package dev.chainfuse.scenarios.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Runs of one scenario side by side: who reached whom in each. */
public final class Comparison {
  private Comparison() {}

  private record Row(String from, String to, String traffic) {}

  /** Lines as of {@link ReportText#lines}. */
  public static List<String> lines(String title, List<Report> reports) {
    List<String> head = new ArrayList<>(List.of("from", "to", "traffic"));
    reports.forEach(report -> head.add(shortTitle(title, report)));
    Map<Row, List<String>> rows = new LinkedHashMap<>();
    for (int i = 0; i < reports.size(); i++) {
      for (Report.Reach reach : reports.get(i).reach()) {
        List<String> cells =
            rows.computeIfAbsent(
                new Row(reach.from(), reach.to(), reach.traffic()), row -> new ArrayList<>());
        while (cells.size() < i) {
          cells.add("-");
        }
        cells.add(reach.result() + " " + reach.reached() + "/" + reach.flows());
      }
    }
    TextTable table = new TextTable(head.toArray(String[]::new));
    rows.forEach(
        (row, cells) -> {
          List<Object> line = new ArrayList<>(List.of(row.from(), row.to(), row.traffic()));
          line.addAll(cells);
          while (line.size() < head.size()) {
            line.add("-");
          }
          table.row(line.toArray());
        });
    List<String> lines = new ArrayList<>();
    lines.add("");
    lines.add("== " + title + ": comparison");
    lines.addAll(table.lines());
    for (Report report : reports) {
      if (!report.about().isEmpty()) {
        lines.add("  " + shortTitle(title, report) + ": " + report.about());
      }
    }
    return lines;
  }

  private static String shortTitle(String title, Report report) {
    return report.title().startsWith(title + ": ")
        ? report.title().substring(title.length() + 2)
        : report.title();
  }
}
