package dev.chainfuse.fuse;

import dev.chainfuse.rules.Chain;
import dev.chainfuse.rules.RuleNumbers;
import dev.chainfuse.rules.RuleSet;
import dev.chainfuse.rules.Table;
import dev.chainfuse.rules.TableName;
import dev.chainfuse.rules.TargetContext;
import dev.chainfuse.rules.Trace;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** The names that TRACE needs of rules and chains that are only numbers otherwise. Immutable. */
final class Tracing {
  private final RuleNumbers numbers;
  private final List<Chain> chains = new ArrayList<>();
  private final Set<TableName> tables = EnumSet.noneOf(TableName.class);

  Tracing(RuleSet rules, RuleNumbers numbers) {
    this.numbers = numbers;
    for (Table table : rules.tables()) {
      for (Chain chain : table.chains()) {
        chains.add(chain);
        if (chain.rules().stream().anyMatch(rule -> rule.target().targetName().equals("TRACE"))) {
          tables.add(table.name());
        }
      }
    }
  }

  /** Whether the table has a TRACE rule, so that its packets may be traced from some rule on. */
  boolean begins(TableName table) {
    return tables.contains(table);
  }

  void rule(TargetContext context, int rule) {
    RuleNumbers.Place place = numbers.rule(rule);
    Trace.rule(context, place.chain(), place.index(), place.rule());
  }

  /**
   * @param chain counted through all tables
   */
  void end(TargetContext context, int chain) {
    Trace.end(context, chains.get(chain));
  }
}
