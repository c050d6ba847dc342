package dev.chainfuse.scenarios.scenario;

import dev.chainfuse.Engine;
import dev.chainfuse.Flows;
import dev.chainfuse.Host;
import dev.chainfuse.Session;
import dev.chainfuse.SessionOptions;
import dev.chainfuse.scenarios.record.Recorder;
import dev.chainfuse.scenarios.record.RunDirectory;
import dev.chainfuse.scenarios.report.Report;
import dev.chainfuse.scenarios.report.ReportBuilder;
import dev.chainfuse.scenarios.report.ReportFiles;
import dev.chainfuse.scenarios.scenario.Scenario.Expectation;
import dev.chainfuse.scenarios.traffic.Simulation;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs one variant of a scenario and reports. The same scenario and seed give the same report, but
 * for {@link Report#latency}.
 */
public final class ScenarioRun {
  /** Packets that the engine gets at once, at most. */
  public static final int BATCH = 256;

  private ScenarioRun() {}

  /**
   * Runs it.
   *
   * @param host with all {@code apply} commands done
   * @param title for the report
   * @param apply commands that were done, for the report
   * @param expectations those of the scenario, then those of the variant
   * @param batchSize packets that the engine gets at once, at most; does not change the result
   * @param out directory for the results; null for none
   * @param progress told the virtual time now and then
   */
  public static Report run(
      Scenario scenario,
      Host host,
      Engine.Kind kind,
      String title,
      String about,
      List<String> apply,
      List<Expectation> expectations,
      int batchSize,
      @Nullable Path out,
      LongConsumer progress) {
    Engine engine = Engine.compile(host, kind);
    SessionOptions options = SessionOptions.DEFAULT.withSeed(scenario.seed());
    try (Session session = engine.open(Flows.atMost(scenario.connections()), options);
        RunDirectory directory = out == null ? null : new RunDirectory(out, engine, 0)) {
      Recorder recorder = new Recorder(directory);
      Simulation simulation =
          SimulationBuilder.build(scenario, engine, session, batchSize, recorder);
      simulation.run(progress);
      ReachTable reach =
          new ReachTable(engine, scenario.host(), simulation.sources(), simulation.exchanges());
      List<String> notes = new ArrayList<>();
      if (simulation.lostOnLinks() > 0) {
        notes.add(simulation.lostOnLinks() + " frames were lost where a link's queue was full");
      }
      Report report =
          new ReportBuilder(title, engine, session, recorder)
              .about(about)
              .directory(scenario.host())
              .seed(scenario.seed())
              .apply(apply)
              .reach(reach.rows(), reach.check(scenario.file(), expectations))
              .notes(notes)
              .build(simulation.nowNanos());
      if (directory != null) {
        directory.writeEnd(session, simulation.nowNanos());
        ReportFiles.write(directory, report, recorder.latency());
      }
      return report;
    }
  }
}
