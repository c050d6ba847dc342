package dev.chainfuse.scenarios.cli;

import dev.chainfuse.scenarios.scenario.BuiltIn;
import dev.chainfuse.scenarios.scenario.Scenario;
import dev.chainfuse.scenarios.scenario.ScenarioReader;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(
    name = "scenarios",
    mixinStandardHelpOptions = true,
    header = "Lists the built-in scenarios.",
    footerHeading = "%nExample:%n",
    footer = "  chainfuse scenarios")
final class ScenariosCommand implements Callable<Integer> {
  @Spec CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    List<String> lines = new ArrayList<>();
    for (String name : BuiltIn.names()) {
      Scenario scenario = ScenarioReader.readBuiltIn(name);
      lines.add("== " + name);
      lines.add("  " + scenario.about());
    }
    new Output(spec).lines(lines);
    return Main.DONE;
  }
}
