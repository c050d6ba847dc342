package dev.chainfuse.rules.text;

import dev.chainfuse.rules.ChainTarget;
import dev.chainfuse.rules.HeaderMatch;
import dev.chainfuse.rules.Hook;
import dev.chainfuse.rules.Rule;
import dev.chainfuse.rules.StandardTarget;
import dev.chainfuse.rules.Target;
import dev.chainfuse.rules.TargetModule;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What the kernel checks when it takes a table: from which hooks each rule is reached, that no jump
 * leads back, and that targets and matches may be reached from there
 * (net/ipv4/netfilter/ip_tables.c, mark_source_chains and check_target). As in the kernel, what no
 * hook reaches is not checked, nor what stands behind an unconditional verdict.
 */
final class Reachability {
  private final RuleModules modules;
  private final BiConsumer<RuleEntry, LineException> refuse;
  private final Map<String, Visit> visits = new HashMap<>();
  private final Set<RuleEntry> refused = Collections.newSetFromMap(new IdentityHashMap<>());

  /** A chain as seen so far. */
  private static final class Visit {
    private final ChainBuilder chain;

    /** Rules from 0 up to here, exclusive, can be reached. */
    private final int end;

    private final Set<Hook> hooks = EnumSet.noneOf(Hook.class);
    private boolean onPath;
    private int next;

    private Visit(ChainBuilder chain) {
      this.chain = chain;
      this.end = end(chain.entries());
    }

    private static int end(List<RuleEntry> rules) {
      for (int i = 0; i < rules.size(); i++) {
        if (isUnconditional(rules.get(i).rule())) {
          return i + 1;
        }
      }
      return rules.size();
    }

    private static boolean isUnconditional(Rule rule) {
      return rule.target() instanceof StandardTarget
          && rule.target().kind() != Target.Kind.NONE
          && rule.matches().isEmpty()
          && rule.header().equals(HeaderMatch.ANY);
    }
  }

  private Reachability(
      TableBuilder table, RuleModules modules, BiConsumer<RuleEntry, LineException> refuse) {
    this.modules = modules;
    this.refuse = refuse;
    for (ChainBuilder chain : table.chains()) {
      visits.put(chain.name(), new Visit(chain));
    }
  }

  /** Checks the table; calls {@code refuse} for each rule that is wrong, once. */
  static void check(
      TableBuilder table, RuleModules modules, BiConsumer<RuleEntry, LineException> refuse) {
    Reachability reachability = new Reachability(table, modules, refuse);
    for (Hook hook : table.name().hooks()) {
      reachability.walk(hook);
    }
    for (ChainBuilder chain : table.chains()) {
      Visit visit = reachability.visits.get(chain.name());
      if (visit != null && !visit.hooks.isEmpty()) {
        reachability.checkRules(visit);
      }
    }
  }

  private void walk(Hook hook) {
    Deque<Visit> path = new ArrayDeque<>();
    enter(visits.get(hook.name()), hook, path);
    while (!path.isEmpty()) {
      Visit visit = path.element();
      if (visit.next == visit.end) {
        visit.onPath = false;
        path.pop();
        continue;
      }
      RuleEntry entry = visit.chain.entries().get(visit.next++);
      if (!(entry.rule().target() instanceof ChainTarget target)) {
        continue;
      }
      Visit to = visits.get(target.chain());
      if (to != null && to.onPath) {
        refuse(
            entry,
            "the jump to " + target.chain() + " makes a loop",
            "chain " + target.chain() + " leads here");
      } else if (to != null && !to.hooks.contains(hook)) {
        enter(to, hook, path);
      }
    }
  }

  private static void enter(@Nullable Visit visit, Hook hook, Deque<Visit> path) {
    if (visit != null) {
      visit.hooks.add(hook);
      visit.onPath = true;
      visit.next = 0;
      path.push(visit);
    }
  }

  private void checkRules(Visit visit) {
    List<RuleEntry> rules = visit.chain.entries();
    for (int i = 0; i < visit.end; i++) {
      RuleEntry entry = rules.get(i);
      if (entry.rule().target().kind() == Target.Kind.EXTENSION) {
        checkTarget(entry, visit.hooks);
      }
      for (LoadedModule module : entry.rechecks()) {
        try {
          module.recheck(visit.hooks);
        } catch (LineException e) {
          if (refused.add(entry)) {
            refuse.accept(entry, e);
          }
        }
      }
    }
  }

  private void checkTarget(RuleEntry entry, Set<Hook> hooks) {
    String name = entry.rule().target().targetName();
    TargetModule module = modules.target(name);
    if (module == null || module.hooks().isEmpty() || module.hooks().containsAll(hooks)) {
      return;
    }
    Set<Hook> wrong = new TreeSet<>(hooks);
    wrong.removeAll(module.hooks());
    refuse(
        entry,
        "target " + name + " cannot be reached from " + names(wrong),
        "it works in " + names(module.hooks()));
  }

  private static String names(Set<Hook> hooks) {
    return String.join(", ", new TreeSet<>(hooks).stream().map(Hook::name).toList());
  }

  private void refuse(RuleEntry entry, String problem, String mend) {
    if (refused.add(entry)) {
      refuse.accept(entry, new LineException(entry.column(), problem, mend));
    }
  }
}
