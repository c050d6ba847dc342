package dev.chainfuse.scenarios.traffic;

import dev.chainfuse.packet.Ipv4;

/** ICMP errors in words. */
final class IcmpText {
  private static final String[] UNREACHABLE = {
    "net unreachable",
    "host unreachable",
    "protocol unreachable",
    "port unreachable",
    "fragmentation needed",
    "source route failed",
    "net unknown",
    "host unknown",
    "host isolated",
    "net prohibited",
    "host prohibited",
    "net unreachable for TOS",
    "host unreachable for TOS",
    "administratively prohibited"
  };

  private IcmpText() {}

  static String of(int type, int code, int from) {
    String what =
        type != 3
            ? "time exceeded"
            : code < UNREACHABLE.length ? UNREACHABLE[code] : "unreachable, code " + code;
    return what + " says " + Ipv4.format(from);
  }
}
