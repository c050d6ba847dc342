package dev.chainfuse.scenarios.differential;

import java.util.SplittableRandom;

/** Draws hosts: a router, a bridge with containers, two bridges; settings that change paths. */
final class RandomTopology {
  private RandomTopology() {}

  static LabTopology draw(SplittableRandom random) {
    LabTopology.Builder lab = new LabTopology.Builder();
    int kind = random.nextInt(4);
    lab.item("port eno1 02:00:00:00:01:0a");
    lab.item("address eno1 192.168.1.10/24");
    if (random.nextInt(3) == 0) {
      lab.item("address eno1 192.168.1.11/24");
    }
    lab.item("neighbour 192.168.1.1 eno1 02:aa:00:00:01:01");
    lab.item("neighbour 192.168.1.20 eno1 02:aa:00:00:01:14");
    lab.item("neighbour 192.168.1.21 eno1 02:aa:00:00:01:15");
    if (kind == 0 || random.nextInt(3) == 0) {
      network(lab, "eth1", "10.1.0", random.nextInt(4) == 0 ? " mtu 1400" : "");
    }
    if (kind == 0) {
      network(lab, "eth2", "10.2.0", "");
    } else {
      boolean hairpin = random.nextBoolean();
      bridge(lab, "docker0", 17, hairpin);
      if (kind == 3) {
        bridge(lab, "br-a1b2c3", 18, hairpin);
      }
      int call = random.nextInt(4) == 0 ? 0 : 1;
      lab.item("sysctl net.bridge.bridge-nf-call-iptables " + call);
    }
    if (random.nextInt(8) > 0) {
      lab.item("route default via 192.168.1.1 dev eno1");
    }
    if (random.nextInt(4) == 0) {
      lab.item("route unreachable 10.9.0.0/16");
      lab.item("route blackhole 10.10.0.0/16");
      lab.item("route prohibit 10.11.0.0/16");
    }
    settings(lab, random);
    return lab.build();
  }

  private static void network(LabTopology.Builder lab, String name, String net, String options) {
    int number = Integer.parseInt(name.substring(3));
    lab.item("port " + name + " 02:00:00:00:02:0" + number + options);
    lab.item("address " + name + " " + net + ".1/24");
    lab.item("neighbour " + net + ".5 " + name + " 02:bb:00:00:0" + number + ":05");
    lab.item("neighbour " + net + ".6 " + name + " 02:bb:00:00:0" + number + ":06");
  }

  private static void bridge(LabTopology.Builder lab, String name, int octet, boolean hairpin) {
    lab.item("bridge " + name + " 02:42:00:00:00:" + octet);
    lab.item("address " + name + " 172." + octet + ".0.1/16");
    for (int i = 1; i <= 2; i++) {
      String port = "veth" + octet + i;
      String mac = "02:42:ac:" + octet + ":00:0" + (i + 1);
      lab.item(
          "port "
              + port
              + " 02:11:00:00:"
              + octet
              + ":0"
              + i
              + " master "
              + name
              + (hairpin ? " hairpin" : ""));
      lab.item("neighbour 172." + octet + ".0." + (i + 1) + " " + name + " " + mac);
      lab.item("fdb " + mac + " " + port);
    }
  }

  private static void settings(LabTopology.Builder lab, SplittableRandom random) {
    int filter = random.nextInt(6);
    if (filter == 1 || filter == 2) {
      lab.item("sysctl net.ipv4.conf.all.rp_filter " + filter);
    }
    if (random.nextInt(6) == 0) {
      lab.item("sysctl net.netfilter.nf_conntrack_tcp_loose 0");
    }
    if (random.nextInt(8) == 0) {
      lab.item("sysctl net.netfilter.nf_conntrack_tcp_be_liberal 1");
    }
    if (random.nextInt(8) == 0) {
      lab.item("sysctl net.netfilter.nf_conntrack_acct 1");
    }
    if (random.nextInt(12) == 0) {
      lab.item("sysctl net.netfilter.nf_conntrack_checksum 0");
    }
    if (random.nextInt(12) == 0) {
      lab.item("sysctl net.ipv4.conf.eno1.accept_local 1");
    }
    if (random.nextInt(12) == 0) {
      lab.item("sysctl net.ipv4.conf.eno1.route_localnet 1");
    }
  }
}
