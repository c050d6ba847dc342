package dev.chainfuse.host;

import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.packet.Skb;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads {@code route.json}, printed by {@code ip -j route show table all}. */
final class RouteFile {
  private final TopologyBuilder builder;
  private final LinkFile links;
  private boolean localTable;

  RouteFile(TopologyBuilder builder, LinkFile links) {
    this.builder = builder;
    this.links = links;
  }

  void read(Path path) {
    JsonFile.read(path, this::route);
    // Printed without "table all", the file lacks what no host can do without.
    boolean complete = localTable;
    builder.automaticRoutes(route -> !complete && route.table() == Route.TABLE_LOCAL);
  }

  private void route(Json json) {
    Json destination = json.require("dst");
    if (isIpv6(json, destination.text())) {
      return;
    }
    refuse(json, "nexthops", "a route with several next hops is not modelled");
    refuse(json, "via", "an IPv4 route by an IPv6 neighbour is not modelled");
    refuse(json, "encap", "a route that encapsulates is not modelled");
    Json typeAt = json.find("type");
    RouteType type =
        typeAt == null
            ? RouteType.UNICAST
            : typeAt.parsed("a type of route", () -> RouteType.parse(typeAt.text()));
    Json deviceAt = json.find("dev");
    if (deviceAt == null && !type.isRefusal()) {
      throw json.error("the route to " + destination.text() + " has no device", "print it anew");
    }
    String device = deviceAt == null ? null : links.device(deviceAt);
    int table = table(json.find("table"));
    localTable |= table == Route.TABLE_LOCAL;
    Prefix prefix = destination.parsed("a network", () -> Prefix.parse(destination.text()));
    Set<String> flags = new HashSet<>();
    Json flagList = json.find("flags");
    (flagList == null ? List.<Json>of() : flagList.array()).forEach(f -> flags.add(f.text()));
    int scope = scope(json.find("scope"));
    int gateway = json.address("gateway");
    long metric = json.number("metric", 0, 0xffff_ffffL, 0);
    int tos = tos(json.find("tos"));
    int source = json.address("prefsrc");
    Json protocolAt = json.find("protocol");
    String protocol = protocolAt == null ? "boot" : protocolAt.word();
    int mtu = mtu(json);
    builder.route(
        interfaces ->
            new Route(
                table,
                type,
                prefix.address,
                prefix.length,
                gateway,
                device == null ? Skb.NO_INTERFACE : number(device, interfaces),
                metric,
                tos,
                scope,
                source,
                protocol,
                mtu,
                flags.contains("onlink"),
                flags.contains("linkdown"),
                flags.contains("dead")));
  }

  private static int number(String device, List<Interface> interfaces) {
    for (Interface each : interfaces) {
      if (each.name().equals(device)) {
        return each.number();
      }
    }
    throw new IllegalArgumentException("no interface '" + device + "'");
  }

  private record Prefix(int address, int length) {
    static Prefix parse(String text) {
      if (text.equals("default")) {
        return new Prefix(0, 0);
      }
      int slash = text.indexOf('/');
      int length =
          slash < 0 ? 32 : Numbers.within(text.substring(slash + 1), 0, 32, "prefix length");
      int address = Ipv4.parse(slash < 0 ? text : text.substring(0, slash));
      if ((address & ~Ipv4.mask(length)) != 0) {
        throw new IllegalArgumentException(text + " has bits set behind the prefix");
      }
      return new Prefix(address, length);
    }
  }

  /** Only IPv6 routes have a preference; default routes show their family only by that. */
  private static boolean isIpv6(Json json, String destination) {
    return destination.indexOf(':') >= 0
        || json.find("pref") != null
        || json.text("gateway", "").indexOf(':') >= 0;
  }

  private static void refuse(Json json, String name, String problem) {
    Json found = json.find(name);
    if (found != null) {
      throw found.error(problem, "replace it by one with an IPv4 next hop");
    }
  }

  private static int table(@Nullable Json value) {
    return value == null
        ? Route.TABLE_MAIN
        : value.parsed("a table", () -> Route.parseTable(value.word()));
  }

  private static int scope(@Nullable Json value) {
    return value == null
        ? Scope.UNIVERSE
        : value.parsed("a scope", () -> Scope.parse(value.word()));
  }

  private static int tos(@Nullable Json value) {
    return value == null
        ? 0
        : value.parsed(
            "a type of service", () -> (int) Numbers.within(value.word(), 0L, 255L, "tos"));
  }

  private static int mtu(Json json) {
    Json metrics = json.find("metrics");
    int mtu = 0;
    for (Json metric : metrics == null ? List.<Json>of() : metrics.array()) {
      mtu = (int) metric.number("mtu", 0, Integer.MAX_VALUE, mtu);
    }
    return mtu;
  }
}
