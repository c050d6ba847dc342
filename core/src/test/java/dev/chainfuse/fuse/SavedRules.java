package dev.chainfuse.fuse;

import dev.chainfuse.rules.RuleSet;
import dev.chainfuse.rules.text.RuleReader;
import java.util.List;
import java.util.SplittableRandom;

/** Random rule sets of the matches and targets that iptables has, written as iptables-save does. */
final class SavedRules {
  private static final String[] PROTOCOL_MATCHES = {
    "-p tcp -m tcp --dport PORT",
    "-p tcp -m tcp --sport PORT --dport PORT:65535",
    "-p tcp -m tcp ! --dport PORT",
    "-p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN",
    "-p tcp -m tcp ! --tcp-flags SYN,ACK SYN",
    "-p tcp -m multiport --dports 1,PORT,80:90",
    "-p udp -m multiport ! --ports PORT",
    "-p tcp -m tcp --tcp-option 5",
    "-p tcp",
    "! -p tcp",
    "-p udp -m udp --dport PORT",
    "-p udp -m udp ! --sport PORT",
    "-p icmp -m icmp --icmp-type 8",
    "-p icmp -m icmp ! --icmp-type 3/1",
    "-f",
    "! -f",
  };
  private static final String[] MATCHES = {
    "-m iprange --src-range 10.0.0.2-10.0.0.9",
    "-m iprange ! --dst-range 10.0.0.2-10.2.0.0",
    "-m addrtype --dst-type LOCAL",
    "-m addrtype ! --src-type UNICAST,MULTICAST",
    "-m conntrack --ctstate NEW,UNTRACKED",
    "-m conntrack --ctstate RELATED,ESTABLISHED",
    "-m conntrack ! --ctstate INVALID",
    "-m conntrack --ctstate DNAT",
    "-m conntrack --ctorigdst 10.0.0.0/30 --ctorigdstport PORT",
    "-m conntrack --ctreplsrc 10.1.0.0/16",
    "-m conntrack --ctstatus ASSURED",
    "-m conntrack --ctexpire 0:5",
    "-m conntrack --ctdir REPLY",
    "-m state --state ESTABLISHED",
    "-m mark --mark 0x4000/0x4000",
    "-m mark ! --mark 0x2/0x3",
    "-m mark --mark 0x3",
    "-m connmark --mark 0x1",
    "-m connmark ! --mark 0x4000/0x4000",
    "-m pkttype --pkt-type broadcast",
    "-m comment --comment \"a comment\"",
    "-m physdev --physdev-in eth0",
    "-m physdev ! --physdev-is-bridged",
  };
  private static final String[] STATEFUL = {
    "-m limit --limit 10/sec --limit-burst 3",
    "-m limit --limit 100/sec",
    "-m statistic --mode nth --every 3 --packet 1",
    "-m statistic --mode random --probability 0.3",
  };
  private static final String[] TARGETS = {
    "-j MARK --set-xmark 0x1/0xf",
    "-j MARK --set-xmark 0x4000/0x4000",
    "-j MARK --set-xmark 0x0/0xffffffff",
    "-j CONNMARK --save-mark --nfmask 0xffffffff --ctmask 0xffffffff",
    "-j CONNMARK --restore-mark --nfmask 0xffffffff --ctmask 0xffffffff",
    "-j CONNMARK --set-xmark 0x1/0xffffffff",
    "-j LOG --log-prefix \"seen \"",
    "",
    "",
  };

  /** A table, its built-in chains, and targets that only it may have. */
  private record TableText(String name, List<String> builtIn, List<String> targets) {}

  private static final List<TableText> TABLES =
      List.of(
          new TableText(
              "mangle",
              List.of("PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"),
              List.of("-j MARK --set-xmark 0x2/0x3")),
          new TableText(
              "nat", List.of("PREROUTING", "INPUT", "OUTPUT", "POSTROUTING"), List.of("-j RETURN")),
          new TableText(
              "filter",
              List.of("INPUT", "FORWARD", "OUTPUT"),
              List.of("-j REJECT --reject-with icmp-port-unreachable")));

  private final SplittableRandom random;
  private final double stateful;
  private final StringBuilder text = new StringBuilder();

  private SavedRules(SplittableRandom random) {
    this.random = random;
    this.stateful = random.nextBoolean() ? 0 : random.nextDouble() / 4;
  }

  /** A few tables of a few chains of up to {@code most} rules. */
  static RuleSet draw(SplittableRandom random, int most) {
    SavedRules rules = new SavedRules(random);
    for (TableText table : TABLES) {
      if (table.name.equals("filter") || random.nextBoolean()) {
        rules.table(table, most);
      }
    }
    return RuleReader.read("random", rules.text).rules();
  }

  private void table(TableText table, int most) {
    int users = random.nextInt(6);
    text.append('*').append(table.name).append('\n');
    for (String chain : table.builtIn) {
      text.append(':').append(chain).append(policy(table));
      text.append(" [0:0]\n");
    }
    for (int user = 1; user <= users; user++) {
      text.append(":user-").append(user).append(" - [0:0]\n");
    }
    for (String chain : table.builtIn) {
      rules(table, chain, 0, users, random.nextInt(most + 1));
    }
    for (int user = 1; user <= users; user++) {
      rules(table, "user-" + user, user, users, random.nextInt(most / 2 + 1));
    }
    text.append("COMMIT\n");
  }

  private void rules(TableText table, String chain, int number, int users, int count) {
    boolean mayReadIn = !chain.equals("OUTPUT") && !chain.equals("POSTROUTING") && number == 0;
    for (int i = 0; i < count; i++) {
      text.append("-A ").append(chain);
      header(mayReadIn);
      if (random.nextBoolean()) {
        add(pick(PROTOCOL_MATCHES));
      }
      while (random.nextInt(3) == 0) {
        add(random.nextDouble() < stateful ? pick(STATEFUL) : pick(MATCHES));
      }
      target(table, number, users);
      text.append('\n');
    }
  }

  /** The kernel refuses DROP in nat. */
  private String policy(TableText table) {
    return table.name.equals("nat") || random.nextBoolean() ? " ACCEPT" : " DROP";
  }

  private void header(boolean mayReadIn) {
    if (random.nextInt(3) == 0) {
      add((random.nextInt(5) == 0 ? "! " : "") + "-s 10.0.0.ADDRESS/" + pick("24", "30", "32"));
    }
    if (random.nextInt(3) == 0) {
      add((random.nextInt(5) == 0 ? "! " : "") + "-d 10.0.0.ADDRESS/" + pick("255.0.0.3", "31"));
    }
    if (mayReadIn && random.nextInt(4) == 0) {
      add((random.nextInt(5) == 0 ? "! " : "") + "-i " + pick("eth0", "eth+", "docker0", "gone"));
    }
  }

  private void target(TableText table, int chain, int users) {
    int draw = random.nextInt(12);
    if (draw < 4 && chain < users) {
      add((draw == 0 ? "-g" : "-j") + " user-" + (chain + 1 + random.nextInt(users - chain)));
    } else if (draw < 7) {
      add(pick("-j ACCEPT", "-j RETURN", "-j" + policy(table)));
    } else if (draw == 7) {
      add(table.targets.get(random.nextInt(table.targets.size())));
    } else {
      add(pick(TARGETS));
    }
  }

  private void add(String part) {
    text.append(' ')
        .append(
            part.replace("PORT", Integer.toString(random.nextInt(90)))
                .replace("ADDRESS", Integer.toString(random.nextInt(10))));
  }

  private String pick(String... choices) {
    return choices[random.nextInt(choices.length)];
  }
}
