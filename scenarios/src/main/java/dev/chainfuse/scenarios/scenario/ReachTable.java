package dev.chainfuse.scenarios.scenario;

import dev.chainfuse.Engine;
import dev.chainfuse.scenarios.report.Report;
import dev.chainfuse.scenarios.scenario.Scenario.Expectation;
import dev.chainfuse.scenarios.traffic.Exchange;
import dev.chainfuse.scenarios.traffic.Source;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Who reached whom: exchanges summed up by traffic and station, and held against expectations. */
final class ReachTable {
  private static final class Row {
    long flows;
    long reached;
    long nanos;
    final Map<String, Long> reasons = new LinkedHashMap<>();
  }

  private final Map<Source, Row> rows = new LinkedHashMap<>();

  ReachTable(Engine engine, Path hostDirectory, List<Source> sources, List<Exchange> exchanges) {
    sources.forEach(source -> rows.put(source, new Row()));
    String directory = hostDirectory + hostDirectory.getFileSystem().getSeparator();
    for (Exchange exchange : exchanges) {
      Row row = rows.get(exchange.source());
      if (row == null) {
        throw new IllegalArgumentException("an exchange of no source: " + exchange.source());
      }
      row.flows++;
      if (exchange.reached()) {
        row.reached++;
        row.nanos += exchange.endNanos() - exchange.startNanos();
      } else {
        row.reasons.merge(reason(engine, exchange).replace(directory, ""), 1L, Long::sum);
      }
    }
  }

  private static String reason(Engine engine, Exchange exchange) {
    String said = exchange.reason();
    String reason = said == null ? "not finished" : said;
    return exchange.lastDecision() == Exchange.NOT_DROPPED
        ? reason
        : reason + ", dropped by " + engine.decision(exchange.lastDecision());
  }

  /** A row for each traffic and station, in the scenario's order. */
  List<Report.Reach> rows() {
    List<Report.Reach> all = new ArrayList<>();
    rows.forEach(
        (source, row) ->
            all.add(
                new Report.Reach(
                    source.name(),
                    source.from().name(),
                    source.toName(),
                    source.what(),
                    row.flows,
                    row.reached,
                    row.reached == 0 ? 0 : row.nanos / row.reached,
                    row.reasons)));
    return all;
  }

  /** Each expectation; of those for the same flows the last counts. */
  List<Report.Checked> check(String file, List<Expectation> expectations) {
    Map<Source, Expectation> last = new LinkedHashMap<>();
    for (Expectation expectation : expectations) {
      for (Source source : rows.keySet()) {
        boolean meant =
            source.name().equals(expectation.traffic())
                && (expectation.from() == null || expectation.from().equals(source.from().name()));
        if (meant) {
          last.put(source, expectation);
        }
      }
    }
    List<Report.Checked> checked = new ArrayList<>();
    last.forEach((source, expectation) -> checked.add(check(file, source, expectation)));
    return checked;
  }

  private Report.Checked check(String file, Source source, Expectation expectation) {
    Row row = rows.getOrDefault(source, new Row());
    boolean met = row.flows > 0 && row.reached == (expectation.reached() ? row.flows : 0);
    String text =
        source.from().name()
            + (expectation.reached() ? " reaches " : " does not reach ")
            + source.toName()
            + " by '"
            + source.name()
            + "'";
    String place = file + ":" + expectation.line();
    return new Report.Checked(place, text, met, row.reached + " of " + row.flows + " reached");
  }
}
