package dev.chainfuse.rules;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The iptables rules of a host, immutable. Tables stand in the order in which they were read; a
 * table that is absent is not loaded (its hooks do nothing).
 *
 * @param tables at most one of each name
 */
public record RuleSet(List<Table> tables) {
  /** No table loaded. */
  public static final RuleSet EMPTY = new RuleSet(List.of());

  public RuleSet {
    tables = List.copyOf(tables);
  }

  /** The table of that name, or null if it is not loaded. */
  public @Nullable Table table(TableName name) {
    for (Table table : tables) {
      if (table.name() == name) {
        return table;
      }
    }
    return null;
  }
}
