package dev.chainfuse.rules.text;

import dev.chainfuse.rules.Counters;
import dev.chainfuse.rules.Match;
import dev.chainfuse.rules.Rule;
import dev.chainfuse.rules.RuleSet;
import dev.chainfuse.rules.SourcePosition;
import dev.chainfuse.rules.TableName;
import dev.chainfuse.rules.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads what {@code iptables -vnL} prints for one table, with or without {@code -x} and {@code
 * --line-numbers}, in the dialects of {@link ListingWriter}. A listing does not name its table and
 * may round counters or leave chains out: {@link ReadResult#notes} tells. Each rule is listed again
 * and compared, so none is misread. Thread-safe.
 */
public final class ListingReader {
  private static final int LONGEST_LINE = 4_096;

  private static final Pattern CHAIN =
      Pattern.compile(
          "Chain (\\S+) \\((?:policy (\\w+) (\\w+) packets, (\\w+) bytes|\\d+ references)\\)");
  private static final Pattern RULE =
      Pattern.compile(
          "\\s*(?:\\d+\\s+)??(\\d+[KMGT]?)\\s+(\\d+[KMGT]?)\\s+(?:(\\S+)\\s+)?(!)?(\\S+)\\s+([-!][-f])"
              + "\\s+(!)?(\\S+)\\s+(!)?(\\S+)\\s+(!)?([\\d./]+)\\s+(!)?([\\d./]+)\\s*(.*)");
  private static final Pattern HEADING = Pattern.compile("(num +)? *pkts +bytes target .*");

  private final String name;
  private final TableBuilder table;
  private final List<Problem> problems = new ArrayList<>();
  private final List<Problem> notes = new ArrayList<>();
  private int rounded;

  /** The chain whose rules are being read. */
  private @Nullable ChainBuilder chain;

  private ListingReader(String name, TableName table) {
    this.name = name;
    this.table = new TableBuilder(table);
  }

  /**
   * Reads a listing.
   *
   * @param name of the text, for messages and positions
   * @param table that was listed
   * @return rules of that one table
   * @throws RuleFileException with all that is wrong
   */
  public static ReadResult read(String name, CharSequence text, TableName table) {
    return new ListingReader(name, table).run(text.toString().lines().toList());
  }

  private ReadResult run(List<String> lines) {
    eachLine(lines, ListingReader::checkLength);
    if (problems.isEmpty()) {
      eachLine(lines, this::takeChainLine);
    }
    if (problems.isEmpty()) {
      noteMissing(lines);
      chain = null;
      eachLine(lines, this::takeRuleLine);
    }
    if (problems.isEmpty()) {
      Reachability.check(
          table,
          RuleModules.standard(),
          (entry, problem) -> {
            int at = entry.rule().position().line();
            problems.add(problem.at(name, at, lines.get(at - 1)));
          });
    }
    if (!problems.isEmpty()) {
      throw new RuleFileException(problems);
    }
    if (rounded > 0) {
      note(1, lines.get(0), rounded + " counters are rounded", "list with -x to get them exactly");
    }
    return new ReadResult(new RuleSet(List.of(table.build())), List.of(), notes);
  }

  private interface LineTaker {
    void take(int number, String line);
  }

  private void eachLine(List<String> lines, LineTaker taker) {
    for (int i = 0; i < lines.size(); i++) {
      try {
        taker.take(i + 1, lines.get(i));
      } catch (LineException e) {
        problems.add(e.at(name, i + 1, lines.get(i)));
      }
    }
  }

  private static void checkLength(int number, String line) {
    if (line.length() > LONGEST_LINE) {
      throw new LineException(1, "the line is longer than any listing's", "");
    }
  }

  private void note(int line, String text, String what, String mend) {
    notes.add(new LineException(1, what, mend).at(name, line, text));
  }

  private void takeChainLine(int number, String line) {
    Matcher heading = CHAIN.matcher(line);
    if (!heading.matches()) {
      if (line.startsWith("Chain ")) {
        throw new LineException(1, "the chain's line has no counters", "list with iptables -vnL");
      }
      return;
    }
    Token chainName = new Token(heading.group(1), 7);
    ChainBuilder existing = table.chain(chainName.text());
    if (heading.group(2) == null) {
      table.create(chainName);
    } else if (existing == null) {
      throw new LineException(
          7,
          "table " + table.name().text() + " has no built-in chain " + chainName.text(),
          "is it the listing of another table?");
    } else {
      CommandExecution.PolicyText.set(existing, chainName, new Token(heading.group(2), 1));
      existing.setCounters(new Counters(amount(heading.group(3)), amount(heading.group(4))));
    }
  }

  /** Chains that rules lead to, and that the listing does not show. */
  private void noteMissing(List<String> lines) {
    eachLine(
        lines,
        (number, line) -> {
          Matcher rule = RULE.matcher(line);
          String to = rule.matches() ? rule.group(3) : null;
          boolean known =
              to == null
                  || table.hasChain(to)
                  || ChainNames.isVerdict(to)
                  || RuleModules.standard().target(to) != null;
          if (!known && to != null) {
            table.create(new Token(to, 1));
            note(number, line, "chain " + to + " is not listed, and taken as empty", "");
          }
        });
  }

  private void takeRuleLine(int number, String line) {
    Matcher heading = CHAIN.matcher(line);
    if (heading.matches()) {
      chain = table.chain(heading.group(1));
      return;
    }
    if (line.isBlank() || HEADING.matcher(line).matches()) {
      return;
    }
    ChainBuilder to = chain;
    Matcher rule = RULE.matcher(line);
    if (to == null || !rule.matches()) {
      throw new LineException(
          1, "the line is no rule of a listing", "print the listing with iptables -vnL");
    }
    RuleEntry entry = rule(number, rule, to.name());
    String again = text(entry.rule());
    if (!again.equals(rule.group(15).trim())) {
      throw new LineException(rule.start(15) + 1, "this would be listed as '" + again + "'", "");
    }
    table.append(to, entry);
  }

  private RuleEntry rule(int number, Matcher rule, String chainName) {
    String rest = rule.group(15);
    boolean isGoto = rest.startsWith("[goto]");
    String target = rule.group(3);
    if ("CT".equals(target) && rest.trim().equals("NOTRACK")) {
      target = "NOTRACK";
    }
    String jump = target == null ? "" : (isGoto ? " -g " : " -j ") + target;
    String options =
        ListingPhrases.options(isGoto ? rest.substring("[goto]".length()) : rest, jump);
    if (options == null) {
      throw new LineException(
          rule.start(15) + 1, "'" + rest.trim() + "' is not understood", "use iptables-save");
    }
    String command =
        "-A "
            + chainName
            + option(rule.group(4), "-p", rule.group(5).equals("0") ? "all" : rule.group(5))
            + fragment(rule.group(6))
            + option(rule.group(7), "-i", rule.group(8))
            + option(rule.group(9), "-o", rule.group(10))
            + option(rule.group(11), "-s", rule.group(12))
            + option(rule.group(13), "-d", rule.group(14))
            + options;
    Counters counters = new Counters(amount(rule.group(1)), amount(rule.group(2)));
    SourcePosition position = new SourcePosition(name, number);
    List<Token> words = Tokenizer.restore(command, 0);
    CommandParser parser =
        new CommandParser(
            RuleModules.standard(), true, table.name(), any -> table, counters, position, words);
    try {
      return parser.parse().rules().get(0);
    } catch (LineException e) {
      throw e.movedTo(rule.start(15) + 1);
    }
  }

  private static String fragment(String column) {
    return switch (column) {
      case "-f" -> " -f";
      case "!f" -> " ! -f";
      default -> "";
    };
  }

  private static String option(@Nullable String not, String option, String value) {
    return value.equals("*") ? "" : (not == null ? " " : " ! ") + option + " " + value;
  }

  /** What is listed behind the addresses. */
  private static String text(Rule rule) {
    StringBuilder out = new StringBuilder();
    if (rule.target().kind() == Target.Kind.GOTO) {
      out.append("[goto] ");
    }
    for (Match match : rule.matches()) {
      match.list(out);
    }
    rule.target().list(out);
    return out.toString().trim();
  }

  private long amount(String text) {
    int unit = "KMGT".indexOf(text.charAt(text.length() - 1));
    if (unit < 0) {
      return parse(text);
    }
    rounded++;
    long factor = 1_000;
    for (int i = 0; i < unit; i++) {
      factor *= 1_000;
    }
    return parse(text.substring(0, text.length() - 1)) * factor;
  }

  private static long parse(String digits) {
    try {
      return Long.parseUnsignedLong(digits);
    } catch (NumberFormatException e) {
      throw new LineException(1, "'" + digits + "' is not a counter", "");
    }
  }
}
