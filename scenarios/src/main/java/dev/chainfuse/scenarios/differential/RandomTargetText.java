package dev.chainfuse.scenarios.differential;

import java.util.SplittableRandom;

/** Draws rules whose targets change, copy, queue or classify packets. */
final class RandomTargetText {
  private final SplittableRandom random;
  private final Pool pool;

  RandomTargetText(SplittableRandom random, Pool pool) {
    this.random = random;
    this.pool = pool;
  }

  private String pick(String... of) {
    return of[random.nextInt(of.length)];
  }

  private String match() {
    return switch (random.nextInt(8)) {
      case 0 -> " -s " + Pool.masked(pool.address(random), 24) + "/24";
      case 1 -> " -d " + Pool.masked(pool.address(random), 16) + "/16";
      case 2 -> " -p tcp";
      case 3 -> " -p udp";
      case 4 -> " -p icmp";
      case 5 -> " -m mark ! --mark 0x0";
      case 6 -> " -m statistic --mode nth --every 3 --packet 1";
      default -> "";
    };
  }

  /** What stands behind the chain's name; empty if there is nothing of the kind for it. */
  String rule(String table, String chain) {
    return switch (table) {
      case "mangle" -> random.nextInt(5) > 0 ? mangle(chain) : any(chain);
      case "raw" -> random.nextInt(3) > 0 ? raw() : any(chain);
      case "nat" -> chain.equals("user") ? any(chain) : nat(chain);
      default -> any(chain);
    };
  }

  private String mangle(String chain) {
    return switch (random.nextInt(10)) {
      case 0, 1 ->
          match()
              + " -j TTL "
              + pick("--ttl-set 64", "--ttl-set 1", "--ttl-inc 7", "--ttl-dec 2", "--ttl-dec 200");
      case 2 ->
          match()
              + " -j TOS "
              + pick("--set-tos 0x10/0x3f", "--set-tos 0xff", "--xor-tos 0x14", "--and-tos 0xe0");
      case 3 -> match() + " -j DSCP --set-dscp " + random.nextInt(64);
      case 4 -> match() + " -j ECN --ecn-ip-ect " + random.nextInt(4);
      case 5 ->
          " -p tcp -j ECN "
              + pick("--ecn-tcp-remove", "--ecn-tcp-ece 1", "--ecn-tcp-cwr 1 --ecn-tcp-ece 0");
      case 6 -> segmentSize(chain);
      case 7 ->
          " -p tcp -j TCPOPTSTRIP --strip-options " + pick("mss", "timestamp", "2,3,4,8", "254");
      case 8 ->
          chain.equals("PREROUTING") && random.nextInt(4) == 0
              ? " -p udp -m udp --dport " + pool.port(random) + " -j TPROXY --on-port 1"
              : match() + " -j CHECKSUM --checksum-fill";
      default -> marks();
    };
  }

  private String segmentSize(String chain) {
    boolean clamps = chain.equals("FORWARD") || chain.equals("POSTROUTING");
    return " -p tcp -m tcp "
        + pick("--syn", "--tcp-flags SYN SYN", "--tcp-flags SYN,RST SYN")
        + " -j TCPMSS "
        + (clamps && random.nextBoolean()
            ? "--clamp-mss-to-pmtu"
            : "--set-mss " + pick("1200", "100", "0", "1460"));
  }

  private String marks() {
    return match()
        + " -j CONNMARK "
        + pick(
            "--set-xmark 0x5/0x7 --left-shift-mark 2",
            "--save-mark --left-shift-mark 1",
            "--restore-mark --right-shift-mark 1",
            "--restore-mark --nfmask 0xf --ctmask 0xff --left-shift-mark 3");
  }

  private String raw() {
    return match()
        + pick(
            " -j CT --zone 1",
            " -j CT --zone 2",
            " -j CT --zone mark",
            " -j CT",
            " -j CT --ctevents new",
            " -j TRACE");
  }

  private String any(String chain) {
    boolean in = chain.equals("PREROUTING") || chain.equals("INPUT") || chain.equals("user");
    return switch (random.nextInt(7)) {
      case 0 -> match() + " -j NFLOG --nflog-group 5 --nflog-prefix n";
      case 1 -> match() + " -j NFQUEUE --queue-num 7 --queue-bypass";
      case 2 -> " -p udp -m udp --dport " + pool.port(random) + " -j NFQUEUE --queue-balance 1:3";
      case 3, 4 -> match() + " -j TEE --gateway " + pool.station(random);
      case 5 ->
          match() + " -j TEE --gateway " + pool.station(random) + " --oif " + pool.device(random);
      default -> in ? match() + " -j NFLOG" : match() + " -j CLASSIFY --set-class 1:10";
    };
  }

  private String nat(String chain) {
    String network = Pool.masked(pool.station(random), 24) + "/" + (24 + random.nextInt(9));
    return switch (chain) {
      case "PREROUTING", "OUTPUT" ->
          switch (random.nextInt(4)) {
            case 0, 1 -> match() + " -j NETMAP --to " + network;
            case 2 -> " -p " + pick("tcp", "udp") + " -j DNAT --to-destination " + shifted();
            default -> " -p tcp -j DNAT --to-destination " + pool.station(random) + ":80-90/79";
          };
      default -> match() + " -j NETMAP --to " + Pool.masked(pool.own(random), 24) + "/24";
    };
  }

  private String shifted() {
    int first = 2000 + random.nextInt(10);
    return pool.station(random) + ":" + first + "-" + (first + 40) + "/" + pool.port(random);
  }
}
