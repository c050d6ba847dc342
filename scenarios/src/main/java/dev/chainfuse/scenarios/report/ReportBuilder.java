package dev.chainfuse.scenarios.report;

import dev.chainfuse.Decision;
import dev.chainfuse.Engine;
import dev.chainfuse.RuleCounts;
import dev.chainfuse.Session;
import dev.chainfuse.Statistics;
import dev.chainfuse.host.Interface;
import dev.chainfuse.packet.Action;
import dev.chainfuse.packet.DropReason;
import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.path.InterfaceCounters;
import dev.chainfuse.rules.RuleNotes;
import dev.chainfuse.rules.RuleNumbers;
import dev.chainfuse.rules.text.SaveWriter;
import dev.chainfuse.scenarios.record.BatchLatency;
import dev.chainfuse.scenarios.record.DropTally;
import dev.chainfuse.scenarios.record.Recorder;
import dev.chainfuse.scenarios.record.Series;
import dev.chainfuse.scenarios.show.InterfaceTraffic;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Collects a run's figures from its session and recorder. */
public final class ReportBuilder {
  private static final double[] PERCENTILES = {50, 90, 99, 99.9};

  private final Engine engine;
  private final Session session;
  private final Recorder recorder;
  private final List<String> notes = new ArrayList<>();
  private final String title;
  private String about = "";
  private @Nullable Long seed;
  private String directory = "";
  private List<String> apply = List.of();
  private List<Report.Reach> reach = List.of();
  private List<Report.Checked> expectations = List.of();

  public ReportBuilder(String title, Engine engine, Session session, Recorder recorder) {
    this.title = title;
    this.engine = engine;
    this.session = session;
    this.recorder = recorder;
  }

  public ReportBuilder about(String text) {
    about = text;
    return this;
  }

  /** Where the host was loaded from; its files are then named without it. */
  public ReportBuilder directory(Path hostDirectory) {
    directory = hostDirectory + hostDirectory.getFileSystem().getSeparator();
    return this;
  }

  public ReportBuilder seed(long value) {
    seed = value;
    return this;
  }

  public ReportBuilder apply(List<String> commands) {
    apply = commands;
    return this;
  }

  public ReportBuilder reach(List<Report.Reach> rows, List<Report.Checked> checked) {
    reach = rows;
    expectations = checked;
    return this;
  }

  public ReportBuilder notes(List<String> more) {
    notes.addAll(more);
    return this;
  }

  /** The report as of now. */
  public Report build(long virtualNanos) {
    notes.addAll(RuleNotes.of(engine.host().rules()));
    if (!engine.host().skippedRules().isEmpty()) {
      notes.add(
          engine.host().skippedRules().size()
              + " rules were skipped (--lenient): the results are not those of this host");
    }
    return new Report(
        title,
        about,
        engine.host().name(),
        engine.kind().name().toLowerCase(Locale.ROOT),
        seed,
        apply,
        virtualNanos,
        recorder.framesIn(),
        recorder.framesOut(),
        reach,
        expectations,
        drops(),
        rules(),
        outcomes(),
        reasons(),
        connections(),
        interfaces(),
        latency(),
        timeline(),
        notes);
  }

  private List<Report.Drop> drops() {
    List<Report.Drop> drops = new ArrayList<>();
    for (DropTally.Dropped dropped : recorder.drops().all()) {
      Decision decision = engine.decision(dropped.ruleId());
      Map<String, Long> sources = new LinkedHashMap<>();
      dropped
          .sources()
          .forEach(
              entry ->
                  sources.put(
                      entry.getKey() == DropTally.OTHERS ? "others" : Ipv4.format(entry.getKey()),
                      entry.getValue()));
      String rule =
          decision.kind() == Decision.Kind.RULE ? text(engine.numbers().rule(decision.id())) : "";
      drops.add(
          new Report.Drop(
              decision.toString().replace(directory, ""), rule, dropped.packets(), sources));
    }
    return drops;
  }

  private static String text(RuleNumbers.Place place) {
    return SaveWriter.rule(place.chain().name(), place.rule());
  }

  private List<Report.RuleCount> rules() {
    RuleCounts counts = session.counts();
    RuleNumbers numbers = engine.numbers();
    List<Report.RuleCount> rules = new ArrayList<>();
    for (int i = 0; i < numbers.policyCount(); i++) {
      if (counts.policyPackets(i) != 0) {
        RuleNumbers.Policy policy = numbers.policy(i);
        rules.add(
            new Report.RuleCount(
                policy.table().text(),
                policy.chain().name(),
                "policy " + policy.chain().policy(),
                "",
                counts.policyPackets(i),
                counts.policyBytes(i)));
      }
    }
    for (int i = 0; i < numbers.ruleCount(); i++) {
      if (counts.rulePackets(i) != 0) {
        RuleNumbers.Place place = numbers.rule(i);
        rules.add(
            new Report.RuleCount(
                place.table().text(),
                place.chain().name(),
                text(place),
                place.rule().position().toString().replace(directory, ""),
                counts.rulePackets(i),
                counts.ruleBytes(i)));
      }
    }
    return rules;
  }

  private Map<String, Long> outcomes() {
    Map<String, Long> outcomes = new LinkedHashMap<>();
    for (Action action : Action.values()) {
      if (recorder.count(action) > 0) {
        outcomes.put(name(action), recorder.count(action));
      }
    }
    return outcomes;
  }

  private static String name(Action action) {
    return action.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private Map<String, Long> reasons() {
    long[] counts = session.dropCounts();
    Map<String, Long> reasons = new LinkedHashMap<>();
    for (DropReason reason : DropReason.values()) {
      boolean shown = counts[reason.ordinal()] > 0 || reason == DropReason.NOT_MODELLED;
      if (reason != DropReason.NONE && shown) {
        reasons.put(reason.text(), counts[reason.ordinal()]);
      }
    }
    return reasons;
  }

  private Map<String, Long> connections() {
    Statistics statistics = session.statistics();
    Map<String, Long> figures = new LinkedHashMap<>();
    figures.put("entries", (long) statistics.connections());
    figures.put("maximum", (long) statistics.connectionMaximum());
    figures.put("inserted", statistics.inserted());
    figures.put("insert failed", statistics.insertFailed());
    figures.put("invalid packets", statistics.invalid());
    figures.put("table full", statistics.tableFull());
    figures.put("early drop", statistics.earlyDropped());
    figures.put("clash resolved", statistics.clashesResolved());
    return figures;
  }

  private Map<String, InterfaceTraffic> interfaces() {
    InterfaceCounters counters = session.interfaceCounters();
    Map<String, InterfaceTraffic> interfaces = new LinkedHashMap<>();
    for (Interface device : engine.host().topology().interfaces()) {
      int number = device.number();
      interfaces.put(
          device.name(),
          new InterfaceTraffic(
              counters.receivedFrames(number),
              counters.receivedBytes(number),
              counters.droppedFrames(number),
              counters.sentFrames(number),
              counters.sentBytes(number)));
    }
    return interfaces;
  }

  private Report.Latency latency() {
    BatchLatency latency = recorder.latency();
    Map<String, Long> percentiles = new LinkedHashMap<>();
    if (latency.packets() > 0) {
      for (double percentile : PERCENTILES) {
        percentiles.put(
            String.valueOf(percentile).replaceFirst("\\.0$", ""), latency.atPercentile(percentile));
      }
    }
    return new Report.Latency(
        BatchLatency.LABEL,
        latency.packets(),
        latency.batches(),
        latency.meanNanos(),
        latency.mostNanos(),
        percentiles);
  }

  private Report.Timeline timeline() {
    Series series = recorder.series();
    Map<String, List<Long>> counts = new LinkedHashMap<>();
    for (Action action : Action.values()) {
      if (recorder.count(action) > 0) {
        List<Long> row = new ArrayList<>();
        for (int bin = 0; bin < series.size(); bin++) {
          row.add(series.at(action, bin));
        }
        counts.put(name(action), row);
      }
    }
    return new Report.Timeline(series.widthNanos(), counts);
  }
}
