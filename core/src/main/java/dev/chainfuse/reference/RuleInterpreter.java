package dev.chainfuse.reference;

import dev.chainfuse.packet.Skb;
import dev.chainfuse.rules.Chain;
import dev.chainfuse.rules.ChainTarget;
import dev.chainfuse.rules.Hook;
import dev.chainfuse.rules.HostFacts;
import dev.chainfuse.rules.Match;
import dev.chainfuse.rules.MatchContext;
import dev.chainfuse.rules.Policy;
import dev.chainfuse.rules.Rule;
import dev.chainfuse.rules.RuleEvaluator;
import dev.chainfuse.rules.RuleNumbers;
import dev.chainfuse.rules.RuleSet;
import dev.chainfuse.rules.Table;
import dev.chainfuse.rules.TableName;
import dev.chainfuse.rules.Target;
import dev.chainfuse.rules.TargetContext;
import dev.chainfuse.rules.Trace;
import dev.chainfuse.stateful.SetRegistry;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Interprets rules one by one, as iptables(8) and ipt_do_table (net/ipv4/netfilter/ip_tables.c)
 * tell it. Slow on purpose: what a compiled rule set does is held against this. One thread.
 */
public final class RuleInterpreter extends RuleEvaluator {
  private final RuleSet rules;
  private final RuleNumbers numbers;
  private final MatchContext asked;

  /** {@code states.get(rule).get(match)}: the state of each match of each rule, or null. */
  private final List<List<@Nullable Object>> states = new ArrayList<>();

  private final long[] rulePackets;
  private final long[] ruleBytes;
  private final long[] policyPackets;
  private final long[] policyBytes;
  private int decidedBy;

  /**
   * Starts with zero counters and fresh match states.
   *
   * @param seed of the draws of matches that are random by nature
   */
  public RuleInterpreter(RuleSet rules, HostFacts host, long seed) {
    this.rules = rules;
    this.numbers = new RuleNumbers(rules);
    this.asked = new MatchContext(new Skb(), host, new SplittableRandom(seed));
    for (int i = 0; i < numbers.ruleCount(); i++) {
      List<@Nullable Object> ofRule = new ArrayList<>();
      for (Match match : numbers.rule(i).rule().matches()) {
        ofRule.add(match.newState(asked));
      }
      states.add(ofRule);
    }
    this.rulePackets = new long[numbers.ruleCount()];
    this.ruleBytes = new long[numbers.ruleCount()];
    this.policyPackets = new long[numbers.policyCount()];
    this.policyBytes = new long[numbers.policyCount()];
  }

  /** A rule to go on with: the chain, the index in it, and the rule's number. */
  private record Step(Chain chain, int index, int number) {
    Step next() {
      return new Step(chain, index + 1, number + 1);
    }

    boolean atEnd() {
      return index == chain.rules().size();
    }

    Rule rule() {
      return chain.rules().get(index);
    }
  }

  @Override
  public void useSets(SetRegistry sets) {
    asked.sets = sets;
  }

  @Override
  public boolean loaded(TableName table, Hook hook) {
    Table loaded = rules.table(table);
    return loaded != null && loaded.chain(hook.name()) != null;
  }

  @Override
  public int run(TableName name, TargetContext context) {
    context.table = name;
    Table table = loadedTable(name);
    Chain builtIn = chain(table, context.hook.name());
    Deque<Step> callers = new ArrayDeque<>();
    Step step = start(table, builtIn);
    while (true) {
      if (step.atEnd()) {
        if (context.skb.traced && !step.chain().builtIn()) {
          Trace.end(context, step.chain());
        }
        if (callers.isEmpty()) {
          return policy(name, builtIn, context);
        }
        step = callers.pop();
        continue;
      }
      Rule rule = step.rule();
      int number = step.number();
      asked.hotDrop = false;
      boolean holds = matches(rule, number, context.skb);
      if (asked.hotDrop) {
        decidedBy = HOT_DROP;
        return Target.DROP;
      }
      if (!holds) {
        step = step.next();
        continue;
      }
      rulePackets[number]++;
      ruleBytes[number] += context.skb.totalLength;
      if (context.skb.traced) {
        Trace.rule(context, step.chain(), step.index() + 1, rule);
      }
      Target target = rule.target();
      switch (target.kind()) {
        case NONE -> step = step.next();
        case ACCEPT, DROP -> {
          decidedBy = number;
          return target.kind() == Target.Kind.ACCEPT ? Target.ACCEPT : Target.DROP;
        }
        case RETURN -> {
          if (callers.isEmpty()) {
            return policy(name, builtIn, context);
          }
          step = callers.pop();
        }
        case JUMP -> {
          callers.push(step.next());
          step = start(table, chain(table, ((ChainTarget) target).chain()));
        }
        // Nothing is pushed: the end of that chain goes on behind the jump that led here.
        case GOTO -> step = start(table, chain(table, ((ChainTarget) target).chain()));
        case EXTENSION -> {
          int result = target.apply(context);
          if (result != Target.CONTINUE) {
            decidedBy = number;
            return result;
          }
          step = step.next();
        }
      }
    }
  }

  private Step start(Table table, Chain chain) {
    return new Step(chain, 0, numbers.firstRule(table.name(), chain.name()));
  }

  /** Whether the header match and then every match holds; the first that does not ends it. */
  private boolean matches(Rule rule, int number, Skb skb) {
    if (!rule.header().matches(skb, asked.host)) {
      return false;
    }
    asked.skb = skb;
    for (int i = 0; i < rule.matches().size(); i++) {
      asked.state = states.get(number).get(i);
      if (!rule.matches().get(i).matches(asked) || asked.hotDrop) {
        return false;
      }
    }
    return true;
  }

  private int policy(TableName table, Chain builtIn, TargetContext context) {
    if (context.skb.traced) {
      Trace.end(context, builtIn);
    }
    int number = numbers.policy(table, context.hook);
    policyPackets[number]++;
    policyBytes[number] += context.skb.totalLength;
    decidedBy = -1 - number;
    return builtIn.policy() == Policy.ACCEPT ? Target.ACCEPT : Target.DROP;
  }

  private Table loadedTable(TableName name) {
    Table table = rules.table(name);
    if (table == null) {
      throw new IllegalArgumentException("table " + name.text() + " is not loaded");
    }
    return table;
  }

  private static Chain chain(Table table, String name) {
    Chain chain = table.chain(name);
    if (chain == null) {
      throw new IllegalArgumentException("no chain " + name + " in table " + table.name().text());
    }
    return chain;
  }

  @Override
  public int decidedBy() {
    return decidedBy;
  }

  @Override
  public long rulePackets(int rule) {
    return rulePackets[rule];
  }

  @Override
  public long ruleBytes(int rule) {
    return ruleBytes[rule];
  }

  @Override
  public long policyPackets(int policy) {
    return policyPackets[policy];
  }

  @Override
  public long policyBytes(int policy) {
    return policyBytes[policy];
  }

  @Override
  public void setCounters(
      long[] newRulePackets, long[] newRuleBytes, long[] newPolicyPackets, long[] newPolicyBytes) {
    System.arraycopy(newRulePackets, 0, rulePackets, 0, rulePackets.length);
    System.arraycopy(newRuleBytes, 0, ruleBytes, 0, ruleBytes.length);
    System.arraycopy(newPolicyPackets, 0, policyPackets, 0, policyPackets.length);
    System.arraycopy(newPolicyBytes, 0, policyBytes, 0, policyBytes.length);
  }

  @Override
  public MatchContext matchContext() {
    return asked;
  }
}
