package dev.chainfuse.rules.target;

import dev.chainfuse.rules.Hook;
import dev.chainfuse.rules.Option;
import dev.chainfuse.rules.OptionValues;
import dev.chainfuse.rules.TableName;
import dev.chainfuse.rules.Target;
import dev.chainfuse.rules.TargetModule;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/** A module made of its parts. */
record PlainModule(
    String name,
    List<Option> options,
    Set<TableName> tables,
    Set<Hook> hooks,
    Function<OptionValues, Target> parser)
    implements TargetModule {
  PlainModule {
    options = List.copyOf(options);
    tables = Set.copyOf(tables);
    hooks = Set.copyOf(hooks);
  }

  /** A module for every table and hook. */
  static PlainModule of(String name, Function<OptionValues, Target> parser, Option... options) {
    return new PlainModule(name, List.of(options), Set.of(), Set.of(), parser);
  }

  /** The same for these tables only. */
  PlainModule inTables(TableName... only) {
    return new PlainModule(name, options, Set.of(only), hooks, parser);
  }

  /** The same for these hooks only. */
  PlainModule atHooks(Hook... only) {
    return new PlainModule(name, options, tables, Set.of(only), parser);
  }

  @Override
  public Target parse(OptionValues values) {
    return parser.apply(values);
  }
}
