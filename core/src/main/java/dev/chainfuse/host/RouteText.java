package dev.chainfuse.host;

import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.packet.Skb;
import java.util.List;
import java.util.Locale;

/** Reads a route as {@code ip route add} takes it, with the defaults that the command has. */
final class RouteText {
  private final List<Interface> interfaces;
  private RouteType type = RouteType.UNICAST;
  private int destination;
  private int prefixLength;
  private int gateway;
  private int device = Skb.NO_INTERFACE;
  private long metric;
  private int tos;
  private int scope = -1;
  private int preferredSource;
  private int table = -1;
  private int mtu;
  private String protocol = "boot";
  private boolean onLink;

  private RouteText(List<Interface> interfaces) {
    this.interfaces = interfaces;
  }

  static Route parse(String text, List<Interface> interfaces) {
    try {
      return new RouteText(interfaces).read(text.strip().split("\\s+"));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("route '" + text + "': " + e.getMessage(), e);
    }
  }

  private Route read(String[] words) {
    int at = 0;
    if (isType(words[0])) {
      type = RouteType.parse(words[at++]);
    }
    if (at == words.length) {
      throw new IllegalArgumentException("a destination is missing");
    }
    prefix(words[at++]);
    while (at < words.length) {
      String word = words[at++];
      if (word.equals("onlink")) {
        onLink = true;
        continue;
      }
      if (at == words.length) {
        throw new IllegalArgumentException("'" + word + "' needs a value");
      }
      option(word, words[at++]);
    }
    return finish();
  }

  private static boolean isType(String word) {
    for (RouteType type : RouteType.values()) {
      if (type.name().toLowerCase(Locale.ROOT).equals(word)) {
        return true;
      }
    }
    return false;
  }

  private void prefix(String text) {
    if (text.equals("default")) {
      return;
    }
    int slash = text.indexOf('/');
    prefixLength =
        slash < 0 ? 32 : Numbers.within(text.substring(slash + 1), 0, 32, "prefix length");
    destination = Ipv4.parse(slash < 0 ? text : text.substring(0, slash));
  }

  private void option(String word, String value) {
    switch (word) {
      case "via" -> gateway = Ipv4.parse(value);
      case "dev" -> device = deviceOf(value);
      case "metric" -> metric = Numbers.within(value, 0L, 0xffff_ffffL, "metric");
      case "tos" -> tos = (int) Numbers.within(value, 0L, 255L, "tos");
      case "scope" -> scope = Scope.parse(value);
      case "src" -> preferredSource = Ipv4.parse(value);
      case "table" -> table = Route.parseTable(value);
      case "mtu" -> mtu = Numbers.within(value, 68, 65_535, "mtu");
      case "proto" -> protocol = value;
      default -> throw new IllegalArgumentException("unknown word '" + word + "'");
    }
  }

  private int deviceOf(String name) {
    for (Interface each : interfaces) {
      if (each.name().equals(name)) {
        return each.number();
      }
    }
    throw new IllegalArgumentException("no interface '" + name + "'");
  }

  /** A gateway without a device is looked up among the networks on the link (fib_check_nh). */
  private int deviceToward(int address) {
    for (Interface each : interfaces) {
      if (each.up() && each.addresses().stream().anyMatch(a -> a.covers(address))) {
        return each.number();
      }
    }
    throw new IllegalArgumentException("no network leads to " + Ipv4.format(address));
  }

  private Route finish() {
    if (device < 0 && gateway != 0) {
      device = deviceToward(gateway);
    }
    if (table < 0) {
      boolean own = type == RouteType.LOCAL || type == RouteType.BROADCAST;
      table = own || type == RouteType.ANYCAST ? Route.TABLE_LOCAL : Route.TABLE_MAIN;
    }
    if (scope < 0) {
      scope =
          switch (type) {
            case LOCAL -> Scope.HOST;
            case BROADCAST, MULTICAST, ANYCAST -> Scope.LINK;
            case UNICAST -> gateway == 0 ? Scope.LINK : Scope.UNIVERSE;
            default -> Scope.UNIVERSE;
          };
    }
    boolean linkDown = device >= 0 && type != RouteType.LOCAL && !interfaces.get(device).carrier();
    return new Route(
        table,
        type,
        destination,
        prefixLength,
        gateway,
        device,
        metric,
        tos,
        scope,
        preferredSource,
        protocol,
        mtu,
        onLink,
        linkDown,
        false);
  }
}
