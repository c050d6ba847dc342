package dev.chainfuse.scenarios.cli;

import dev.chainfuse.Engine;
import dev.chainfuse.Host;
import dev.chainfuse.rules.RuleSet;
import dev.chainfuse.rules.text.RuleEditor;
import dev.chainfuse.rules.text.RuleFileException;
import dev.chainfuse.scenarios.InputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Option;

/** How a host's rules are edited and run: options of every command that loads a host. */
final class HostOptions {
  @Option(
      names = "--apply",
      paramLabel = "COMMAND",
      description =
          "Edit the rules first as this iptables command would; may be repeated, in order.")
  List<String> apply = new ArrayList<>();

  @Option(
      names = "--lenient",
      description = "Skip rules that cannot be read instead of refusing the file; all are listed.")
  boolean lenient;

  @Option(
      names = "--engine",
      paramLabel = "ENGINE",
      defaultValue = "FUSED",
      description =
          "fused (decision tables, the default) or reference (rule by rule). Same results.")
  Engine.Kind engine = Engine.Kind.FUSED;

  /** Loads a host directory and edits its rules. */
  Host load(Path directory) {
    if (!Files.isDirectory(directory)) {
      throw new InputException(
          directory + ": no such directory; a host directory holds rules.v4, addr.json and others");
    }
    return edit(Host.load(directory, lenient), apply);
  }

  /** Edits a host's rules by commands, in order. */
  static Host edit(Host host, List<String> commands) {
    return commands.isEmpty()
        ? host
        : host.withRules(edit(host.rules(), commands, host.sets().names()));
  }

  /** Edits rules by commands, in order, where there are IP sets of these names. */
  static RuleSet edit(RuleSet original, List<String> commands, Set<String> sets) {
    RuleSet rules = original;
    for (String command : commands) {
      try {
        rules = RuleEditor.apply(rules, command, sets);
      } catch (RuleFileException e) {
        throw new InputException("--apply: " + e.getMessage(), e);
      }
    }
    return rules;
  }
}
