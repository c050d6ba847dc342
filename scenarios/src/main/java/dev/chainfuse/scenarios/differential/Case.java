package dev.chainfuse.scenarios.differential;

import dev.chainfuse.scenarios.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * A host, its rules and the frames that it gets. Its directory:
 *
 * <table>
 * <caption>Files of a case</caption>
 * <tr><th>file</th><th>what</th></tr>
 * <tr><td>topology.txt</td><td>the host, to be built; see {@link LabTopology}</td></tr>
 * <tr><td>rules.v4</td><td>as {@code iptables-save} prints them</td></tr>
 * <tr><td>frames.txt</td><td>a line each: microseconds before it, port or {@code -}, bytes</td></tr>
 * </table>
 *
 * What {@link Recording} adds makes it a host directory with the kernel's answers.
 */
record Case(LabTopology lab, String rules, List<Step> steps) {
  private static final HexFormat HEX = HexFormat.of();

  Case {
    steps = List.copyOf(steps);
  }

  Case withSteps(List<Step> fewer) {
    return new Case(lab, rules, fewer);
  }

  Case withRules(String fewer) {
    return new Case(lab, fewer, steps);
  }

  void write(Path directory) throws IOException {
    Files.createDirectories(directory);
    Files.write(directory.resolve("topology.txt"), lab.lines());
    Files.writeString(directory.resolve("rules.v4"), rules);
    List<String> lines = new ArrayList<>();
    for (Step step : steps) {
      String port = step.port() == Step.LOCAL ? "-" : lab.ports().get(step.port()).name();
      lines.add(step.waitMicros() + " " + port + " " + HEX.formatHex(step.frame()));
    }
    Files.write(directory.resolve("frames.txt"), lines);
  }

  /**
   * Reads a case directory.
   *
   * @throws InputException if a line cannot be read
   */
  static Case read(Path directory) throws IOException {
    Path topology = directory.resolve("topology.txt");
    LabTopology lab = LabTopology.parse(topology.toString(), Files.readAllLines(topology));
    List<Step> steps = new ArrayList<>();
    Path frames = directory.resolve("frames.txt");
    for (String line : Files.readAllLines(frames)) {
      String[] words = line.split(" ");
      if (words.length != 3 || !words[1].equals("-") && lab.port(words[1]) < 0) {
        throw new InputException(frames + ":" + (steps.size() + 1) + ": cannot be read");
      }
      steps.add(new Step(Integer.parseInt(words[0]), lab.port(words[1]), HEX.parseHex(words[2])));
    }
    return new Case(lab, Files.readString(directory.resolve("rules.v4")), steps);
  }
}
