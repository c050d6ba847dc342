package dev.chainfuse.rules.text;

import dev.chainfuse.rules.Counters;
import dev.chainfuse.rules.RuleSet;
import dev.chainfuse.rules.SourcePosition;
import dev.chainfuse.rules.Table;
import dev.chainfuse.rules.TableName;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Edits rules as an {@code iptables} command would. Thread-safe. */
public final class RuleEditor {
  private static final String PLACE = "command";

  private RuleEditor() {}

  /**
   * The rules after a command such as {@code iptables -t nat -I DOCKER 1 -i eth0 -j RETURN}, quoted
   * as for a shell. All commands that change rules work; {@code -C} changes nothing. A table that
   * is not loaded is loaded first, as iptables does.
   *
   * @throws RuleFileException if iptables would refuse the command; the line is 1 and the column
   *     counts in {@code command}
   */
  public static RuleSet apply(RuleSet rules, String command) {
    return apply(rules, command, Set.of());
  }

  /**
   * The same where there are IP sets of these names.
   *
   * @throws RuleFileException as above
   */
  public static RuleSet apply(RuleSet rules, String command, Set<String> sets) {
    try {
      return applied(rules, command, RuleModules.standard().withSets(sets));
    } catch (LineException e) {
      throw new RuleFileException(List.of(e.at(PLACE, 1, command)));
    }
  }

  private static RuleSet applied(RuleSet rules, String text, RuleModules modules) {
    List<Token> words = Tokenizer.shell(text);
    if (words.isEmpty() || !isIptables(words.get(0).text())) {
      throw new LineException(1, "the command is not iptables", "start it with 'iptables'");
    }
    Map<TableName, TableBuilder> builders = new EnumMap<>(TableName.class);
    RuleCommand command =
        new CommandParser(
                modules,
                false,
                TableName.FILTER,
                name -> builders.computeIfAbsent(name, table -> builder(rules, table)),
                Counters.ZERO,
                new SourcePosition(text, 0),
                words.subList(1, words.size()))
            .parse();
    if (command.ipv6()) {
      throw new LineException(1, "iptables has no -6", "");
    }
    TableBuilder builder =
        builders.computeIfAbsent(command.table(), table -> builder(rules, table));
    CommandExecution.run(builder, command);
    Reachability.check(
        builder,
        modules,
        (entry, problem) -> {
          throw problem;
        });
    return replaced(rules, builder.build());
  }

  private static boolean isIptables(String word) {
    String name = word.substring(word.lastIndexOf('/') + 1);
    return name.equals("iptables") || name.equals("iptables-legacy") || name.equals("iptables-nft");
  }

  private static TableBuilder builder(RuleSet rules, TableName name) {
    Table table = rules.table(name);
    return table == null ? new TableBuilder(name) : TableBuilder.of(table);
  }

  private static RuleSet replaced(RuleSet rules, Table changed) {
    List<Table> tables = new ArrayList<>(rules.tables());
    tables.replaceAll(table -> table.name() == changed.name() ? changed : table);
    if (!tables.contains(changed)) {
      tables.add(changed);
    }
    return new RuleSet(tables);
  }
}
