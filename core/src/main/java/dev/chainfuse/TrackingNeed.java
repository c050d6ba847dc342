package dev.chainfuse;

import dev.chainfuse.rules.Chain;
import dev.chainfuse.rules.Match;
import dev.chainfuse.rules.Rule;
import dev.chainfuse.rules.RuleSet;
import dev.chainfuse.rules.Table;
import java.util.Set;

/**
 * Whether rules make the kernel track connections: their check functions call nf_ct_netns_get (such
 * as conntrack_mt_check in net/netfilter/xt_conntrack.c). An empty nat table does not.
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

  static boolean of(RuleSet rules) {
    for (Table table : rules.tables()) {
      for (Chain chain : table.chains()) {
        for (Rule rule : chain.rules()) {
          if (needs(rule)) {
            return true;
          }
        }
      }
    }
    return false;
  }

  private static boolean needs(Rule rule) {
    if (TARGETS.contains(rule.target().targetName())) {
      return true;
    }
    for (Match match : rule.matches()) {
      if (MATCHES.contains(match.name())) {
        return true;
      }
    }
    return false;
  }
}
