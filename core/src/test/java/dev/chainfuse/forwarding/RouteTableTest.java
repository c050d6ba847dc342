package dev.chainfuse.forwarding;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.chainfuse.Seeds;
import dev.chainfuse.host.InterfaceSpec;
import dev.chainfuse.host.Route;
import dev.chainfuse.host.RouteType;
import dev.chainfuse.host.RoutingRule;
import dev.chainfuse.host.Topology;
import dev.chainfuse.host.TopologyBuilder;
import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.packet.RangeSet;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class RouteTableTest {
  private static TopologyBuilder host() {
    return Topology.builder()
        .add(InterfaceSpec.physical("a").address("192.0.2.10/24"))
        .add(InterfaceSpec.physical("b").address("198.51.100.10/24"));
  }

  /** The interface by which packets to {@code destination} leave, or the refusal. */
  private static String way(TopologyBuilder builder, String destination) {
    return way(builder, destination, 0);
  }

  private static String way(TopologyBuilder builder, String destination, int tos) {
    Topology host = builder.build();
    RouteTable routes = RouteTable.compile(host);
    int route = routes.lookup(Ipv4.parse(destination), tos, -1);
    return route < 0 ? Integer.toString(route) : host.at(routes.outInterface(route)).name();
  }

  @Test
  void theLongestPrefixWins() {
    TopologyBuilder host =
        host().route("default via 192.0.2.1").route("10.0.0.0/8 dev b").route("10.1.0.0/16 dev a");
    assertEquals("a", way(host, "10.1.2.3"));
    assertEquals("b", way(host, "10.2.2.3"));
    assertEquals("a", way(host, "11.2.2.3"));
  }

  @Test
  void withoutRouteThereIsNone() {
    assertEquals("" + RouteTable.NO_ROUTE, way(host(), "10.0.0.1"));
  }

  @Test
  void aLongerPrefixOfMainWinsOverAShorterOneOfLocal() {
    assertEquals("a", way(host().route("127.5.0.0/16 dev a"), "127.5.1.1"));
    assertEquals("lo", way(host().route("127.0.0.0/8 dev a"), "127.5.1.1"));
  }

  @Test
  void theLowestMetricWinsWhateverTheOrder() {
    assertEquals(
        "b", way(host().route("10.0.0.0/8 dev a metric 9").route("10.0.0.0/8 dev b"), "10.0.0.1"));
    assertEquals(
        "b",
        way(
            host().route("10.0.0.0/8 dev b metric 1").route("10.0.0.0/8 dev a metric 2"),
            "10.0.0.1"));
  }

  @Test
  void aRouteForATypeOfServiceIsForThatAlone() {
    TopologyBuilder host = host().route("10.0.0.0/8 dev a").route("10.0.0.0/8 dev b tos 0x10");
    assertEquals("b", way(host, "10.0.0.1", 0x10));
    assertEquals("b", way(host, "10.0.0.1", 0x13), "ECN bits do not count");
    assertEquals("a", way(host, "10.0.0.1", 0x08));
  }

  @Test
  void refusalsSayWhy() {
    TopologyBuilder host =
        host()
            .route("default via 192.0.2.1")
            .route("unreachable 10.1.0.0/16")
            .route("prohibit 10.2.0.0/16")
            .route("blackhole 10.3.0.0/16")
            .route("throw 10.4.0.0/16");
    assertEquals("" + RouteTable.UNREACHABLE, way(host, "10.1.0.1"));
    assertEquals("" + RouteTable.PROHIBITED, way(host, "10.2.0.1"));
    assertEquals("" + RouteTable.BLACKHOLED, way(host, "10.3.0.1"));
    assertEquals("" + RouteTable.NO_ROUTE, way(host, "10.4.0.1"));
  }

  @Test
  void theTableDefaultIsAskedLastAndEvenAfterARefusal() {
    TopologyBuilder host =
        host().route("10.0.0.0/8 dev b table default").route("unreachable 10.1.0.0/16");
    assertEquals("b", way(host, "10.2.0.1"));
    assertEquals("b", way(host, "10.1.0.1"));
    assertEquals("" + RouteTable.NO_ROUTE, way(host, "11.0.0.1"));
  }

  @Test
  void routesOfAnInterfaceThatIsDownAreNotUsed() {
    TopologyBuilder host =
        host()
            .add(InterfaceSpec.physical("c").address("203.0.113.1/24").down())
            .route("default via 192.0.2.1")
            .route("10.0.0.0/8 dev c");
    assertEquals("a", way(host, "10.0.0.1"));
    assertEquals("a", way(host, "203.0.113.9"));
    assertEquals("c", way(host, "203.0.113.1"), "its own address stays local");
  }

  @Test
  void routesWithoutCarrierAreUsedUnlessTheSysctlSaysNo() {
    TopologyBuilder host =
        host()
            .add(InterfaceSpec.physical("c").address("203.0.113.1/24").noCarrier())
            .route("default via 192.0.2.1");
    assertEquals("c", way(host, "203.0.113.9"));
    assertEquals(
        "a", way(host.sysctl("net.ipv4.conf.c.ignore_routes_with_linkdown", 1), "203.0.113.9"));
  }

  @Test
  void aLookUpForAnInterfacePassesOverOthers() {
    Topology host = host().route("default dev a").route("default dev b metric 5").build();
    RouteTable routes = RouteTable.compile(host);
    int b = host.number("b");
    assertEquals(b, routes.outInterface(routes.lookup(Ipv4.parse("10.0.0.1"), 0, b)));
    assertEquals(
        b, routes.outInterface(routes.lookup(Ipv4.parse("192.0.2.7"), 0, b)), "shorter prefix");
    assertEquals(RouteTable.NO_ROUTE, routes.lookup(Ipv4.parse("10.0.0.1"), 0, 0));
  }

  @Test
  void columnsTellNextHopSourceAndMtu() {
    Topology host =
        host()
            .route("10.0.0.0/8 via 192.0.2.1 mtu 1400")
            .route("11.0.0.0/8 dev b src 192.0.2.10")
            .build();
    RouteTable routes = RouteTable.compile(host);
    int destination = Ipv4.parse("10.0.0.9");
    int ten = routes.lookup(destination, 0, -1);
    assertEquals(Ipv4.parse("192.0.2.1"), routes.nextHop(ten, destination));
    assertEquals(1400, routes.mtu(ten));
    assertEquals(Ipv4.parse("192.0.2.10"), routes.preferredSource(ten));
    destination = Ipv4.parse("11.0.0.9");
    int eleven = routes.lookup(destination, 0, -1);
    assertEquals(destination, routes.nextHop(eleven, destination));
    assertEquals(1500, routes.mtu(eleven));
    assertEquals(Ipv4.parse("192.0.2.10"), routes.preferredSource(eleven));
    assertEquals(RouteType.UNICAST.number(), routes.type(eleven));
  }

  @Test
  void ownRoutingRulesAreNotModelled() {
    TopologyBuilder host = host();
    RoutingRule.DEFAULT.forEach(host::rule);
    assertTrue(RouteTable.compile(host.build()).isModelled());
    host.rule(new RoutingRule(100, "fwmark 1", "lookup 100"));
    Topology own = host.build();
    RouteTable routes = RouteTable.compile(own);
    assertFalse(routes.isModelled());
    assertTrue(new HostView(own, routes).isLocal(Ipv4.parse("192.0.2.10")));
  }

  @Test
  void lookUpEqualsTheLongWay() {
    Seeds.each(
        200,
        seed -> {
          SplittableRandom random = new SplittableRandom(seed);
          Topology host = randomHost(random);
          RouteTable routes = RouteTable.compile(host);
          for (int i = 0; i < 300; i++) {
            int destination = randomAddress(host, random);
            int tos = random.nextInt(3) * 8;
            int out = random.nextInt(4) - 1;
            int found = routes.lookup(destination, tos, out);
            Object expected = theLongWay(host, destination, tos, out);
            Object actual = found < 0 ? (Object) found : routes.route(found);
            assertEquals(expected, actual, () -> Ipv4.format(destination) + " of " + host.routes());
          }
        });
  }

  @Test
  void addressTypesAsRangesEqualThoseOneByOne() {
    Seeds.each(
        60,
        seed -> {
          SplittableRandom random = new SplittableRandom(seed);
          Topology host = randomHost(random);
          HostView view = new HostView(host, RouteTable.compile(host));
          int at = random.nextInt(4) - 1;
          for (int type = 1; type <= 9; type++) {
            RangeSet all = view.addressesOfType(type, at);
            for (int i = 0; i < 100; i++) {
              int address = randomAddress(host, random);
              assertEquals(
                  view.addressType(address, at) == type,
                  all.containsInt(address),
                  Ipv4.format(address));
            }
          }
        });
  }

  private static Topology randomHost(SplittableRandom random) {
    TopologyBuilder host = host();
    int count = random.nextInt(60);
    String[] types = {"", "", "", "", "unreachable ", "blackhole ", "throw ", "local "};
    for (int i = 0; i < count; i++) {
      int length = random.nextInt(6) == 0 ? 0 : 4 + random.nextInt(29);
      int address =
          (random.nextInt(4) == 0 ? random.nextInt() : 0x0a00_0000 | random.nextInt(1 << 12))
              & Ipv4.mask(length);
      String type = types[random.nextInt(types.length)];
      host.route(
          type
              + Ipv4.format(address)
              + "/"
              + length
              + (type.isEmpty() || type.startsWith("local")
                  ? " dev " + (random.nextBoolean() ? "a" : "b")
                  : "")
              + (random.nextInt(3) == 0 ? " tos " + random.nextInt(3) * 8 : "")
              + (random.nextInt(8) == 0 ? " table default" : "")
              + " metric "
              + random.nextInt(3));
    }
    return host.build();
  }

  private static int randomAddress(Topology host, SplittableRandom random) {
    List<Route> routes = host.routes();
    Route route = routes.get(random.nextInt(routes.size()));
    int first = route.destination();
    int last = first | ~Ipv4.mask(route.prefixLength());
    return switch (random.nextInt(6)) {
      case 0 -> first;
      case 1 -> last;
      case 2 -> first - 1;
      case 3 -> last + 1;
      case 4 -> random.nextInt();
      default -> 0x0a00_0000 | random.nextInt(1 << 12);
    };
  }

  /** All routes that cover the address, best first; the first that fits decides. */
  private static Object theLongWay(Topology host, int destination, int tos, int out) {
    Object main = inTables(host, destination, tos, out, List.of(255, 254));
    if (main instanceof Integer
        && host.routes().stream().anyMatch(r -> r.table() == Route.TABLE_DEFAULT)) {
      main = inTables(host, destination, tos, out, List.of(253));
    }
    return main.equals(-5) ? (Object) RouteTable.NO_ROUTE : main;
  }

  private static Object inTables(
      Topology host, int destination, int tos, int out, List<Integer> tables) {
    List<Route> covering = new ArrayList<>();
    for (Route route : host.routes()) {
      boolean covers = ((destination ^ route.destination()) & Ipv4.mask(route.prefixLength())) == 0;
      if (tables.contains(route.table()) && covers) {
        covering.add(route);
      }
    }
    while (!covering.isEmpty()) {
      Route best = covering.get(0);
      for (Route each : covering) {
        if (isBetter(each, best)) {
          best = each;
        }
      }
      covering.remove(best);
      boolean fits = best.tos() == 0 || best.tos() == tos;
      if (fits && best.type().isRefusal()) {
        return switch (best.type()) {
          case BLACKHOLE -> -4;
          case UNREACHABLE -> -2;
          default -> -5;
        };
      }
      if (fits && (out < 0 || best.device() == out)) {
        return best;
      }
    }
    return -5;
  }

  private static boolean isBetter(Route a, Route b) {
    if (a.prefixLength() != b.prefixLength()) {
      return a.prefixLength() > b.prefixLength();
    }
    if (a.table() != b.table()) {
      return a.table() > b.table();
    }
    return a.tos() != b.tos() ? a.tos() > b.tos() : a.metric() < b.metric();
  }
}
