package dev.chainfuse.rules.text;

import dev.chainfuse.rules.MatchModule;
import dev.chainfuse.rules.TargetModule;
import dev.chainfuse.rules.match.MatchModules;
import dev.chainfuse.rules.target.TargetModules;
import java.util.HashMap;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The matches and targets that rules may use: those of Chainfuse, and those that {@link
 * ServiceLoader} finds as {@link MatchModule} and {@link TargetModule}. Immutable, thread-safe.
 */
public final class RuleModules {
  /** What iptables 1.8.9 has and Chainfuse not, to tell it from a slip of the pen. */
  private static final Set<String> MATCHES_OF_IPTABLES =
      words(
          """
          addrtype ah bpf cgroup cluster comment connbytes connlabel connlimit connmark conntrack cpu
          dccp devgroup dscp ecn esp helper hashlimit icmp iprange ipvs length limit mac mark
          multiport nfacct osf owner physdev pkttype policy quota rateest realm recent rpfilter sctp
          set socket state statistic string tcp tcpmss time tos ttl u32 udp ipcomp srh unclean
          """);

  private static final Set<String> TARGETS_OF_IPTABLES =
      words(
          """
          AUDIT CHECKSUM CLASSIFY CLUSTERIP CONNMARK CONNSECMARK CT DNAT DSCP ECN HMARK IDLETIMER
          LED LOG MARK MASQUERADE NETMAP NFLOG NFQUEUE NOTRACK QUEUE RATEEST REDIRECT REJECT SECMARK
          SET SNAT SYNPROXY TCPMSS TCPOPTSTRIP TEE TOS TPROXY TRACE TTL ULOG
          """);

  private static final RuleModules STANDARD = load();

  private final Map<String, MatchModule> matches = new HashMap<>();
  private final Map<String, TargetModule> targets = new HashMap<>();

  /** Names of the IP sets that rules may refer to. */
  private final Set<String> sets;

  private RuleModules(Set<String> sets) {
    this.sets = sets;
  }

  private static Set<String> words(String text) {
    return Set.of(text.trim().split("\\s+"));
  }

  private static RuleModules load() {
    RuleModules modules = new RuleModules(Set.of());
    MatchModules.ALL.forEach(module -> modules.matches.put(module.name(), module));
    TargetModules.ALL.forEach(module -> modules.targets.put(module.name(), module));
    for (MatchModule module : ServiceLoader.load(MatchModule.class)) {
      modules.matches.putIfAbsent(module.name(), module);
    }
    for (TargetModule module : ServiceLoader.load(TargetModule.class)) {
      modules.targets.putIfAbsent(module.name(), module);
    }
    return modules;
  }

  /** All modules on the class path; Chainfuse's own win over others of the same name. */
  public static RuleModules standard() {
    return STANDARD;
  }

  /** The same modules, and rules may refer to these IP sets. */
  RuleModules withSets(Set<String> names) {
    RuleModules modules = new RuleModules(names);
    modules.matches.putAll(matches);
    modules.targets.putAll(targets);
    return modules;
  }

  boolean hasSet(String name) {
    return sets.contains(name);
  }

  /** The match of that name, or null. */
  public @Nullable MatchModule match(String name) {
    return matches.get(name);
  }

  /** The extension target of that name, or null. */
  public @Nullable TargetModule target(String name) {
    return targets.get(name);
  }

  LineException unknownMatch(Token name) {
    String text = name.text();
    if (MATCHES_OF_IPTABLES.contains(text)) {
      return new LineException(
          name.column(),
          "match '" + text + "' is not supported yet",
          "leave the rule out, or read leniently");
    }
    return new LineException(
        name.column(),
        "unknown match '" + text + "'",
        Suggestion.of(text, matches.keySet(), "the matches are "));
  }

  LineException unknownTarget(Token name, Set<String> chains) {
    String text = name.text();
    if (TARGETS_OF_IPTABLES.contains(text)) {
      return new LineException(
          name.column(),
          "target '" + text + "' is not supported yet",
          "leave the rule out, or read leniently");
    }
    Set<String> known = new TreeSet<>(targets.keySet());
    known.addAll(Set.of("ACCEPT", "DROP", "RETURN"));
    if (chains.size() <= Suggestion.MOST_CANDIDATES) {
      known.addAll(chains);
    }
    String mend = Suggestion.of(text, known, "");
    return new LineException(
        name.column(),
        "'" + text + "' is neither a chain of this table nor a target",
        mend.isEmpty() ? "declare the chain above the rule, with ':" + text + " - [0:0]'" : mend);
  }
}
