package dev.chainfuse.scenarios.scenario;

import dev.chainfuse.scenarios.InputException;
import java.util.ArrayList;
import java.util.List;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.nodes.Node;

/** What is wrong with a YAML file; all of it is reported at once. */
final class YamlErrors {
  private static final int SHOWN = 20;

  private final String file;
  private final List<String> problems = new ArrayList<>();

  YamlErrors(String file) {
    this.file = file;
  }

  String file() {
    return file;
  }

  void add(Node at, String problem) {
    add(at.getStartMark().map(YamlErrors::place).orElse(""), problem);
  }

  void addAtLine(int line, String problem) {
    add(":" + line, problem);
  }

  void add(String place, String problem) {
    problems.add(file + place + ": " + problem);
  }

  static String place(Mark mark) {
    return ":" + (mark.getLine() + 1) + ":" + (mark.getColumn() + 1);
  }

  static int line(Node node) {
    return node.getStartMark().map(mark -> mark.getLine() + 1).orElse(0);
  }

  void throwIfAny() {
    if (problems.isEmpty()) {
      return;
    }
    List<String> shown = problems.subList(0, Math.min(SHOWN, problems.size()));
    String more = problems.size() > SHOWN ? "\nand " + (problems.size() - SHOWN) + " more" : "";
    throw new InputException(String.join("\n", shown) + more);
  }
}
