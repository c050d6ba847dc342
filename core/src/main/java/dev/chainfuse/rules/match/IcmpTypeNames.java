package dev.chainfuse.rules.match;

import java.util.List;
import java.util.Locale;

/** The names of ICMP types that {@code iptables -p icmp -h} lists, in its order. */
final class IcmpTypeNames {
  /** A named type with its codes. */
  record Type(String name, int type, int firstCode, int lastCode) {}

  private static final List<Type> TYPES =
      List.of(
          all("any", 255),
          all("echo-reply", 0),
          all("pong", 0),
          all("destination-unreachable", 3),
          one("network-unreachable", 3, 0),
          one("host-unreachable", 3, 1),
          one("protocol-unreachable", 3, 2),
          one("port-unreachable", 3, 3),
          one("fragmentation-needed", 3, 4),
          one("source-route-failed", 3, 5),
          one("network-unknown", 3, 6),
          one("host-unknown", 3, 7),
          one("network-prohibited", 3, 9),
          one("host-prohibited", 3, 10),
          one("TOS-network-unreachable", 3, 11),
          one("TOS-host-unreachable", 3, 12),
          one("communication-prohibited", 3, 13),
          one("host-precedence-violation", 3, 14),
          one("precedence-cutoff", 3, 15),
          all("source-quench", 4),
          all("redirect", 5),
          one("network-redirect", 5, 0),
          one("host-redirect", 5, 1),
          one("TOS-network-redirect", 5, 2),
          one("TOS-host-redirect", 5, 3),
          all("echo-request", 8),
          all("ping", 8),
          all("router-advertisement", 9),
          all("router-solicitation", 10),
          all("time-exceeded", 11),
          all("ttl-exceeded", 11),
          one("ttl-zero-during-transit", 11, 0),
          one("ttl-zero-during-reassembly", 11, 1),
          all("parameter-problem", 12),
          one("ip-header-bad", 12, 0),
          one("required-option-missing", 12, 1),
          all("timestamp-request", 13),
          all("timestamp-reply", 14),
          all("address-mask-request", 17),
          all("address-mask-reply", 18));

  private IcmpTypeNames() {}

  private static Type all(String name, int type) {
    return new Type(name, type, 0, 255);
  }

  private static Type one(String name, int type, int code) {
    return new Type(name, type, code, code);
  }

  /** The types whose name begins so, in either case; iptables takes any unambiguous beginning. */
  static List<Type> startingWith(String text) {
    String start = text.toLowerCase(Locale.ROOT);
    return TYPES.stream()
        .filter(type -> type.name().toLowerCase(Locale.ROOT).startsWith(start))
        .toList();
  }
}
