package dev.chainfuse.scenarios.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** A report as plain text for a terminal; lines that begin with {@code ==} are headings. */
public final class ReportText {
  private static final int SOURCES = 4;
  private static final int RULE_WIDTH = 90;

  private ReportText() {}

  /** All lines. */
  public static List<String> lines(Report report) {
    List<String> lines = new ArrayList<>();
    heading(lines, report.title());
    if (!report.about().isEmpty()) {
      report.about().lines().forEach(line -> lines.add("  " + line));
    }
    report.apply().forEach(command -> lines.add("  applied: " + command));
    lines.add(
        String.format(
            Locale.ROOT,
            "  host %s, engine %s%s, %.3f s of virtual time, %,d frames in, %,d frames out",
            report.host(),
            report.engine(),
            report.seed() == null ? "" : ", seed " + report.seed(),
            report.virtualNanos() / 1e9,
            report.framesIn(),
            report.framesOut()));
    reach(lines, report);
    expectations(lines, report);
    drops(lines, report);
    rules(lines, report);
    lines.add("");
    lines.add("  packets: " + inWords(report.outcomes()));
    lines.add("  ended early, by reason: " + inWords(report.reasons()));
    lines.add("  connections: " + inWords(report.connections()));
    latency(lines, report.latency());
    report.notes().forEach(note -> lines.add("  note: " + note));
    return lines;
  }

  private static void heading(List<String> lines, String text) {
    if (!lines.isEmpty()) {
      lines.add("");
    }
    lines.add("== " + text);
  }

  private static void reach(List<String> lines, Report report) {
    if (report.reach().isEmpty()) {
      return;
    }
    heading(lines, "Who reached whom");
    TextTable table =
        new TextTable(
            "from", "to", "what", "traffic", "flows", "reached", "result", "mean", "why not");
    for (Report.Reach row : report.reach()) {
      table.row(
          row.from(),
          row.to(),
          row.what(),
          row.traffic(),
          row.flows(),
          row.reached(),
          row.result(),
          row.reached() == 0 ? "-" : duration(row.meanNanos()),
          row.reasons().entrySet().stream()
              .map(e -> e.getKey() + (row.reasons().size() > 1 ? " x" + e.getValue() : ""))
              .collect(Collectors.joining("; ")));
    }
    lines.addAll(table.lines());
  }

  private static void expectations(List<String> lines, Report report) {
    if (report.expectations().isEmpty()) {
      return;
    }
    List<Report.Checked> unmet =
        report.expectations().stream().filter(checked -> !checked.met()).toList();
    lines.add("");
    if (unmet.isEmpty()) {
      lines.add("  all " + report.expectations().size() + " expectations were met");
    }
    for (Report.Checked checked : unmet) {
      lines.add("  NOT MET: " + checked.text() + " (" + checked.place() + "): " + checked.actual());
    }
  }

  private static void drops(List<String> lines, Report report) {
    heading(lines, "Which rules dropped whom");
    TextTable table = new TextTable("packets", "by", "sources", "rule");
    for (Report.Drop drop : report.drops()) {
      table.row(drop.packets(), drop.decision(), sources(drop.sources()), cut(drop.rule()));
    }
    if (table.isEmpty()) {
      lines.add("  nothing was dropped");
    } else {
      lines.addAll(table.lines());
    }
  }

  private static String sources(Map<String, Long> sources) {
    String shown =
        sources.entrySet().stream()
            .limit(SOURCES)
            .map(e -> e.getKey() + " x" + e.getValue())
            .collect(Collectors.joining(", "));
    int more = sources.size() - SOURCES;
    return more > 0 ? shown + " and " + more + " more" : shown;
  }

  private static void rules(List<String> lines, Report report) {
    heading(lines, "Rules and policies that counted");
    TextTable table = new TextTable("packets", "bytes", "table", "rule", "place");
    for (Report.RuleCount rule : report.rules()) {
      String text = rule.place().isEmpty() ? rule.chain() + " " + rule.text() : cut(rule.text());
      table.row(rule.packets(), rule.bytes(), rule.table(), text, rule.place());
    }
    lines.addAll(table.lines());
  }

  private static void latency(List<String> lines, Report.Latency latency) {
    if (latency.packets() == 0) {
      return;
    }
    String percentiles =
        latency.percentiles().entrySet().stream()
            .map(e -> "p" + e.getKey() + " " + e.getValue())
            .collect(Collectors.joining(", "));
    lines.add(
        String.format(
            Locale.ROOT,
            "  engine latency (%s): mean %.0f; of batch means: %s, max %d; %,d packets in %,d batches",
            latency.label(),
            latency.meanNanos(),
            percentiles,
            latency.mostNanos(),
            latency.packets(),
            latency.batches()));
  }

  private static String inWords(Map<String, Long> counts) {
    return counts.entrySet().stream()
        .map(e -> String.format(Locale.ROOT, "%s %,d", e.getKey(), e.getValue()))
        .collect(Collectors.joining(", "));
  }

  private static String cut(String rule) {
    return rule.length() <= RULE_WIDTH ? rule : rule.substring(0, RULE_WIDTH - 3) + "...";
  }

  /** {@code 1.25 ms}. */
  static String duration(long nanos) {
    if (nanos < 1_000_000) {
      return String.format(Locale.ROOT, "%.1f us", nanos / 1e3);
    }
    return nanos < 1_000_000_000
        ? String.format(Locale.ROOT, "%.2f ms", nanos / 1e6)
        : String.format(Locale.ROOT, "%.3f s", nanos / 1e9);
  }
}
