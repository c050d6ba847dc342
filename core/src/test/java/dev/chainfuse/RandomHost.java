package dev.chainfuse;

import dev.chainfuse.host.InterfaceSpec;
import dev.chainfuse.host.Topology;
import dev.chainfuse.rules.text.RuleReader;
import java.util.SplittableRandom;

/** Draws Docker-like hosts with random rules in all tables, as iptables-save text. */
final class RandomHost {
  static final String[] LAN = {"192.0.2.2", "192.0.2.3", "203.0.113.9"};
  static final String[] CONTAINERS = {"172.17.0.2", "172.17.0.3", "172.18.0.2"};

  private final SplittableRandom random;
  private final boolean furtherMatches;

  /** With targets of every kind. */
  private final boolean wide;

  private RandomHost(SplittableRandom random, boolean furtherMatches, boolean wide) {
    this.random = random;
    this.furtherMatches = furtherMatches;
    this.wide = wide;
  }

  /** A topology: a LAN card, a bridge with two ports, another with one. */
  static Topology topology(SplittableRandom random) {
    return Topology.builder()
        .add(InterfaceSpec.physical("eno1").mac("02:00:00:00:00:10").address("192.0.2.10/24"))
        .add(InterfaceSpec.bridge("docker0").mac("02:42:00:00:00:01").address("172.17.0.1/16"))
        .add(InterfaceSpec.port("veth2", "docker0").mac("02:11:00:00:00:02").hairpin())
        .add(InterfaceSpec.port("veth3", "docker0").mac("02:11:00:00:00:03"))
        .add(InterfaceSpec.bridge("br-x").mac("02:42:00:00:00:02").address("172.18.0.1/16"))
        .add(InterfaceSpec.port("veth4", "br-x").mac("02:11:00:00:00:04"))
        .route("default via 192.0.2.2")
        .neighbour("192.0.2.2", "eno1", "02:aa:00:00:00:02")
        .neighbour("192.0.2.3", "eno1", "02:aa:00:00:00:03")
        .neighbour("172.17.0.2", "docker0", "02:42:ac:11:00:02")
        .neighbour("172.17.0.3", "docker0", "02:42:ac:11:00:03")
        .neighbour("172.18.0.2", "br-x", "02:42:ac:12:00:02")
        .learned("02:42:ac:11:00:02", "docker0", "veth2")
        .learned("02:42:ac:11:00:03", "docker0", "veth3")
        .learned("02:42:ac:12:00:02", "br-x", "veth4")
        .sysctl("net.ipv4.ip_forward", 1)
        .sysctl("net.ipv4.conf.all.rp_filter", random.nextInt(3))
        .sysctl("net.bridge.bridge-nf-call-iptables", random.nextInt(2))
        .build();
  }

  /** A host on that topology. */
  static Host draw(SplittableRandom random, Topology topology) {
    return host(topology, new RandomHost(random, false, false).rules());
  }

  /** A host on that topology whose rules have matches of {@link RandomMatches}, too. */
  static Host drawMatches(SplittableRandom random, Topology topology) {
    return host(topology, new RandomHost(random, true, false).rules());
  }

  /** A host on that topology whose rules have targets of every kind. */
  static Host drawWide(SplittableRandom random, Topology topology) {
    return host(topology, new RandomHost(random, false, true).rules());
  }

  /** A host on that topology whose rules ask and change IP sets. */
  static Host drawWithSets(SplittableRandom random, Topology topology) {
    String text = new RandomHost(random, false, false).rules();
    return RandomSets.among(host(topology, text), text, random);
  }

  private static Host host(Topology topology, String rules) {
    return Host.of("random", topology, RuleReader.read("rules.v4", rules).rules());
  }

  private String rules() {
    StringBuilder out = new StringBuilder();
    if (wide || random.nextInt(3) == 0) {
      table(out, "raw", "PREROUTING OUTPUT");
    }
    if (wide || random.nextInt(2) == 0) {
      table(out, "mangle", "PREROUTING INPUT FORWARD OUTPUT POSTROUTING");
    }
    if (random.nextInt(4) != 0) {
      nat(out);
    }
    table(out, "filter", "INPUT FORWARD OUTPUT");
    return out.toString();
  }

  private void table(StringBuilder out, String table, String hooks) {
    out.append('*').append(table).append('\n');
    for (String hook : hooks.split(" ")) {
      boolean drop = table.equals("filter") && random.nextInt(4) == 0;
      out.append(':').append(hook).append(drop ? " DROP" : " ACCEPT").append(" [0:0]\n");
    }
    out.append(":sub1 - [0:0]\n:sub2 - [0:0]\n");
    for (String hook : hooks.split(" ")) {
      int rules = random.nextInt(8);
      for (int i = 0; i < rules; i++) {
        out.append("-A ").append(hook);
        if (wide && random.nextInt(3) == 0) {
          out.append(new RandomTargets(random).rule(table, hook)).append('\n');
          continue;
        }
        interfaces(out, hook);
        match(out, table);
        target(out, table, hook, true);
      }
    }
    for (int sub = 1; sub <= 2; sub++) {
      int rules = random.nextInt(5);
      for (int i = 0; i < rules; i++) {
        out.append("-A sub").append(sub);
        match(out, table);
        target(out, table, "", sub == 1);
      }
    }
    out.append("COMMIT\n");
  }

  private void nat(StringBuilder out) {
    out.append("*nat\n:PREROUTING ACCEPT [0:0]\n:INPUT ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n");
    out.append(":POSTROUTING ACCEPT [0:0]\n:DOCKER - [0:0]\n");
    out.append("-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER\n");
    out.append("-A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE\n");
    if (random.nextBoolean()) {
      boolean ports = random.nextBoolean();
      out.append("-A POSTROUTING -s 172.18.0.0/16 -o eno1 ").append(ports ? "-p tcp " : "");
      out.append("-j SNAT --to-source 192.0.2.10").append(ports ? ":2000-2003\n" : "\n");
    }
    if (random.nextInt(3) == 0) {
      out.append("-A POSTROUTING -s 172.17.0.3/32 -d 172.17.0.3/32 -j MASQUERADE\n");
    }
    out.append("-A DOCKER ");
    out.append(random.nextBoolean() ? "! -i docker0 " : "");
    out.append("-p tcp -m tcp --dport 8080 -j DNAT --to-destination 172.17.0.3:80\n");
    out.append("-A DOCKER -p udp -m udp --dport 53 -j DNAT --to-destination 172.17.0.2\n");
    if (random.nextInt(3) == 0) {
      out.append("-A PREROUTING -p tcp -m tcp --dport 81 -j REDIRECT --to-ports 80\n");
    }
    if (wide) {
      for (String hook : new String[] {"PREROUTING", "POSTROUTING", "OUTPUT", "INPUT"}) {
        out.append("-A ").append(hook).append(new RandomTargets(random).nat(hook)).append('\n');
      }
    }
    out.append("COMMIT\n");
  }

  private void interfaces(StringBuilder out, String hook) {
    boolean in = hook.equals("PREROUTING") || hook.equals("INPUT") || hook.equals("FORWARD");
    boolean leaves = hook.equals("OUTPUT") || hook.equals("POSTROUTING") || hook.equals("FORWARD");
    String[] names = {"eno1", "docker0", "br-x", "br+"};
    if (in && random.nextInt(3) == 0) {
      out.append(random.nextInt(3) == 0 ? " !" : "").append(" -i ").append(pick(names));
    }
    if (leaves && random.nextInt(3) == 0) {
      out.append(random.nextInt(3) == 0 ? " !" : "").append(" -o ").append(pick(names));
    }
  }

  private String pick(String... of) {
    return of[random.nextInt(of.length)];
  }

  private void match(StringBuilder out, String table) {
    if (furtherMatches && random.nextInt(3) == 0) {
      String drawn = RandomMatches.draw(random, !table.equals("raw"));
      out.append(drawn);
      if (drawn.startsWith(" -p")) {
        return;
      }
    }
    switch (random.nextInt(14)) {
      case 0 -> out.append(" -s ").append(pick("192.0.2.0/24", "172.17.0.0/16", "203.0.113.9"));
      case 1 -> out.append(" -d ").append(pick("172.17.0.3", "192.0.2.10", "172.16.0.0/12"));
      case 2 -> out.append(" -p tcp -m tcp --dport ").append(pick("80", "8080", "1:1023"));
      case 3 -> out.append(" -p tcp -m tcp --tcp-flags SYN,RST,ACK SYN");
      case 4 -> out.append(" -p udp -m udp --sport ").append(pick("53", "1024:65535"));
      case 5 -> out.append(" -p icmp -m icmp --icmp-type ").append(pick("8", "0", "3"));
      case 6 -> out.append(" -p tcp -m multiport --ports 22,80,8080:8090");
      case 7 -> {
        if (!table.equals("raw")) {
          out.append(" -m conntrack --ctstate ");
          out.append(pick("NEW", "RELATED,ESTABLISHED", "INVALID", "ESTABLISHED,DNAT"));
        }
      }
      case 8 -> out.append(" -m mark --mark ").append(pick("0x1", "0x0/0x2", "0x3/0x3"));
      case 9 ->
          out.append(" -m addrtype --dst-type ").append(pick("LOCAL", "BROADCAST", "UNICAST"));
      case 10 -> out.append(" -m limit --limit 5/sec --limit-burst 3");
      case 11 ->
          out.append(" -m statistic --mode nth --every 3 --packet ").append(random.nextInt(3));
      case 12 -> {
        if (!table.equals("raw")) {
          out.append(" -m conntrack --ctstatus ")
              .append(pick("ASSURED", "SEEN_REPLY", "CONFIRMED"));
        }
      }
      default -> {
        if (random.nextInt(3) == 0 && !table.equals("raw")) {
          out.append(" -m connmark --mark 0x1");
        }
      }
    }
  }

  private void target(StringBuilder out, String table, String hook, boolean mayJump) {
    int draw = random.nextInt(12);
    if (draw == 0) {
      out.append(" -j DROP\n");
    } else if (draw < 3) {
      out.append(" -j ACCEPT\n");
    } else if (draw == 3) {
      out.append(" -j RETURN\n");
    } else if (draw < 6 && mayJump) {
      out.append(random.nextInt(3) == 0 ? " -g " : " -j ");
      out.append(hook.isEmpty() ? "sub2\n" : pick("sub1\n", "sub2\n"));
    } else if (draw == 6 && table.equals("filter")) {
      out.append(" -j REJECT --reject-with icmp-")
          .append(pick("port-unreachable\n", "host-prohibited\n"));
    } else if (draw < 9) {
      out.append(" -j MARK --set-xmark ").append(pick("0x1/0x1\n", "0x2/0xffffffff\n"));
    } else if (draw == 9 && !table.equals("raw")) {
      out.append(pick(" -j CONNMARK --save-mark\n", " -j CONNMARK --restore-mark\n"));
    } else if (draw == 10 && table.equals("raw") && random.nextInt(3) == 0) {
      out.append(" -j CT --notrack\n");
    } else if (draw == 11 && random.nextInt(3) == 0) {
      out.append(" -j LOG --log-prefix x\n");
    } else {
      out.append('\n');
    }
  }
}
