package dev.chainfuse.scenarios.differential;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Shell scripts that build a host and take it back to its beginning. */
final class LabScripts {
  private static final Pattern PER_INTERFACE =
      Pattern.compile("net\\.ipv[46]\\.(conf|neigh)\\.(?!all\\.|default\\.).*");

  private static final Map<String, List<String>> HOOKS =
      Map.of(
          "raw", List.of("PREROUTING", "OUTPUT"),
          "mangle", List.of("PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"),
          "nat", List.of("PREROUTING", "INPUT", "OUTPUT", "POSTROUTING"),
          "filter", List.of("INPUT", "FORWARD", "OUTPUT"),
          "security", List.of("INPUT", "FORWARD", "OUTPUT"));

  private LabScripts() {}

  /** Cables, made where the far ends are. */
  static String cables(LabTopology lab) {
    StringBuilder out = new StringBuilder();
    for (String which : List.of("all", "default")) {
      set(out, "net.ipv6.conf." + which + ".disable_ipv6", "1");
      set(out, "net.ipv4.conf." + which + ".arp_ignore", "8");
    }
    set(out, "net.ipv4.ip_forward", "0");
    out.append("ip -batch - <<END\n");
    out.append("link add mark0 type veth peer name mark1\n");
    out.append("link set mark0 up arp off\nlink set mark1 up arp off\n");
    for (int i = 0; i < lab.ports().size(); i++) {
      out.append("link add p" + i + " mtu 9000 type veth peer name ");
      out.append(lab.ports().get(i).name()).append(" netns $HOST_NS\n");
      out.append("link set p" + i + " up arp off\n");
    }
    out.append("END\n");
    return out.toString();
  }

  /** Everything on the host but the rules. */
  static String host(LabTopology lab) {
    StringBuilder out = new StringBuilder();
    Map<String, String> settings = settings(lab);
    settings.forEach(
        (key, value) -> {
          if (!PER_INTERFACE.matcher(key).matches()) {
            set(out, key, value);
          }
        });
    out.append("ip -batch - <<END\nlink set lo up\n");
    for (LabTopology.Bridge b : lab.bridges()) {
      out.append("link add ").append(b.name());
      out.append(" type bridge stp_state 0 forward_delay 0 mcast_snooping 0\n");
      out.append("link set ").append(b.name()).append(" address ").append(b.mac()).append('\n');
    }
    for (LabTopology.Port p : lab.ports()) {
      String link = "link set " + p.name() + " ";
      out.append(link).append("address ").append(p.mac()).append('\n');
      out.append(link).append("mtu ").append(p.mtu()).append('\n');
      if (p.master() != null) {
        out.append(link).append("master ").append(p.master()).append('\n');
      }
    }
    lab.bridges().forEach(b -> out.append("link set ").append(b.name()).append(" mtu 1500 up\n"));
    for (LabTopology.Port p : lab.ports()) {
      out.append("link set ").append(p.name()).append(" up\n");
      if (p.hairpin()) {
        out.append("link set ").append(p.name()).append(" type bridge_slave hairpin on\n");
      }
    }
    lab.addresses()
        .forEach(a -> out.append("address add " + a.prefix() + " brd + dev " + a.device() + "\n"));
    lab.routes().forEach(r -> out.append("route add ").append(r).append('\n'));
    for (LabTopology.Neighbour n : lab.neighbours()) {
      out.append("neigh replace " + n.address() + " lladdr " + n.mac());
      out.append(" dev " + n.device() + " nud permanent\n");
    }
    out.append("END\n");
    for (LabTopology.FdbEntry f : lab.fdb()) {
      out.append("bridge fdb replace " + f.mac() + " dev " + f.port() + " master static\n");
    }
    settings.forEach(
        (key, value) -> {
          if (PER_INTERFACE.matcher(key).matches()) {
            set(out, key, value);
          }
        });
    return out.append(probe()).toString();
  }

  /**
   * Reports what is delivered and keeps it from the host's programs. The chain comes behind
   * connection tracking's confirmation: of hooks of one priority the last that was registered is
   * the first that runs (nf_hook_entries_grow, net/netfilter/core.c).
   */
  private static String probe() {
    return """
        nft -f - <<END
        add table ip probe
        add chain ip probe delivered { type filter hook input priority 2147483647; }
        add rule ip probe delivered log group 7
        add rule ip probe delivered drop
        END
        """;
  }

  private static Map<String, String> settings(LabTopology lab) {
    Map<String, String> all = new LinkedHashMap<>();
    // Writing ip_forward resets settings of interfaces, so it comes first.
    all.put("net.ipv4.ip_forward", "1");
    for (String which : List.of("all", "default")) {
      all.put("net.ipv4.conf." + which + ".rp_filter", "0");
      all.put("net.ipv4.conf." + which + ".send_redirects", "0");
      all.put("net.ipv6.conf." + which + ".disable_ipv6", "1");
    }
    all.put("net.ipv4.icmp_ratelimit", "0");
    all.put("net.ipv4.icmp_msgs_per_sec", "1000000");
    all.put("net.ipv4.icmp_msgs_burst", "1000000");
    all.putAll(lab.sysctls());
    return all;
  }

  private static void set(StringBuilder out, String key, String value) {
    out.append("echo ").append(value).append(" > /proc/sys/").append(key.replace('.', '/'));
    out.append('\n');
  }

  /** Loads the rules of a case, other tables empty. */
  static String begin(String rules, Backend backend) {
    StringBuilder out = new StringBuilder();
    out.append(backend.restore())
        .append(rules.startsWith("[") || rules.contains("\n[") ? " -c" : "");
    out.append(" <<'END'\n").append(rules);
    HOOKS.forEach(
        (table, hooks) -> {
          if (!rules.contains("*" + table + "\n")) {
            out.append('*').append(table).append('\n');
            hooks.forEach(hook -> out.append(':').append(hook).append(" ACCEPT [0:0]\n"));
            out.append("COMMIT\n");
          }
        });
    out.append("END\n");
    return out.toString();
  }

  /** Which of the programs of iptables are used. */
  enum Backend {
    LEGACY,
    NFT;

    String program(String which) {
      return "iptables-" + (this == LEGACY ? "legacy" : "nft") + "-" + which;
    }

    String restore() {
      return program("restore") + (this == LEGACY ? " -w" : "");
    }
  }
}
