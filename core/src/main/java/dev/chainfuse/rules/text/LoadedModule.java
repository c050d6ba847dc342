package dev.chainfuse.rules.text;

import dev.chainfuse.rules.Hook;
import dev.chainfuse.rules.MatchModule;
import dev.chainfuse.rules.Option;
import dev.chainfuse.rules.RuleSyntaxException;
import dev.chainfuse.rules.TargetModule;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/**
 * A module that a line named, with what the line gives it.
 *
 * @param column where it was named
 * @param parser makes the match or target from {@code given}
 */
record LoadedModule(
    String name, List<Option> options, ModuleOptions given, int column, Supplier<?> parser) {
  static LoadedModule of(MatchModule module, ModuleOptions given, int column) {
    return new LoadedModule(
        module.name(), module.options(), given, column, () -> module.parse(given));
  }

  static LoadedModule of(TargetModule module, ModuleOptions given, int column) {
    return new LoadedModule(
        module.name(), module.options(), given, column, () -> module.parse(given));
  }

  /** The match or target. */
  <T> T parse(Class<T> type) {
    try {
      return type.cast(parser.get());
    } catch (RuleSyntaxException e) {
      throw new LineException(
          given.column(e.option(), column), String.valueOf(e.getMessage()), e.mend());
    }
  }

  /** Asks the module again, now that it is known from where the rule is reached. */
  void recheck(Set<Hook> hooks) {
    given.setHooks(hooks);
    parse(Object.class);
  }
}
