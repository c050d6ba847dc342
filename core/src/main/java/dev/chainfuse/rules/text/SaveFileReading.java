package dev.chainfuse.rules.text;

import dev.chainfuse.rules.Counters;
import dev.chainfuse.rules.RuleSet;
import dev.chainfuse.rules.SourcePosition;
import dev.chainfuse.rules.Table;
import dev.chainfuse.rules.TableName;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One reading of one text, line by line as iptables-restore does (iptables-restore.c, 1.8.9). */
final class SaveFileReading {
  private static final int MOST_PROBLEMS = 1_000;

  private final String name;
  private final String text;
  private final boolean strict;
  private final RuleModules modules;
  private final List<Problem> problems = new ArrayList<>();
  private final List<Problem> skipped = new ArrayList<>();

  /** Committed tables, in the order in which they first came. */
  private final Map<TableName, TableBuilder> tables = new LinkedHashMap<>();

  /** All lines, once a rule is found wrong after its line was read. */
  private final List<String> lines = new ArrayList<>();

  private @Nullable TableBuilder table;

  /** In a table whose name is wrong: nothing in it can be judged. */
  private boolean passingBy;

  private int lineNumber;
  private String line = "";

  SaveFileReading(String name, String text, boolean strict, Set<String> sets) {
    this.name = name;
    this.text = text;
    this.strict = strict;
    this.modules = RuleModules.standard().withSets(sets);
  }

  ReadResult run() {
    int start = 0;
    while (start < text.length() && !(strict && problems.size() >= MOST_PROBLEMS)) {
      int end = text.indexOf('\n', start);
      end = end < 0 ? text.length() : end;
      line = text.substring(start, end);
      lineNumber++;
      takeLine();
      start = end + 1;
    }
    if (table != null || passingBy) {
      lineNumber++;
      line = "";
      report(new LineException(1, "the table is not committed", "end it with a line COMMIT"));
      commit();
    }
    if (strict && !problems.isEmpty()) {
      problems.sort(Comparator.comparingInt(Problem::line).thenComparingInt(Problem::column));
      throw new RuleFileException(problems);
    }
    problems.addAll(skipped);
    List<Table> built = tables.values().stream().map(TableBuilder::build).toList();
    return new ReadResult(new RuleSet(built), problems, List.of());
  }

  private void report(LineException problem) {
    problems.add(problem.at(name, lineNumber, line));
  }

  private void takeLine() {
    if (line.isEmpty() || line.charAt(0) == '#') {
      return;
    }
    try {
      if (line.endsWith("\r")) {
        throw new LineException(
            line.length(), "the line ends with a carriage return", "save it with Unix line ends");
      }
      if (line.charAt(0) == '*') {
        takeTable();
      } else if (passingBy) {
        passingBy = !line.equals("COMMIT");
      } else if (table == null) {
        throw new LineException(
            1, "the line is in no table", "start a table above it, with a line such as *filter");
      } else if (line.equals("COMMIT")) {
        commit();
      } else if (line.charAt(0) == ':') {
        takeChain(table);
      } else {
        takeCommand(table);
      }
    } catch (LineException e) {
      report(e);
    }
  }

  private void takeTable() {
    if (table != null || passingBy) {
      report(
          new LineException(
              1, "the table above is not committed", "put a line COMMIT before this one"));
      commit();
    }
    List<Token> words = Tokenizer.restore(line, 1);
    passingBy = true;
    if (words.isEmpty()) {
      throw new LineException(1, "the table has no name", "write *filter, *nat, *mangle or *raw");
    }
    TableName table = TableNames.parse(words.get(0));
    passingBy = false;
    TableBuilder before = tables.get(table);
    this.table = before == null ? new TableBuilder(table) : before.flushed();
  }

  private void commit() {
    passingBy = false;
    TableBuilder done = table;
    table = null;
    if (done == null) {
      return;
    }
    Set<RuleEntry> wrong = Collections.newSetFromMap(new IdentityHashMap<>());
    Reachability.check(
        done,
        modules,
        (entry, problem) -> {
          int at = entry.rule().position().line();
          problems.add(problem.at(name, at, lineAt(at)));
          wrong.add(entry);
        });
    if (!wrong.isEmpty()) {
      done.chains().forEach(chain -> chain.entries().removeIf(wrong::contains));
    }
    tables.put(done.name(), done);
  }

  private String lineAt(int number) {
    if (lines.isEmpty()) {
      lines.addAll(text.lines().toList());
    }
    return lines.get(number - 1);
  }

  /** {@code :CHAIN POLICY [packets:bytes]}. */
  private void takeChain(TableBuilder table) {
    List<Token> words = Tokenizer.restore(line, 1);
    if (words.isEmpty()) {
      throw new LineException(1, "the chain has no name", "write :NAME - [0:0]");
    }
    Token chainName = words.get(0);
    if (chainName.text().length() > CommandParser.LONGEST_CHAIN) {
      throw new LineException(
          chainName.column(),
          "chain name '" + chainName.text() + "' has more than 28 characters",
          "iptables allows 28");
    }
    ChainBuilder chain = table.chain(chainName.text());
    if (chain == null || !chain.builtIn()) {
      chain = table.create(chainName);
    }
    if (words.size() < 2) {
      throw new LineException(
          chainName.column(), "the chain has no policy", "write '-' behind a user chain's name");
    }
    Token policy = words.get(1);
    if (policy.text().equals("-")) {
      return;
    }
    CommandExecution.PolicyText.set(chain, chainName, policy);
    if (words.size() > 2) {
      chain.setCounters(policyCounters(words.get(2)));
    }
  }

  private static Counters policyCounters(Token token) {
    String text = token.text();
    boolean brackets = text.length() > 2 && text.startsWith("[") && text.endsWith("]");
    Counters counters =
        brackets ? CounterText.bracketed(text.substring(1, text.length() - 1)) : null;
    if (counters == null) {
      throw new LineException(
          token.column(), "'" + text + "' are no counters", "write [packets:bytes]");
    }
    return counters;
  }

  private void takeCommand(TableBuilder table) {
    Counters counters = Counters.ZERO;
    int from = 0;
    if (line.charAt(0) == '[') {
      int end = line.indexOf(']');
      Counters read = end < 0 ? null : CounterText.bracketed(line.substring(1, end));
      if (read == null) {
        throw new LineException(1, "the counters are not readable", "write [packets:bytes]");
      }
      counters = read;
      from = end + 1;
    }
    List<Token> words = Tokenizer.restore(line, from);
    SourcePosition position = new SourcePosition(name, lineNumber);
    CommandParser parser =
        new CommandParser(modules, true, table.name(), ignored -> table, counters, position, words);
    RuleCommand command = parser.parse();
    if (command.ipv6()) {
      skipped.add(
          new LineException(1, "the rule is for IPv6", "ip6tables-restore takes it")
              .at(name, lineNumber, line));
      return;
    }
    CommandExecution.run(table, command);
  }
}
