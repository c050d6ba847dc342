package dev.chainfuse.rules;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Numbers the rules of a rule set densely from 0, table by table, chain by chain, in order; and the
 * built-in chains' policies likewise. Immutable.
 */
public final class RuleNumbers {
  private final List<Place> places = new ArrayList<>();
  private final List<Policy> policies = new ArrayList<>();
  private final Map<String, Integer> firstOfChain = new HashMap<>();
  private final Map<String, Integer> policyOfChain = new HashMap<>();

  /** A rule's place: its table, chain and index from 1, as iptables counts. */
  public record Place(TableName table, Chain chain, int index, Rule rule) {}

  /** A policy's place. */
  public record Policy(TableName table, Chain chain) {}

  public RuleNumbers(RuleSet rules) {
    for (Table table : rules.tables()) {
      for (Chain chain : table.chains()) {
        String key = key(table.name(), chain.name());
        firstOfChain.put(key, places.size());
        if (chain.builtIn()) {
          policyOfChain.put(key, policies.size());
          policies.add(new Policy(table.name(), chain));
        }
        for (int i = 0; i < chain.rules().size(); i++) {
          places.add(new Place(table.name(), chain, i + 1, chain.rules().get(i)));
        }
      }
    }
  }

  private static String key(TableName table, String chain) {
    return table.text() + ' ' + chain;
  }

  public int ruleCount() {
    return places.size();
  }

  public int policyCount() {
    return policies.size();
  }

  /** Place of rule {@code number}. */
  public Place rule(int number) {
    return places.get(number);
  }

  public Policy policy(int number) {
    return policies.get(number);
  }

  /** Number of the first rule of a chain (the number it would have if the chain is empty). */
  public int firstRule(TableName table, String chain) {
    Integer first = firstOfChain.get(key(table, chain));
    if (first == null) {
      throw new IllegalArgumentException("no chain " + chain + " in table " + table.text());
    }
    return first;
  }

  /** Number of a built-in chain's policy. */
  public int policy(TableName table, Hook hook) {
    Integer number = policyOfChain.get(key(table, hook.name()));
    if (number == null) {
      throw new IllegalArgumentException(table.text() + " has no chain " + hook);
    }
    return number;
  }
}
