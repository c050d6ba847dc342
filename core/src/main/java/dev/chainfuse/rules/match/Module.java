package dev.chainfuse.rules.match;

import dev.chainfuse.rules.Hook;
import dev.chainfuse.rules.Match;
import dev.chainfuse.rules.MatchModule;
import dev.chainfuse.rules.Option;
import dev.chainfuse.rules.OptionValues;
import dev.chainfuse.rules.RuleSyntaxException;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** A module made of its parts. */
record Module(
    String name,
    List<Option> options,
    List<Integer> protocols,
    Function<OptionValues, Match> parser)
    implements MatchModule {
  Module {
    options = List.copyOf(options);
    protocols = List.copyOf(protocols);
  }

  /** A module for every protocol. */
  static Module of(String name, Function<OptionValues, Match> parser, Option... options) {
    return new Module(name, List.of(options), List.of(), parser);
  }

  @Override
  public Match parse(OptionValues values) {
    if (!protocols.isEmpty() && protocols.stream().noneMatch(values.header()::isFor)) {
      throw new RuleSyntaxException(
          "",
          "match '" + name + "' is for one protocol only, and the rule is not for that one",
          "write '-p " + name + "' before it");
    }
    return parser.apply(values);
  }

  /** The value of an option that must be given. */
  static String required(OptionValues values, String option) {
    String value = values.value(option);
    if (value == null) {
      throw new RuleSyntaxException(option, "option '--" + option + "' must be given", "add it");
    }
    return value;
  }

  /** Refuses a rule that gives more than one of some options. */
  static void atMostOne(OptionValues values, String... options) {
    String first = null;
    for (String option : options) {
      if (values.has(option)) {
        if (first != null) {
          throw values.error(
              option,
              "'--" + option + "' cannot be used together with '--" + first + "'",
              "keep one of them, or write two matches");
        }
        first = option;
      }
    }
  }

  /** Refuses a match without any option. */
  static void atLeastOne(OptionValues values, String module, String... options) {
    for (String option : options) {
      if (values.has(option)) {
        return;
      }
    }
    throw new RuleSyntaxException(
        "", "match '" + module + "' needs an option", "add --" + String.join(" or --", options));
  }

  /**
   * Refuses a rule that a packet can meet in other hooks than {@code allowed}, as the kernel does
   * (xt_check_match, net/netfilter/x_tables.c).
   */
  static void onlyIn(OptionValues values, String module, Set<Hook> allowed) {
    for (Hook hook : values.hooks()) {
      if (!allowed.contains(hook)) {
        throw new RuleSyntaxException(
            "",
            "match '" + module + "' cannot be used where packets come from " + hook,
            "use it in " + allowed.stream().map(Hook::name).collect(Collectors.joining(" or ")));
      }
    }
  }
}
