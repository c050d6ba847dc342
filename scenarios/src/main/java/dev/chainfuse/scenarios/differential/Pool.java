package dev.chainfuse.scenarios.differential;

import dev.chainfuse.packet.Ipv4;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Addresses, ports and devices from which rules and frames are drawn, so that they meet. */
final class Pool {
  private static final String[] REMOTE = {"8.8.8.8", "203.0.113.9", "10.9.0.1", "10.10.0.1"};
  private static final String[] ODD = {
    "255.255.255.255",
    "224.0.0.1",
    "239.1.2.3",
    "127.0.0.1",
    "0.0.0.0",
    "192.168.1.255",
    "172.17.255.255",
    "192.168.1.0",
    "240.0.0.1",
    "10.11.0.1",
    "10.1.0.255"
  };
  private static final String[] PORTS = {
    "22", "53", "80", "443", "500", "1023", "1024", "1025", "2000", "5000", "5001", "8080", "65535"
  };
  private static final Pattern ADDRESS = Pattern.compile("\\d+\\.\\d+\\.\\d+\\.\\d+");
  private static final Pattern PORT = Pattern.compile("(?:ports?|:|,) ?(\\d+)");

  private final List<String> own = new ArrayList<>();
  private final List<LabTopology.Neighbour> neighbours;
  private final List<String> devices = new ArrayList<>();
  private final List<String> ruleAddresses = new ArrayList<>();
  private final List<String> rulePorts = new ArrayList<>();

  Pool(LabTopology lab) {
    lab.addresses().forEach(a -> own.add(a.address()));
    neighbours = lab.neighbours();
    lab.ports().forEach(p -> devices.add(p.name()));
    lab.bridges().forEach(b -> devices.add(b.name()));
  }

  /** Adds what rules name. */
  void learn(String rules) {
    for (String line : RandomRuleText.lines(rules)) {
      Matcher address = ADDRESS.matcher(line);
      while (address.find()) {
        ruleAddresses.add(address.group());
      }
      Matcher port = PORT.matcher(line);
      while (port.find()) {
        rulePorts.add(port.group(1));
      }
    }
  }

  static String masked(String address, int prefix) {
    return Ipv4.format(Ipv4.parse(address) & Ipv4.mask(prefix));
  }

  private static <T> T pick(SplittableRandom random, List<T> of) {
    return of.get(random.nextInt(of.size()));
  }

  String own(SplittableRandom random) {
    return pick(random, own);
  }

  String station(SplittableRandom random) {
    return pick(random, neighbours).address();
  }

  LabTopology.Neighbour neighbour(SplittableRandom random) {
    return pick(random, neighbours);
  }

  String device(SplittableRandom random) {
    return pick(random, devices);
  }

  /** Any address, most often one that exists. */
  String address(SplittableRandom random) {
    int draw = random.nextInt(20);
    if (draw < 9) {
      return station(random);
    }
    if (draw < 14) {
      return own(random);
    }
    if (draw < 16 && !ruleAddresses.isEmpty()) {
      int beside = Ipv4.parse(pick(random, ruleAddresses)) + random.nextInt(-1, 2);
      return Ipv4.format(beside);
    }
    return draw < 19 ? REMOTE[random.nextInt(REMOTE.length)] : odd(random);
  }

  /** Broadcast, multicast and addresses that must not occur. */
  String odd(SplittableRandom random) {
    return ODD[random.nextInt(ODD.length)];
  }

  String port(SplittableRandom random) {
    return PORTS[random.nextInt(PORTS.length)];
  }

  /** A port for a packet: of the rules, beside it, or any. */
  int packetPort(SplittableRandom random) {
    int draw = random.nextInt(10);
    if (draw < 5 && !rulePorts.isEmpty()) {
      int beside = Integer.parseInt(pick(random, rulePorts));
      return Math.max(0, Math.min(65535, beside + (draw == 0 ? random.nextInt(-1, 2) : 0)));
    }
    return draw < 9 ? Integer.parseInt(port(random)) : random.nextInt(65536);
  }
}
