package dev.chainfuse.rules.match;

import dev.chainfuse.rules.HeaderMatch;
import dev.chainfuse.rules.Hook;
import dev.chainfuse.rules.Match;
import dev.chainfuse.rules.MatchModule;
import dev.chainfuse.rules.Option;
import dev.chainfuse.rules.OptionValues;
import dev.chainfuse.rules.RuleSyntaxException;
import dev.chainfuse.rules.TableName;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads a rule with at most one {@code -p} and one match: as much of a reader as these tests need.
 */
final class RuleText {
  private final List<String> words;
  private final List<OptionValues.Given> given = new ArrayList<>();
  private HeaderMatch header = HeaderMatch.ANY;
  private String protocolName = "";
  private @Nullable MatchModule module;
  private @Nullable Match match;

  private RuleText(List<String> words) {
    this.words = words;
  }

  /**
   * Reads the rule.
   *
   * @throws RuleSyntaxException where the match refuses it
   */
  static RuleText read(String text) {
    return read(text, Set.of());
  }

  static RuleText read(String text, Set<Hook> hooks) {
    RuleText rule = new RuleText(split(text));
    rule.readWords();
    MatchModule read = Objects.requireNonNull(rule.module, "no match");
    rule.match = read.parse(new Values(rule.given, rule.header, hooks));
    return rule;
  }

  Match match() {
    return Objects.requireNonNull(match);
  }

  int protocol() {
    return header.protocol();
  }

  /** The rule as saved. */
  String saved() {
    StringBuilder out = new StringBuilder();
    if (!protocolName.isEmpty()) {
      String name = dev.chainfuse.rules.ProtocolNames.name(header.protocol());
      out.append("-p ").append(name == null ? protocolName : name).append(' ');
    }
    out.append("-m ").append(match().name());
    match().save(out);
    return out.toString();
  }

  /** The match as listed. */
  String listed() {
    StringBuilder out = new StringBuilder();
    match().list(out);
    return out.toString();
  }

  private static List<String> split(String text) {
    List<String> words = new ArrayList<>();
    StringBuilder word = new StringBuilder();
    boolean quoted = false;
    boolean inWord = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\\') {
        word.append(text.charAt(++i));
        inWord = true;
      } else if (c == '"') {
        quoted = !quoted;
        inWord = true;
      } else if (c == ' ' && !quoted) {
        if (inWord) {
          words.add(word.toString());
        }
        word.setLength(0);
        inWord = false;
      } else {
        word.append(c);
        inWord = true;
      }
    }
    if (inWord) {
      words.add(word.toString());
    }
    return words;
  }

  private void readWords() {
    boolean inverted = false;
    int at = 0;
    while (at < words.size()) {
      String word = words.get(at++);
      switch (word) {
        case "!" -> inverted = true;
        case "-p" -> {
          protocolName = words.get(at++);
          header = protocol(ProtocolNames.parse(protocolName), inverted);
          inverted = false;
        }
        case "-m" -> module = MatchModules.named(words.get(at++));
        default -> {
          at = readOption(word, at, inverted);
          inverted = false;
        }
      }
    }
  }

  private static HeaderMatch protocol(int protocol, boolean inverted) {
    HeaderMatch any = HeaderMatch.ANY;
    return new HeaderMatch(
        any.source(), any.destination(), any.in(), any.out(), protocol, inverted, any.fragment());
  }

  private int readOption(String word, int at, boolean inverted) {
    if (module == null) {
      module = MatchModules.forProtocol(header.protocol());
    }
    Option option = null;
    for (Option candidate : Objects.requireNonNull(module, "no match").options()) {
      if (word.startsWith("--") && candidate.names().contains(word.substring(2))) {
        option = candidate;
      }
    }
    if (option == null
        || (inverted && !option.invertible())
        || (!option.repeatable() && isGiven(option.name()))) {
      throw new RuleSyntaxException(word, "unknown, given twice or not to be negated", "");
    }
    int values = option.argument() ? 1 + option.extraArguments() : 0;
    if (at + values > words.size()) {
      throw new RuleSyntaxException(word, "no value", "");
    }
    given.add(new OptionValues.Given(option.name(), inverted, words.subList(at, at + values)));
    return at + values;
  }

  private boolean isGiven(String option) {
    return given.stream().anyMatch(one -> one.option().equals(option));
  }

  private record Values(List<Given> inOrder, HeaderMatch header, Set<Hook> hooks)
      implements OptionValues {
    private @Nullable Given find(String option) {
      for (Given one : inOrder) {
        if (one.option().equals(option)) {
          return one;
        }
      }
      return null;
    }

    @Override
    public boolean has(String option) {
      return find(option) != null;
    }

    @Override
    public boolean inverted(String option) {
      Given found = find(option);
      return found != null && found.inverted();
    }

    @Override
    public @Nullable String value(String option) {
      Given found = find(option);
      return found == null || found.values().isEmpty() ? null : found.value();
    }

    @Override
    public List<String> values(String option) {
      Given found = find(option);
      return found == null ? List.of() : found.values();
    }

    @Override
    public TableName table() {
      return TableName.FILTER;
    }

    @Override
    public boolean hasSet(String name) {
      return List.of("foo", "bar", "baz").contains(name);
    }

    @Override
    public RuleSyntaxException error(String option, String problem, String mend) {
      if (!has(option)) {
        throw new IllegalStateException("error about --" + option + ", which was not given");
      }
      return new RuleSyntaxException(option, problem, mend);
    }
  }
}
