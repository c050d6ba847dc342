package dev.chainfuse;

import dev.chainfuse.conntrack.ChoiceSource;
import dev.chainfuse.conntrack.ConnectionTable;
import dev.chainfuse.conntrack.ConnectionTracking;
import dev.chainfuse.conntrack.ConntrackSettings;
import dev.chainfuse.conntrack.FlowTable;
import dev.chainfuse.conntrack.NatSearch;
import dev.chainfuse.conntrack.SeededChoices;
import dev.chainfuse.conntrack.TupleSearch;
import dev.chainfuse.host.Topology;
import dev.chainfuse.reference.MapConnections;
import dev.chainfuse.reference.PlainNatSearch;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Puts connection tracking together for one session. */
final class Tracking {
  private static final String SYSCTLS = "net.netfilter.";
  private static final String PREFIX = SYSCTLS + "nf_conntrack_";

  private Tracking() {}

  /** The host's settings, with the table's size at most {@code maximum}. */
  static ConntrackSettings settings(Topology topology, int maximum) {
    ConntrackSettings settings = ConntrackSettings.defaults(maximum);
    for (Map.Entry<String, String> entry : topology.sysctls().given().entrySet()) {
      if (entry.getKey().startsWith(PREFIX)) {
        String name = entry.getKey().substring(SYSCTLS.length());
        settings = settings.with(name, (int) topology.sysctls().number(entry.getKey()));
      }
    }
    return settings;
  }

  static ConnectionTable table(@Nullable FlowTable fused, Flows flows, SessionOptions options) {
    return fused != null ? fused : new MapConnections(flows.maximum(), options.seed());
  }

  static ConnectionTracking of(
      ConnectionTable table, Topology topology, Flows flows, SessionOptions options) {
    ChoiceSource given = options.choices();
    ChoiceSource choices = given == null ? new SeededChoices(options.seed()) : given;
    NatSearch search =
        table instanceof FlowTable
            ? new TupleSearch(table, choices)
            : new PlainNatSearch(table, choices);
    return new ConnectionTracking(table, search, settings(topology, flows.maximum()));
  }
}
