package dev.chainfuse.rules.text;

import dev.chainfuse.rules.HeaderMatch;
import dev.chainfuse.rules.Hook;
import dev.chainfuse.rules.Match;
import dev.chainfuse.rules.Option;
import dev.chainfuse.rules.OptionValues;
import dev.chainfuse.rules.RuleSyntaxException;
import dev.chainfuse.rules.TableName;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The options that a line gives to one module; filled by the reader, then read by the module. */
final class ModuleOptions implements OptionValues {
  private record At(Given given, int column) {}

  private final List<At> given = new ArrayList<>(4);
  private final TableName table;
  private final RuleModules modules;
  private HeaderMatch header = HeaderMatch.ANY;
  private List<Match> matches = List.of();
  private Set<Hook> hooks = Set.of();
  private boolean askedForHooks;

  ModuleOptions(TableName table, RuleModules modules) {
    this.table = table;
    this.modules = modules;
  }

  void add(Option option, boolean inverted, List<String> values, int column) {
    given.add(new At(new Given(option.name(), inverted, values), column));
  }

  void setHeader(HeaderMatch header) {
    this.header = header;
  }

  void setMatches(List<Match> matches) {
    this.matches = List.copyOf(matches);
  }

  void setHooks(Set<Hook> hooks) {
    this.hooks = hooks;
  }

  /** Whether the module looked at the hooks, so that it has to be asked again once known. */
  boolean askedForHooks() {
    return askedForHooks;
  }

  /** Column of an option; {@code fallback} if it was not given. */
  int column(String option, int fallback) {
    for (At one : given) {
      if (one.given.option().equals(option)) {
        return one.column;
      }
    }
    return fallback;
  }

  private @Nullable Given find(String option) {
    for (At one : given) {
      if (one.given.option().equals(option)) {
        return one.given;
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
  public List<Given> inOrder() {
    return given.stream().map(At::given).toList();
  }

  @Override
  public HeaderMatch header() {
    return header;
  }

  @Override
  public List<Match> matches() {
    return matches;
  }

  @Override
  public TableName table() {
    return table;
  }

  @Override
  public Set<Hook> hooks() {
    askedForHooks = true;
    return hooks;
  }

  @Override
  public boolean hasSet(String name) {
    return modules.hasSet(name);
  }

  @Override
  public RuleSyntaxException error(String option, String problem, String mend) {
    return new RuleSyntaxException(option, problem, mend);
  }
}
