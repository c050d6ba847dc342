package dev.chainfuse.rules;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A chain.
 *
 * @param policy of a built-in chain; null for a user chain
 * @param counters of the policy; zero for a user chain
 */
public record Chain(String name, @Nullable Policy policy, Counters counters, List<Rule> rules) {
  public Chain {
    rules = List.copyOf(rules);
  }

  public boolean builtIn() {
    return policy != null;
  }
}
