package dev.chainfuse.fuse;

import dev.chainfuse.rules.Chain;
import dev.chainfuse.rules.ChainTarget;
import dev.chainfuse.rules.Counters;
import dev.chainfuse.rules.HeaderMatch;
import dev.chainfuse.rules.Hook;
import dev.chainfuse.rules.Match;
import dev.chainfuse.rules.Policy;
import dev.chainfuse.rules.Rule;
import dev.chainfuse.rules.RuleSet;
import dev.chainfuse.rules.SourcePosition;
import dev.chainfuse.rules.Table;
import dev.chainfuse.rules.TableName;
import dev.chainfuse.rules.Target;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The filter table, rule by rule. Policies are ACCEPT until told otherwise. */
final class ChainBuilder {
  private final Map<String, List<Rule>> chains = new LinkedHashMap<>();
  private final Map<String, Policy> policies = new LinkedHashMap<>();

  ChainBuilder() {
    for (Hook hook : TableName.FILTER.hooks()) {
      chain(hook.name());
      policies.put(hook.name(), Policy.ACCEPT);
    }
  }

  static HeaderMatch from(HeaderMatch.Address source) {
    return new HeaderMatch(
        source,
        HeaderMatch.Address.ANY,
        HeaderMatch.Interface.ANY,
        HeaderMatch.Interface.ANY,
        0,
        false,
        HeaderMatch.Fragment.ANY);
  }

  void policy(Hook hook, Policy policy) {
    policies.put(hook.name(), policy);
  }

  List<Rule> chain(String name) {
    return chains.computeIfAbsent(name, unused -> new ArrayList<>());
  }

  void rule(String chain, Target target, Match... matches) {
    rule(chain, HeaderMatch.ANY, target, matches);
  }

  void rule(String chain, HeaderMatch header, Target target, Match... matches) {
    chain(chain)
        .add(new Rule(header, List.of(matches), target, Counters.ZERO, SourcePosition.NONE));
  }

  void jump(String chain, String to, Match... matches) {
    chain(to);
    rule(chain, new ChainTarget(Target.Kind.JUMP, to), matches);
  }

  void go(String chain, String to, Match... matches) {
    chain(to);
    rule(chain, new ChainTarget(Target.Kind.GOTO, to), matches);
  }

  RuleSet filter() {
    List<Chain> all = new ArrayList<>();
    chains.forEach(
        (name, rules) -> all.add(new Chain(name, policies.get(name), Counters.ZERO, rules)));
    return new RuleSet(List.of(new Table(TableName.FILTER, all)));
  }
}
