package dev.chainfuse;

import dev.chainfuse.rules.text.RuleReader;
import dev.chainfuse.rules.text.SetReader;
import dev.chainfuse.stateful.SavedSets;
import java.util.SplittableRandom;

/** Sets of every type, and rules that ask and change them, among the rules of a random host. */
final class RandomSets {
  private static final String[] ADDRESSES = {
    "192.0.2.2", "192.0.2.3", "192.0.2.10", "203.0.113.9", "172.17.0.2", "172.17.0.3", "172.18.0.2"
  };
  private static final String[] NETWORKS = {
    "192.0.2.0/24", "172.16.0.0/12", "172.17.0.0/16", "172.17.0.3", "203.0.113.0/29", "0.0.0.0/1"
  };
  private static final String[] PORTS = {"tcp:80", "tcp:8080", "udp:53", "icmp:8/0", "tcp:22"};

  /** Type and number of directions. */
  private static final String[][] TYPES = {
    {"hash:ip", "1"},
    {"hash:net", "1"},
    {"hash:ip,port", "2"},
    {"hash:net,port", "2"},
    {"hash:ip,port,ip", "3"},
    {"hash:ip,port,net", "3"},
    {"hash:net,net", "2"},
    {"hash:mac", "1"},
    {"bitmap:ip range 172.17.0.0/24", "1"},
    {"bitmap:port range 0-9000", "1"},
  };

  private final SplittableRandom random;

  RandomSets(SplittableRandom random) {
    this.random = random;
  }

  private String pick(String... of) {
    return of[random.nextInt(of.length)];
  }

  /** A host like {@code plain} whose rules ask and change sets. */
  static Host among(Host plain, String rules, SplittableRandom random) {
    RandomSets drawn = new RandomSets(random);
    SavedSets sets = SetReader.read("ipset.save", drawn.sets());
    return Host.of(
            "random",
            plain.topology(),
            RuleReader.read("rules.v4", drawn.rules(rules), sets.names()).rules())
        .withSets(sets);
  }

  private String sets() {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < TYPES.length; i++) {
      String type = TYPES[i][0];
      boolean counters = random.nextInt(4) == 0;
      boolean timed = random.nextInt(4) == 0;
      boolean info = random.nextInt(4) == 0;
      out.append("create s").append(i).append(' ').append(type);
      out.append(timed ? " timeout " + pick("0", "1", "3") : "");
      out.append(counters ? " counters" : "").append(info ? " skbinfo" : "");
      out.append(type.startsWith("hash") && random.nextInt(4) == 0 ? " maxelem 6" : "");
      out.append('\n');
      for (int n = random.nextInt(5); n > 0; n--) {
        out.append("add s").append(i).append(' ').append(element(type));
        out.append(type.contains("net") && random.nextInt(4) == 0 ? " nomatch" : "");
        out.append(info ? " skbmark 0x" + random.nextInt(4) + "/0x3" : "");
        out.append(timed && random.nextBoolean() ? " timeout 2" : "").append(" -exist\n");
      }
    }
    out.append("create l list:set").append(pick("", " counters", " timeout 2")).append('\n');
    for (int i = random.nextInt(TYPES.length); i < TYPES.length; i += 1 + random.nextInt(4)) {
      out.append("add l s").append(i).append('\n');
    }
    return out.toString();
  }

  private String element(String type) {
    return switch (type.split(" ")[0]) {
      case "hash:ip" -> pick(ADDRESSES);
      case "hash:net" -> pick(NETWORKS);
      case "hash:ip,port" -> pick(ADDRESSES) + "," + pick(PORTS);
      case "hash:net,port" -> pick(NETWORKS) + "," + pick(PORTS);
      case "hash:ip,port,ip" -> pick(ADDRESSES) + "," + pick(PORTS) + "," + pick(ADDRESSES);
      case "hash:ip,port,net" -> pick(ADDRESSES) + "," + pick(PORTS) + "," + pick(NETWORKS);
      case "hash:net,net" -> pick(NETWORKS) + "," + pick(NETWORKS);
      case "hash:mac" -> pick("02:aa:00:00:00:02", "02:42:ac:11:00:02", "02:42:ac:11:00:03");
      case "bitmap:ip" -> pick("172.17.0.2", "172.17.0.3", "172.17.0.1");
      default -> pick("80", "53", "8080");
    };
  }

  /** The rules with others before some of them. */
  private String rules(String rules) {
    StringBuilder out = new StringBuilder();
    boolean mangle = false;
    for (String line : rules.split("\n")) {
      mangle = line.startsWith("*") ? line.equals("*mangle") : mangle;
      if (line.startsWith("-A ") && random.nextInt(3) == 0) {
        rule(out, line.split(" ")[1], mangle);
      }
      out.append(line).append('\n');
    }
    return out.toString();
  }

  private String reference() {
    int set = random.nextInt(TYPES.length + 1);
    int dimensions = set == TYPES.length ? 1 + random.nextInt(3) : Integer.parseInt(TYPES[set][1]);
    StringBuilder out = new StringBuilder(set == TYPES.length ? "l" : "s" + set);
    for (int i = 0; i < dimensions; i++) {
      out.append(i == 0 ? ' ' : ',').append(pick("src", "dst"));
    }
    return out.toString();
  }

  private void rule(StringBuilder out, String chain, boolean mangle) {
    out.append("-A ").append(chain);
    boolean asks = random.nextInt(4) != 0;
    if (asks) {
      out.append(" -m set ").append(random.nextInt(4) == 0 ? "! " : "");
      out.append("--match-set ").append(reference());
      out.append(random.nextInt(6) == 0 ? " --return-nomatch" : "");
      out.append(random.nextInt(6) == 0 ? " ! --update-counters" : "");
      out.append(random.nextInt(6) == 0 ? " --packets-lt " + random.nextInt(9) : "");
    } else {
      out.append(" -p tcp -m tcp --tcp-flags SYN SYN");
    }
    switch (random.nextInt(5)) {
      case 0 -> out.append(" -j SET --add-set ").append(reference()).append(pick("", " --exist"));
      case 1 -> out.append(" -j SET --del-set ").append(reference());
      case 2 -> out.append(mangle ? " -j SET --map-set " + reference() + " --map-mark" : "");
      case 3 -> out.append(asks ? " -j MARK --set-xmark 0x1/0x1" : "");
      default -> {}
    }
    out.append('\n');
  }
}
