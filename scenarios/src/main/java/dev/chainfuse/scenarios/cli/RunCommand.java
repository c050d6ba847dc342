package dev.chainfuse.scenarios.cli;

import dev.chainfuse.Host;
import dev.chainfuse.scenarios.InputException;
import dev.chainfuse.scenarios.report.Comparison;
import dev.chainfuse.scenarios.report.Report;
import dev.chainfuse.scenarios.report.ReportJson;
import dev.chainfuse.scenarios.report.ReportText;
import dev.chainfuse.scenarios.scenario.BuiltIn;
import dev.chainfuse.scenarios.scenario.Nearest;
import dev.chainfuse.scenarios.scenario.Quantity;
import dev.chainfuse.scenarios.scenario.Scenario;
import dev.chainfuse.scenarios.scenario.Scenario.Expectation;
import dev.chainfuse.scenarios.scenario.Scenario.Variant;
import dev.chainfuse.scenarios.scenario.ScenarioReader;
import dev.chainfuse.scenarios.scenario.ScenarioRun;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "run",
    mixinStandardHelpOptions = true,
    header = "Runs a scenario: a host, stations around it, and their traffic.",
    description = {
      "",
      "Prints who reached whom, which rules dropped whom, what counted, and how long the engine"
          + " took. A scenario is a built-in one by name ('chainfuse scenarios' lists them) or a"
          + " YAML file ('chainfuse new NAME' writes one to start from).",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  chainfuse run article",
      "  chainfuse run article --duration 60s --seed 7 --out results",
      "  chainfuse run article --apply 'iptables -I DOCKER-USER -i eno1 ! -s 192.168.1.1 -j DROP'",
      "  chainfuse run mine.yaml --json | jq '.[].reach'"
    })
final class RunCommand implements Callable<Integer> {
  @Parameters(paramLabel = "SCENARIO", description = "Name of a built-in scenario, or a YAML file.")
  String scenario = "";

  @Option(names = "--seed", paramLabel = "N", description = "Instead of the scenario's seed.")
  @Nullable Long seed;

  @Option(
      names = "--duration",
      paramLabel = "TIME",
      description = "Flows start until then, e.g. 10s; instead of the scenario's duration.")
  @Nullable String duration;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Write verdicts, captures, counters, connections and report there.")
  @Nullable Path out;

  @Option(names = "--json", description = "Print the report as JSON.")
  boolean json;

  @Mixin HostOptions hostOptions = new HostOptions();

  @Spec CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    Scenario read = changed(read(scenario));
    List<Report> reports = new ArrayList<>();
    if (read.variants().isEmpty()) {
      reports.add(run(read, read.name(), read.about(), List.of(), read.expectations(), out));
    }
    for (Variant variant : read.variants()) {
      List<Expectation> expectations = new ArrayList<>(read.expectations());
      expectations.addAll(variant.expectations());
      reports.add(
          run(
              read,
              read.name() + ": " + variant.name(),
              variant.about(),
              variant.apply(),
              expectations,
              out == null ? null : out.resolve(variant.name())));
    }
    print(read, reports);
    boolean asExpected = reports.stream().allMatch(Report::asExpected);
    return asExpected ? Main.DONE : Main.NOT_AS_EXPECTED;
  }

  /** A file if there is one of that name, else a built-in scenario. */
  static Scenario read(String scenario) {
    Path file = Path.of(scenario);
    if (Files.isRegularFile(file)) {
      return ScenarioReader.read(file);
    }
    List<String> names = BuiltIn.names();
    if (!names.contains(scenario)) {
      throw new InputException(
          "no file and no built-in scenario '"
              + scenario
              + "'; "
              + Nearest.advice(scenario, names));
    }
    return ScenarioReader.readBuiltIn(scenario);
  }

  private Scenario changed(Scenario read) {
    long nanos = read.durationNanos();
    if (duration != null) {
      try {
        nanos = Quantity.duration(duration);
      } catch (IllegalArgumentException e) {
        throw new InputException("--duration: " + e.getMessage(), e);
      }
    }
    return read.with(seed == null ? read.seed() : seed, nanos);
  }

  private Report run(
      Scenario read,
      String title,
      String about,
      List<String> variantApply,
      List<Expectation> expectations,
      @Nullable Path directory) {
    List<String> commands = new ArrayList<>(read.apply());
    commands.addAll(variantApply);
    Host base = Host.load(read.host(), hostOptions.lenient);
    Host host = HostOptions.edit(HostOptions.edit(base, commands), hostOptions.apply);
    commands.addAll(hostOptions.apply);
    return Output.withProgress(
        title,
        read.durationNanos(),
        progress ->
            ScenarioRun.run(
                read,
                host,
                hostOptions.engine,
                title,
                about,
                commands,
                expectations,
                ScenarioRun.BATCH,
                directory,
                progress));
  }

  private void print(Scenario read, List<Report> reports) {
    Output output = new Output(spec);
    if (json) {
      output.text(ReportJson.write(reports));
      return;
    }
    for (Report report : reports) {
      output.lines(ReportText.lines(report));
    }
    if (reports.size() > 1) {
      output.lines(Comparison.lines(read.name(), reports));
    }
    if (out != null) {
      output.lines(List.of("", "  written to " + out));
    }
  }
}
