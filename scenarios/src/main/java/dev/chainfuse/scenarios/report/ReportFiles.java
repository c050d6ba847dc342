package dev.chainfuse.scenarios.report;

import dev.chainfuse.scenarios.record.BatchLatency;
import dev.chainfuse.scenarios.record.RunDirectory;

/** Writes a report's files into a run's directory. */
public final class ReportFiles {
  private ReportFiles() {}

  /** Writes {@code report.json}, {@code report.html} and {@code latency.hgrm}. */
  public static void write(RunDirectory directory, Report report, BatchLatency latency) {
    directory.text(RunDirectory.REPORT_JSON, out -> out.append(ReportJson.write(report)));
    directory.text(RunDirectory.REPORT_HTML, out -> out.append(ReportHtml.write(report)));
    directory.writeLatency(latency);
  }
}
