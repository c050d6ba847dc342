package dev.chainfuse;

import java.util.SplittableRandom;

/** Draws what stands behind {@code -A CHAIN} in rules whose targets change or report packets. */
final class RandomTargets {
  private final SplittableRandom random;

  RandomTargets(SplittableRandom random) {
    this.random = random;
  }

  private String pick(String... of) {
    return of[random.nextInt(of.length)];
  }

  /** A rule of a built-in chain. */
  String rule(String table, String hook) {
    String match =
        pick(
            "",
            " -p tcp",
            " -p udp",
            " -s 172.17.0.0/16",
            " -d 172.17.0.3/32",
            " -m statistic --mode nth --every 4 --packet 1",
            " -m mark --mark 0x1/0x1");
    return switch (table) {
      case "raw" -> random.nextInt(2) == 0 ? raw(match) : any(match, hook);
      case "mangle" -> random.nextInt(4) != 0 ? mangle(match, hook) : any(match, hook);
      default -> any(match, hook);
    };
  }

  private String raw(String match) {
    return match
        + pick(
            " -j TRACE",
            " -j CT --zone 1",
            " -j CT --zone mark",
            " -j CT",
            " -j CT --notrack",
            " -j CT --zone-reply 4");
  }

  private String mangle(String match, String hook) {
    boolean clamps = !hook.equals("PREROUTING") && !hook.equals("INPUT");
    return switch (random.nextInt(9)) {
      case 0 -> match + " -j TTL " + pick("--ttl-set 5", "--ttl-inc 3", "--ttl-dec 1");
      case 1 -> match + " -j TOS " + pick("--set-tos 0x10/0x3f", "--xor-tos 0x08");
      case 2 -> match + " -j DSCP --set-dscp " + random.nextInt(64);
      case 3 -> match + " -j ECN --ecn-ip-ect " + random.nextInt(4);
      case 4 -> " -p tcp -j ECN " + pick("--ecn-tcp-remove", "--ecn-tcp-ece 1 --ecn-tcp-cwr 1");
      case 5 ->
          " -p tcp -m tcp --tcp-flags SYN,RST SYN -j TCPMSS "
              + (clamps && random.nextBoolean() ? "--clamp-mss-to-pmtu" : "--set-mss 400");
      case 6 -> " -p tcp -j TCPOPTSTRIP --strip-options " + pick("mss", "3,4,timestamp");
      case 7 -> match + " -j CONNMARK --set-xmark 0x3/0xf0 --left-shift-mark 1";
      default -> match + " -j CHECKSUM --checksum-fill";
    };
  }

  private String any(String match, String hook) {
    return switch (random.nextInt(8)) {
      case 0 -> match + " -j NFLOG --nflog-prefix n --nflog-group 3";
      case 1 -> match + " -j NFQUEUE --queue-bypass";
      case 2 -> " -p icmp -j NFQUEUE --queue-num 3";
      case 3 -> match + " -j TEE --gateway " + pick("172.17.0.2", "192.0.2.3", "203.0.113.77");
      case 4 -> match + " -j TEE --gateway 172.18.0.2 --oif " + pick("br-x", "eno1", "no-such");
      case 5 -> match + " -j LOG --log-tcp-options --log-ip-options --log-macdecode";
      case 6 -> match + " -j AUDIT --type accept";
      default ->
          hook.equals("PREROUTING") || hook.equals("INPUT")
              ? match + " -j IDLETIMER --timeout 3 --label x"
              : match + " -j CLASSIFY --set-class 1:2";
    };
  }

  /** A rule of a built-in chain of nat. */
  String nat(String hook) {
    return switch (hook) {
      case "PREROUTING" ->
          pick(
              " -d 203.0.113.0/24 -j NETMAP --to 172.17.0.0/24",
              " -p tcp -m tcp --dport 22 -j DNAT --to-destination 172.17.0.2-172.17.0.3:80-89/22",
              " -p udp -j DNAT --to-destination 172.17.0.3-172.17.0.2 --random",
              " -p udp -m udp --dport 9 -j DNAT --to-destination :50-59/9 --persistent");
      case "POSTROUTING" ->
          pick(
              " -s 172.17.0.0/24 -j NETMAP --to 192.0.2.0/24",
              " -p tcp -j SNAT --to-source 192.0.2.10-192.0.2.12:3000-3005 --random",
              " -p tcp -j SNAT --to-source 192.0.2.10:3000-3020/5 --persistent",
              " -p udp -j MASQUERADE --to-ports 100-120 --random-fully");
      case "OUTPUT" -> " -d 192.0.2.3/32 -j NETMAP --to 192.0.2.2";
      default -> " -p icmp -j NETMAP --to 192.0.2.0/28";
    };
  }
}
