package dev.chainfuse.rules;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One table: its built-in chains in hook order, then user chains in the order in which the kernel
 * prints them.
 */
public record Table(TableName name, List<Chain> chains) {
  public Table {
    chains = List.copyOf(chains);
  }

  /** The chain of that name, or null. */
  public @Nullable Chain chain(String name) {
    for (Chain chain : chains) {
      if (chain.name().equals(name)) {
        return chain;
      }
    }
    return null;
  }
}
