package dev.chainfuse.scenarios.report;

import com.samskivert.mustache.Mustache;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A report as one HTML file that needs no network, in a browser or on paper. */
public final class ReportHtml {
  private static final String TEMPLATE = "/dev/chainfuse/scenarios/report/report.html.mustache";
  private static final String UPLOT = "/META-INF/resources/webjars/uplot/1.6.30/dist/";

  private ReportHtml() {}

  /** The page. */
  public static String write(Report report) {
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("report", report);
    data.put("seed", report.seed() == null ? "" : ", seed " + report.seed());
    data.put("seconds", String.format(java.util.Locale.ROOT, "%.3f", report.virtualNanos() / 1e9));
    data.put("reach", report.reach().stream().map(ReportHtml::reach).toList());
    data.put("hasReach", !report.reach().isEmpty());
    data.put("expectations", report.expectations().stream().map(ReportHtml::checked).toList());
    data.put("hasExpectations", !report.expectations().isEmpty());
    data.put("drops", report.drops().stream().map(ReportHtml::drop).toList());
    data.put("hasDrops", !report.drops().isEmpty());
    data.put("rules", report.rules());
    data.put("outcomes", entries(report.outcomes()));
    data.put("reasons", entries(report.reasons()));
    data.put("connections", entries(report.connections()));
    data.put("latency", report.latency());
    data.put("latencyMean", Math.round(report.latency().meanNanos()));
    data.put("percentiles", entries(report.latency().percentiles()));
    data.put("json", inScript(ReportJson.write(report)));
    data.put("uplotScript", resource(UPLOT + "uPlot.iife.min.js"));
    data.put("uplotStyle", resource(UPLOT + "uPlot.min.css"));
    return Mustache.compiler().compile(resource(TEMPLATE)).execute(data);
  }

  private static Map<String, Object> reach(Report.Reach row) {
    Map<String, Object> cells = new LinkedHashMap<>();
    cells.put("row", row);
    cells.put("result", row.result());
    cells.put("mean", row.reached() == 0 ? "" : ReportText.duration(row.meanNanos()));
    cells.put("failures", entries(row.reasons()));
    return cells;
  }

  private static Map<String, Object> checked(Report.Checked checked) {
    return Map.of(
        "checked", checked, "result", checked.met() ? "reached" : "failed", "met", checked.met());
  }

  private static Map<String, Object> drop(Report.Drop drop) {
    return Map.of("drop", drop, "sources", entries(drop.sources()));
  }

  private static List<Map<String, Object>> entries(Map<String, Long> counts) {
    return counts.entrySet().stream()
        .map(e -> Map.<String, Object>of("name", e.getKey(), "count", e.getValue()))
        .toList();
  }

  /** JSON that cannot end the script element or begin a comment in it. */
  static String inScript(String json) {
    return json.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029");
  }

  private static String resource(String name) {
    try (InputStream in = ReportHtml.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("the program lacks its file " + name);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
