package dev.chainfuse.fuse;

import dev.chainfuse.rules.Chain;
import dev.chainfuse.rules.ChainTarget;
import dev.chainfuse.rules.Hook;
import dev.chainfuse.rules.HostFacts;
import dev.chainfuse.rules.Policy;
import dev.chainfuse.rules.Rule;
import dev.chainfuse.rules.RuleNumbers;
import dev.chainfuse.rules.RuleSet;
import dev.chainfuse.rules.Table;
import dev.chainfuse.rules.Target;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Compiles the rules of a host. Each chain is compiled once, however often it is jumped to, so that
 * size and time are about linear in the number of rules. One use by one thread.
 */
public final class ChainFuser {
  private final RuleSet ruleSet;
  private final HostFacts host;
  private final SegmentCompiler compiler;
  private final RuleNumbers numbers;
  private final RuleArrays rules;
  private final SegmentRows rows;
  private final ClassTables read = new ClassTables();
  private final List<SegmentStatistics> statistics = new ArrayList<>();

  private ChainFuser(RuleSet ruleSet, HostFacts host, FuseBudget budget) {
    this.ruleSet = ruleSet;
    this.host = host;
    this.compiler = new SegmentCompiler(budget);
    this.numbers = new RuleNumbers(ruleSet);
    this.rules = RuleArrays.of(numbers.ruleCount());
    this.rows = new SegmentRows(numbers.ruleCount());
  }

  /** {@link #compile(RuleSet, HostFacts, FuseBudget)} within {@link FuseBudget#DEFAULT}. */
  public static FusedRules compile(RuleSet rules, HostFacts host) {
    return compile(rules, host, FuseBudget.DEFAULT);
  }

  /**
   * Compiles a rule set.
   *
   * @param host interfaces and addresses that the rules name
   * @throws IllegalArgumentException if a rule leads to a chain that is missing, or a chain to
   *     itself
   */
  public static FusedRules compile(RuleSet rules, HostFacts host, FuseBudget budget) {
    return new ChainFuser(rules, host, budget).compile();
  }

  private FusedRules compile() {
    int chainCount = ruleSet.tables().stream().mapToInt(table -> table.chains().size()).sum();
    int[] firstSegments = new int[chainCount];
    int[] firstRules = new int[chainCount];
    int[] endRules = new int[chainCount];
    int chain = 0;
    int rule = 0;
    int depth = 0;
    for (Table table : ruleSet.tables()) {
      ChainGraph graph = new ChainGraph(table);
      depth = Math.max(depth, graph.depth());
      int firstChain = chain;
      for (Chain each : table.chains()) {
        firstRules[chain] = rule;
        firstSegments[chain] = compile(table, each, rule, firstChain, graph);
        rule += each.rules().size();
        endRules[chain++] = rule;
      }
    }
    int[] interpreted = new int[chainCount];
    for (int i = 0; i < chainCount; i++) {
      interpreted[i] = rows.addInterpreted(firstRules[i], endRules[i]);
    }
    return new FusedRules(
        entries(),
        new FusedRules.Chains(firstSegments, interpreted, depth),
        rows.toArrays(),
        rules,
        host,
        new Tracing(ruleSet, numbers),
        numbers,
        statistics,
        read);
  }

  /** Compiles one chain; its first segment, or -1. */
  private int compile(Table table, Chain chain, int first, int firstChain, ChainGraph graph) {
    List<CompiledRule> compiled = new ArrayList<>(chain.rules().size());
    for (Rule rule : chain.rules()) {
      int number = first + compiled.size();
      CompiledRule next = CompiledRule.of(rule, host);
      compiled.add(next);
      next.conditions().forEach(read::add);
      rules.set(number, next);
      Target target = rule.target();
      if (target instanceof ChainTarget to) {
        rules.toChain()[number] = firstChain + graph.number(to.chain());
      }
    }
    List<Segment> segments = compiler.compile(compiled, first, graph);
    int firstSegment = segments.isEmpty() ? -1 : rows.size();
    for (int i = 0; i < segments.size(); i++) {
      Segment segment = segments.get(i);
      long bytes = rows.add(segment, compiled, first, i == segments.size() - 1);
      statistics.add(
          segment.statistics(table.name(), chain.name(), segment.firstRule() - first + 1, bytes));
    }
    return firstSegment;
  }

  private FusedRules.Entries entries() {
    int[] chains = new int[FusedRules.ENTRIES];
    int[] policies = new int[FusedRules.ENTRIES];
    int[] verdicts = new int[FusedRules.ENTRIES];
    Arrays.fill(chains, -1);
    int chain = 0;
    int policy = 0;
    for (Table table : ruleSet.tables()) {
      for (Chain each : table.chains()) {
        if (each.builtIn()) {
          int entry = FusedRules.entry(table.name(), Hook.valueOf(each.name()));
          chains[entry] = chain;
          policies[entry] = policy++;
          verdicts[entry] = each.policy() == Policy.ACCEPT ? Target.ACCEPT : Target.DROP;
        }
        chain++;
      }
    }
    return new FusedRules.Entries(chains, policies, verdicts);
  }
}
