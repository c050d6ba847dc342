package dev.chainfuse;

import dev.chainfuse.rules.Chain;
import dev.chainfuse.rules.Match;
import dev.chainfuse.rules.Rule;
import dev.chainfuse.rules.RuleSet;
import dev.chainfuse.rules.Table;
import java.util.Set;

/**
 * What the mere presence of a rule makes the kernel do: its check function calls nf_ct_netns_get
 * (such as conntrack_mt_check in net/netfilter/xt_conntrack.c), nf_defrag_ipv4_enable or
 * nf_ct_set_acct. An empty nat table does none of it.
 */
final class TrackingNeed {
  private static final Set<String> MATCHES =
      Set.of("conntrack", "state", "connmark", "connbytes", "connlimit", "helper", "cluster");

  private static final Set<String> TARGETS =
      Set.of(
          "CT",
          "NOTRACK",
          "CONNMARK",
          "CONNSECMARK",
          "SNAT",
          "DNAT",
          "MASQUERADE",
          "REDIRECT",
          "NETMAP");

  private TrackingNeed() {}

  /** Connections are tracked. */
  static boolean of(RuleSet rules) {
    return any(rules, MATCHES, TARGETS);
  }

  /** Fragments are put together though connections need not be tracked. */
  static boolean ofWholePackets(RuleSet rules) {
    return any(rules, Set.of("socket"), Set.of("TPROXY"));
  }

  /** Packets and bytes of connections are counted (connbytes_mt_check). */
  static boolean ofCounters(RuleSet rules) {
    return any(rules, Set.of("connbytes"), Set.of());
  }

  private static boolean any(RuleSet rules, Set<String> matches, Set<String> targets) {
    for (Table table : rules.tables()) {
      for (Chain chain : table.chains()) {
        for (Rule rule : chain.rules()) {
          if (has(rule, matches, targets)) {
            return true;
          }
        }
      }
    }
    return false;
  }

  private static boolean has(Rule rule, Set<String> matches, Set<String> targets) {
    if (targets.contains(rule.target().targetName())) {
      return true;
    }
    for (Match match : rule.matches()) {
      if (matches.contains(match.name())) {
        return true;
      }
    }
    return false;
  }
}
