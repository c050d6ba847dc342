package dev.chainfuse.scenarios.differential;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Draws rule files, in the words of iptables, that fit a host. */
final class RandomRuleText {
  private static final String[] STATES = {
    "NEW",
    "ESTABLISHED",
    "RELATED",
    "INVALID",
    "UNTRACKED",
    "RELATED,ESTABLISHED",
    "NEW,ESTABLISHED",
    "INVALID,NEW"
  };
  private static final String[] REJECTS = {
    "icmp-port-unreachable", "icmp-host-unreachable", "icmp-net-unreachable",
    "icmp-proto-unreachable", "icmp-net-prohibited", "icmp-host-prohibited",
    "icmp-admin-prohibited"
  };
  private static final String[] FLAGS = {
    "--syn",
    "! --syn",
    "--tcp-flags SYN,ACK SYN,ACK",
    "--tcp-flags ALL NONE",
    "--tcp-flags RST RST",
    "--tcp-flags FIN,RST,ACK ACK",
    "! --tcp-flags FIN,SYN,RST,PSH FIN"
  };
  private static final String[] TYPES = {
    "LOCAL", "UNICAST", "BROADCAST", "MULTICAST", "LOCAL,BROADCAST"
  };

  private final SplittableRandom random;
  private final Pool pool;
  private String table = "";
  private String chain = "";

  private RandomRuleText(SplittableRandom random, Pool pool) {
    this.random = random;
    this.pool = pool;
  }

  static String draw(SplittableRandom random, Pool pool) {
    RandomRuleText rules = new RandomRuleText(random, pool);
    StringBuilder out = new StringBuilder();
    rules.tableText(out, "raw", 5, "PREROUTING", "OUTPUT");
    rules.tableText(out, "mangle", 3, "PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING");
    rules.tableText(out, "nat", 1, "PREROUTING", "INPUT", "OUTPUT", "POSTROUTING");
    rules.tableText(out, "filter", 0, "INPUT", "FORWARD", "OUTPUT");
    rules.tableText(out, "security", 8, "INPUT", "FORWARD", "OUTPUT");
    return out.toString();
  }

  /** One in {@code rarity + 1} cases has no such table. */
  private void tableText(StringBuilder out, String name, int rarity, String... hooks) {
    if (rarity > 1 ? random.nextInt(rarity) > 0 : rarity == 1 && random.nextInt(4) == 0) {
      return;
    }
    table = name;
    int users = random.nextInt(4);
    out.append('*').append(name).append('\n');
    for (String hook : hooks) {
      boolean drop = name.equals("filter") ? random.nextInt(3) == 0 : random.nextInt(40) == 0;
      boolean may = !name.equals("nat");
      out.append(':').append(hook).append(drop && may ? " DROP" : " ACCEPT").append(" [0:0]\n");
    }
    for (int i = 1; i <= users; i++) {
      out.append(":user").append(i).append(" - [0:0]\n");
    }
    for (String hook : hooks) {
      chain = hook;
      rules(out, hook, 0, users, name.equals("filter") ? 9 : 4);
    }
    for (int i = 1; i <= users; i++) {
      chain = "user";
      rules(out, "user" + i, i, users, 4);
    }
    out.append("COMMIT\n");
  }

  private void rules(StringBuilder out, String name, int number, int users, int most) {
    int count = random.nextInt(most + 1);
    for (int i = 0; i < count; i++) {
      out.append("-A ").append(name).append(rule(number, users)).append('\n');
    }
  }

  private String pick(String... of) {
    return of[random.nextInt(of.length)];
  }

  private boolean chance(int percent) {
    return random.nextInt(100) < percent;
  }

  private String not() {
    return chance(12) ? " !" : "";
  }

  private String rule(int chainNumber, int users) {
    if (chance(18)) {
      return new RandomTargetText(random, pool).rule(table, chain);
    }
    StringBuilder rule = new StringBuilder();
    if (chance(30)) {
      rule.append(not()).append(" -s ").append(prefix());
    }
    if (chance(30)) {
      rule.append(not()).append(" -d ").append(prefix());
    }
    boolean in = !chain.equals("OUTPUT") && !chain.equals("POSTROUTING");
    boolean out = !chain.equals("INPUT") && !chain.equals("PREROUTING");
    boolean user = chain.equals("user");
    if (chance(20) && in && !user) {
      rule.append(not()).append(" -i ").append(device());
    }
    if (chance(20) && out && !user) {
      rule.append(not()).append(" -o ").append(device());
    }
    if (chance(3)) {
      rule.append(not()).append(" -f");
    }
    String protocol = chance(55) ? pick("tcp", "tcp", "udp", "icmp", "gre", "99") : "";
    String target = target(chainNumber, users);
    if (target.contains(":") && target.contains("NAT") || target.contains("-ports")) {
      protocol = pick("tcp", "tcp", "udp");
    } else if (target.contains("tcp-reset")) {
      protocol = "tcp";
    }
    if (!protocol.isEmpty()) {
      boolean needed = target.contains("NAT") || target.contains("RE") || target.contains("MASQ");
      rule.append(needed ? "" : not()).append(" -p ").append(protocol);
      if (rule.indexOf("! -p") < 0) {
        transport(rule, protocol);
      }
    }
    int matches = random.nextInt(5) == 0 ? 2 : random.nextInt(2);
    for (int i = 0; i < matches; i++) {
      rule.append(match());
    }
    return rule.append(target).toString();
  }

  private String prefix() {
    String address = pool.address(random);
    return switch (random.nextInt(8)) {
      case 0 -> Pool.masked(address, 24) + "/24";
      case 1 -> Pool.masked(address, 16) + "/16";
      case 2 -> Pool.masked(address, 30) + "/30";
      case 3 -> "10.0.0.0/255.0.0.0";
      case 4 -> chance(20) ? "0.0.0.5/0.0.0.255" : address;
      default -> address;
    };
  }

  private String device() {
    return switch (random.nextInt(6)) {
      case 0 -> "veth+";
      case 1 -> "lo";
      case 2 -> "e+";
      default -> pool.device(random);
    };
  }

  private String ports() {
    String port = pool.port(random);
    return switch (random.nextInt(5)) {
      case 0 -> port + ":" + Math.min(65535, Integer.parseInt(port) + random.nextInt(3000));
      case 1 -> ":" + port;
      default -> port;
    };
  }

  private void transport(StringBuilder rule, String protocol) {
    switch (protocol) {
      case "tcp", "udp" -> {
        if (chance(15)) {
          rule.append(" -m multiport")
              .append(not())
              .append(pick(" --dports ", " --sports ", " --ports "));
          rule.append(pool.port(random)).append(',').append(ports().replaceFirst("^:", "1:"));
          return;
        }
        rule.append(" -m ").append(protocol);
        if (chance(60)) {
          rule.append(not()).append(" --dport ").append(ports());
        }
        if (chance(12)) {
          rule.append(not()).append(" --sport ").append(ports());
        }
        if (protocol.equals("tcp") && chance(20)) {
          rule.append(' ').append(pick(FLAGS));
        }
      }
      case "icmp" -> {
        if (chance(60)) {
          rule.append(" -m icmp").append(not()).append(" --icmp-type ");
          rule.append(pick("8", "0", "3", "3/1", "11", "echo-request", "any", "3/3", "13"));
        }
      }
      default -> {}
    }
  }

  private String match() {
    String user = chain.equals("user") ? "" : chain;
    return switch (random.nextInt(20)) {
      case 0, 1, 2 -> " -m conntrack" + not() + " --ctstate " + pick(STATES);
      case 3 -> " -m state --state " + pick(STATES);
      case 4 -> " -m conntrack" + conntrack();
      case 5 ->
          " -m addrtype"
              + not()
              + pick(" --dst-type ", " --src-type ")
              + pick(TYPES)
              + (user.equals("PREROUTING") && chance(30) ? " --limit-iface-in" : "");
      case 6, 7 ->
          " -m mark" + not() + " --mark " + pick("0x1", "0x2", "0x1/0x1", "0x0", "0x3/0xf");
      case 8 -> " -m connmark" + not() + " --mark " + pick("0x1", "0x2", "0x0", "0x4/0x6");
      case 9 -> " -m pkttype" + not() + " --pkt-type " + pick("unicast", "broadcast", "multicast");
      case 10 ->
          " -m limit --limit "
              + pick("1/second", "10/minute", "100/second", "2/hour")
              + " --limit-burst "
              + (1 + random.nextInt(5));
      case 11 -> " -m statistic --mode nth --every " + (1 + random.nextInt(4)) + " --packet 0";
      case 12 -> iprange();
      case 13 -> physdev(user);
      case 14 -> " -m comment --comment \"a note " + random.nextInt(9) + "\"";
      case 15 -> "";
      default -> FurtherMatches.draw(random, table, chain);
    };
  }

  private String conntrack() {
    return switch (random.nextInt(7)) {
      case 0 -> not() + " --ctorigdst " + pool.address(random);
      case 1 -> not() + " --ctorigsrc " + pool.address(random);
      case 2 -> not() + " --ctreplsrc " + pool.address(random);
      case 3 -> " --ctdir " + pick("ORIGINAL", "REPLY");
      case 4 -> not() + " --ctstatus " + pick("ASSURED", "SEEN_REPLY", "CONFIRMED", "NONE");
      case 5 -> not() + " --ctorigdstport " + pool.port(random);
      default -> not() + " --ctstate " + pick("DNAT", "SNAT", "SNAT,DNAT");
    };
  }

  private String iprange() {
    String from = pool.address(random);
    String to = Pool.masked(from, 24).replaceFirst("0$", "254");
    return " -m iprange" + not() + pick(" --src-range ", " --dst-range ") + from + "-" + to;
  }

  private String physdev(String hook) {
    String in = " -m physdev" + not() + " --physdev-in " + pick("veth171", "veth172", "veth+");
    return switch (hook) {
      case "FORWARD" ->
          pick(
              in,
              " -m physdev --physdev-is-bridged",
              " -m physdev ! --physdev-is-bridged",
              " -m physdev --physdev-is-in",
              " -m physdev" + not() + " --physdev-out veth172");
      case "PREROUTING", "INPUT" -> in;
      default -> "";
    };
  }

  private String target(int chainNumber, int users) {
    if (chance(15) && chainNumber < users) {
      int to = chainNumber + 1 + random.nextInt(users - chainNumber);
      return (chance(25) ? " -g user" : " -j user") + to;
    }
    if (table.equals("nat") && !chain.equals("user") && chance(80)) {
      return nat();
    }
    return switch (random.nextInt(14)) {
      case 0, 1, 2 -> " -j ACCEPT";
      case 3, 4 -> table.equals("nat") ? " -j ACCEPT" : " -j DROP";
      case 5 -> " -j RETURN";
      case 6 -> " -j LOG --log-prefix \"x \"";
      case 7 -> " -j MARK --set-xmark " + pick("0x1/0xffffffff", "0x2/0x3", "0x4/0x4");
      case 8 ->
          table.equals("nat") && chance(60)
              ? ""
              : " -j CONNMARK "
                  + pick(
                      "--set-xmark 0x1/0xffffffff",
                      "--save-mark",
                      "--restore-mark",
                      "--set-xmark 0x4/0x6",
                      "--save-mark --nfmask 0x1 --ctmask 0x1");
      case 9, 10 -> {
        if (table.equals("raw") && chance(40)) {
          yield pick(" -j CT --notrack", " -j NOTRACK");
        }
        yield table.equals("filter") && !chain.equals("user") ? reject() : "";
      }
      default -> "";
    };
  }

  private String reject() {
    return chance(30)
        ? " -j REJECT --reject-with tcp-reset"
        : " -j REJECT --reject-with " + pick(REJECTS);
  }

  private String nat() {
    String address = pool.address(random);
    String ports = chance(50) ? "" : ":" + pool.port(random);
    if (chance(15)) {
      int first = 1024 + random.nextInt(100);
      ports = ":" + first + "-" + (first + random.nextInt(4));
    }
    return switch (chain) {
      case "PREROUTING", "OUTPUT" ->
          chance(25)
              ? " -j REDIRECT" + (chance(70) ? " --to-ports " + pool.port(random) : "")
              : " -j DNAT --to-destination " + pool.station(random) + ports;
      case "POSTROUTING" ->
          chance(50)
              ? " -j MASQUERADE" + (chance(20) ? " --to-ports 2000-2003" : "")
              : " -j SNAT --to-source " + (chance(70) ? pool.own(random) : address) + ports;
      default -> " -j SNAT --to-source " + address + ports;
    };
  }

  /** Lines of rules, for reports. */
  static List<String> lines(String rules) {
    List<String> out = new ArrayList<>();
    rules.lines().filter(l -> l.startsWith("-A")).forEach(out::add);
    return out;
  }
}
