package dev.chainfuse.rules.text;

import dev.chainfuse.rules.Chain;
import dev.chainfuse.rules.Counters;
import dev.chainfuse.rules.Policy;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A chain that is being built. Rules put on top one after the other ({@code -I}) cost no more than
 * rules appended: they are kept apart, in reverse, until something else is asked.
 */
final class ChainBuilder {
  private String name;
  private @Nullable Policy policy;
  private Counters counters = Counters.ZERO;
  private final List<RuleEntry> top = new ArrayList<>(0);
  private List<RuleEntry> rest = new ArrayList<>(4);

  /** How many rules jump or go to this chain. */
  private int references;

  ChainBuilder(String name, @Nullable Policy policy) {
    this.name = name;
    this.policy = policy;
  }

  String name() {
    return name;
  }

  void rename(String to) {
    name = to;
  }

  boolean builtIn() {
    return policy != null;
  }

  @Nullable Policy policy() {
    return policy;
  }

  Counters counters() {
    return counters;
  }

  void setPolicy(Policy policy) {
    this.policy = policy;
  }

  void setCounters(Counters counters) {
    this.counters = counters;
  }

  int references() {
    return references;
  }

  void addReference(int change) {
    references += change;
  }

  int size() {
    return top.size() + rest.size();
  }

  void append(RuleEntry entry) {
    rest.add(entry);
  }

  /** Inserts before the rule at {@code index}, from 0. */
  void insert(int index, RuleEntry entry) {
    if (index == 0) {
      top.add(entry);
    } else {
      entries().add(index, entry);
    }
  }

  /** The rules in order; changes write through until the next {@link #insert}. */
  List<RuleEntry> entries() {
    if (!top.isEmpty()) {
      List<RuleEntry> all = new ArrayList<>(size() + 1);
      Collections.reverse(top);
      all.addAll(top);
      all.addAll(rest);
      top.clear();
      rest = all;
    }
    return rest;
  }

  Chain build() {
    return new Chain(name, policy, counters, entries().stream().map(RuleEntry::rule).toList());
  }
}
