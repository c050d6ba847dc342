package dev.chainfuse.rules.text;

import dev.chainfuse.rules.Chain;
import dev.chainfuse.rules.ChainTarget;
import dev.chainfuse.rules.Hook;
import dev.chainfuse.rules.Policy;
import dev.chainfuse.rules.Table;
import dev.chainfuse.rules.TableName;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A table that is being built. Built-in chains stand in the order of hooks, user chains sorted by
 * name, as libiptc keeps them (libiptc/libiptc.c, iptc_insert_chain).
 */
final class TableBuilder {
  private final TableName name;
  private final Map<String, ChainBuilder> builtIn = new LinkedHashMap<>();
  private final Map<String, ChainBuilder> user = new TreeMap<>();

  /** A table as the kernel has it when loaded: every policy ACCEPT. */
  TableBuilder(TableName name) {
    this.name = name;
    for (Hook hook : name.hooks()) {
      builtIn.put(hook.name(), new ChainBuilder(hook.name(), Policy.ACCEPT));
    }
  }

  static TableBuilder of(Table table) {
    TableBuilder builder = new TableBuilder(table.name());
    for (Chain chain : table.chains()) {
      ChainBuilder copy = builder.chain(chain.name());
      if (copy == null) {
        copy = new ChainBuilder(chain.name(), null);
        builder.user.put(chain.name(), copy);
      }
      if (chain.policy() != null) {
        copy.setPolicy(chain.policy());
        copy.setCounters(chain.counters());
      }
    }
    for (Chain chain : table.chains()) {
      ChainBuilder copy = builder.existing(new Token(chain.name(), 1));
      chain.rules().forEach(rule -> builder.append(copy, RuleEntry.of(rule)));
    }
    return builder;
  }

  /** The table without rules and user chains: policies stay (iptables-restore without -n). */
  TableBuilder flushed() {
    TableBuilder out = new TableBuilder(name);
    for (ChainBuilder chain : builtIn.values()) {
      ChainBuilder copy = out.existing(new Token(chain.name(), 1));
      if (chain.policy() != null) {
        copy.setPolicy(chain.policy());
        copy.setCounters(chain.counters());
      }
    }
    return out;
  }

  TableName name() {
    return name;
  }

  @Nullable ChainBuilder chain(String chain) {
    ChainBuilder found = builtIn.get(chain);
    return found == null ? user.get(chain) : found;
  }

  boolean hasChain(String chain) {
    return chain(chain) != null;
  }

  boolean hasUserChain(String chain) {
    return user.containsKey(chain);
  }

  Set<String> chainNames() {
    return user.keySet();
  }

  /** All chains, in the order in which they are printed. */
  List<ChainBuilder> chains() {
    List<ChainBuilder> all = new ArrayList<>(builtIn.values());
    all.addAll(user.values());
    return all;
  }

  List<ChainBuilder> builtInChains() {
    return List.copyOf(builtIn.values());
  }

  List<ChainBuilder> userChains() {
    return List.copyOf(user.values());
  }

  ChainBuilder existing(Token chain) {
    ChainBuilder found = chain(chain.text());
    if (found == null) {
      List<String> known = new ArrayList<>(builtIn.keySet());
      if (user.size() <= Suggestion.MOST_CANDIDATES) {
        known.addAll(user.keySet());
      }
      String near = Suggestion.of(chain.text(), known, "");
      throw new LineException(
          chain.column(),
          "there is no chain '" + chain.text() + "' in table " + name.text(),
          near.isEmpty() ? "declare it above, with ':" + chain.text() + " - [0:0]'" : near);
    }
    return found;
  }

  ChainBuilder create(Token chain) {
    if (hasChain(chain.text()) || ChainNames.isVerdict(chain.text())) {
      throw new LineException(
          chain.column(), "chain '" + chain.text() + "' exists already", "name it once");
    }
    ChainBuilder created = new ChainBuilder(chain.text(), null);
    user.put(chain.text(), created);
    return created;
  }

  void append(ChainBuilder chain, RuleEntry entry) {
    chain.append(entry);
    count(entry, 1);
  }

  void insert(ChainBuilder chain, int index, RuleEntry entry) {
    chain.insert(index, entry);
    count(entry, 1);
  }

  void replace(ChainBuilder chain, int index, RuleEntry entry) {
    count(chain.entries().set(index, entry), -1);
    count(entry, 1);
  }

  void delete(ChainBuilder chain, int index) {
    count(chain.entries().remove(index), -1);
  }

  void flush(ChainBuilder chain) {
    chain.entries().forEach(entry -> count(entry, -1));
    chain.entries().clear();
  }

  void remove(ChainBuilder chain) {
    user.remove(chain.name());
  }

  /** Gives a user chain another name, in the rules that lead to it, too. */
  void rename(ChainBuilder chain, String to) {
    String from = chain.name();
    user.remove(from);
    chain.rename(to);
    user.put(to, chain);
    for (ChainBuilder other : chains()) {
      other.entries().replaceAll(entry -> renamed(entry, from, to));
    }
  }

  private static RuleEntry renamed(RuleEntry entry, String from, String to) {
    if (!(entry.rule().target() instanceof ChainTarget target) || !target.chain().equals(from)) {
      return entry;
    }
    return new RuleEntry(
        Rules.withTarget(entry.rule(), new ChainTarget(target.kind(), to)),
        entry.rechecks(),
        entry.column());
  }

  private void count(RuleEntry entry, int change) {
    if (entry.rule().target() instanceof ChainTarget target) {
      ChainBuilder chain = user.get(target.chain());
      if (chain != null) {
        chain.addReference(change);
      }
    }
  }

  Table build() {
    return new Table(name, chains().stream().map(ChainBuilder::build).toList());
  }
}
