package dev.chainfuse.forwarding;

import dev.chainfuse.host.Interface;
import dev.chainfuse.host.Route;
import dev.chainfuse.host.RouteType;
import dev.chainfuse.host.Topology;
import dev.chainfuse.packet.RangeSet;
import dev.chainfuse.packet.Skb;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A host's routes, compiled for look-up. Immutable, thread-safe; look-up allocates nothing.
 *
 * <p>As long as there are only the kernel's own routing rules, it keeps the tables local and main
 * as one trie (fib_new_table, net/ipv4/fib_frontend.c): the longest prefix of both wins, and only
 * between equal prefixes local comes before main. The table default is asked when that gives no
 * route or a refusal (fib_lookup, include/net/ip_fib.h). Within a prefix: higher TOS, then lower
 * metric, then the order of adding (fib_find_alias, net/ipv4/fib_trie.c). A route that does not fit
 * the packet gives way to the next one, then to the next shorter prefix (fib_table_lookup).
 *
 * <p>With other routing rules ({@link Topology#hasPolicyRouting}) only the table local is compiled,
 * for address types; {@link #isModelled} is false and {@link #lookup} must not be asked.
 */
public final class RouteTable {
  /** No route: net unreachable, ICMP 3/0. */
  public static final int NO_ROUTE = -1;

  /** Route of type unreachable: host unreachable, ICMP 3/1. */
  public static final int UNREACHABLE = -2;

  /** Route of type prohibit: packet filtered, ICMP 3/13. */
  public static final int PROHIBITED = -3;

  /** Route of type blackhole: silence. */
  public static final int BLACKHOLED = -4;

  /** Result of a route of type throw, within one trie. */
  private static final int THROWN = -5;

  /** INET_DSCP_LEGACY_TOS_MASK: bits of a packet's TOS that are compared with a route's. */
  private static final int TOS_MASK = 0x1c;

  private final boolean modelled;
  private final boolean customLocalRoutes;
  private final List<Route> routes;
  private final Trie primary;
  private final Trie fallback;
  private final boolean hasFallback;

  // Columns, by route number.
  private final byte[] types;
  private final int[] devices;
  private final int[] gateways;
  private final int[] preferredSources;
  private final int[] mtus;
  private final int[] tos;
  private final byte[] scopes;
  private final boolean[] direct;
  private final boolean[] dead;
  private final boolean[] ignoredLinkDown;

  /** A prefix index whose prefixes lead to stretches of routes. */
  private static final class Trie {
    final PrefixIndex index;
    final int[] first;
    final int[] end;

    Trie(PrefixIndex index, int[] first, int[] end) {
      this.index = index;
      this.first = first;
      this.end = end;
    }
  }

  private RouteTable(Topology host, SourceAddress sources) {
    modelled = !host.hasPolicyRouting();
    routes = ordered(host, modelled);
    int n = routes.size();
    types = new byte[n];
    devices = new int[n];
    gateways = new int[n];
    preferredSources = new int[n];
    mtus = new int[n];
    tos = new int[n];
    scopes = new byte[n];
    direct = new boolean[n];
    dead = new boolean[n];
    ignoredLinkDown = new boolean[n];
    boolean custom = false;
    for (int i = 0; i < n; i++) {
      Route route = routes.get(i);
      custom |= route.type() == RouteType.LOCAL && !route.protocol().equals("kernel");
      fill(i, route, host, sources);
    }
    customLocalRoutes = custom;
    int split = 0;
    while (split < n && routes.get(split).table() != Route.TABLE_DEFAULT) {
      split++;
    }
    primary = trie(0, split);
    fallback = trie(split, n);
    hasFallback = split < n;
  }

  /** Compiles the routes of a host. */
  public static RouteTable compile(Topology host) {
    return new RouteTable(host, SourceAddress.compile(host));
  }

  private static List<Route> ordered(Topology host, boolean modelled) {
    List<Route> all = new ArrayList<>();
    for (Route route : host.routes()) {
      if (route.table() == Route.TABLE_LOCAL
          || (modelled
              && (route.table() == Route.TABLE_MAIN || route.table() == Route.TABLE_DEFAULT))) {
        all.add(route);
      }
    }
    all.sort(
        Comparator.<Route>comparingInt(r -> r.table() == Route.TABLE_DEFAULT ? 1 : 0)
            .thenComparingLong(r -> Integer.toUnsignedLong(r.destination()))
            .thenComparingInt(Route::prefixLength)
            .thenComparingInt(r -> -r.table())
            .thenComparingInt(r -> -r.tos())
            .thenComparingLong(Route::metric));
    return List.copyOf(all);
  }

  private void fill(int i, Route route, Topology host, SourceAddress sources) {
    types[i] = (byte) route.type().number();
    devices[i] = route.device();
    gateways[i] = route.gateway();
    tos[i] = route.tos();
    scopes[i] = (byte) route.scope();
    direct[i] = route.gateway() == 0 && !route.onLink();
    dead[i] = route.dead();
    preferredSources[i] = route.preferredSource();
    if (route.device() == Skb.NO_INTERFACE) {
      mtus[i] = route.mtu();
      return;
    }
    Interface device = host.at(route.device());
    mtus[i] = route.mtu() > 0 ? route.mtu() : device.mtu();
    // The kernel removes these when the device goes down (fib_sync_down_dev).
    dead[i] |= !device.up() && route.type() == RouteType.UNICAST;
    ignoredLinkDown[i] = route.linkDown() && host.sysctls().ignoreRoutesWithLinkdown(device);
    if (route.preferredSource() == 0 && route.type() != RouteType.LOCAL) {
      preferredSources[i] = sources.select(route.device(), route.gateway(), route.scope());
    }
  }

  private Trie trie(int from, int to) {
    Map<Long, int[]> stretches = new LinkedHashMap<>();
    for (int i = from; i < to; i++) {
      Route route = routes.get(i);
      long key = (Integer.toUnsignedLong(route.destination()) << 8) | route.prefixLength();
      int[] stretch = stretches.get(key);
      if (stretch == null) {
        stretches.put(key, new int[] {i, i + 1});
      } else {
        stretch[1] = i + 1;
      }
    }
    int n = stretches.size();
    int[] addresses = new int[n];
    int[] lengths = new int[n];
    int[] first = new int[n];
    int[] end = new int[n];
    int at = 0;
    for (int[] stretch : stretches.values()) {
      Route route = routes.get(stretch[0]);
      addresses[at] = route.destination();
      lengths[at] = route.prefixLength();
      first[at] = stretch[0];
      end[at] = stretch[1];
      at++;
    }
    return new Trie(PrefixIndex.of(addresses, lengths), first, end);
  }

  /** Whether look-ups are what the kernel would do; false with routing rules of one's own. */
  public boolean isModelled() {
    return modelled;
  }

  /** Whether someone added local routes (fib_has_custom_local_routes). */
  boolean hasCustomLocalRoutes() {
    return customLocalRoutes;
  }

  /** How many routes are compiled; route numbers are below. */
  public int size() {
    return routes.size();
  }

  /** The route with that number, for showing. */
  public Route route(int number) {
    return routes.get(number);
  }

  /**
   * The route to an address.
   *
   * @param packetTos the packet's TOS octet
   * @param outInterface limits to routes by that interface; negative for no limit
   * @return a route's number, or one of {@link #NO_ROUTE}, {@link #UNREACHABLE}, {@link
   *     #PROHIBITED}, {@link #BLACKHOLED}
   */
  public int lookup(int destination, int packetTos, int outInterface) {
    return lookup(destination, packetTos, outInterface, false);
  }

  int lookup(int destination, int packetTos, int outInterface, boolean ignoreLinkState) {
    int found = find(primary, destination, packetTos, outInterface, ignoreLinkState);
    if (found < 0 && hasFallback) {
      found = find(fallback, destination, packetTos, outInterface, ignoreLinkState);
    }
    return found == THROWN ? NO_ROUTE : found;
  }

  /** The look-up that decides the type of an address: without the table default. */
  int lookupType(int address) {
    return find(primary, address, 0, Skb.NO_INTERFACE, false);
  }

  private int find(Trie trie, int address, int packetTos, int out, boolean ignoreLinkState) {
    PrefixIndex index = trie.index;
    for (int p = index.find(address); p != PrefixIndex.NONE; p = index.parent(p)) {
      int end = trie.end[p];
      for (int r = trie.first[p]; r < end; r++) {
        if (tos[r] != 0 && tos[r] != (packetTos & TOS_MASK)) {
          continue;
        }
        if (types[r] >= 6) {
          return refusal(types[r]);
        }
        if (dead[r]
            || (ignoredLinkDown[r] && !ignoreLinkState)
            || (out >= 0 && devices[r] != out)) {
          continue;
        }
        return r;
      }
    }
    return THROWN;
  }

  /** fib_props, net/ipv4/fib_semantics.c. */
  private static int refusal(int type) {
    return switch (type) {
      case 6 -> BLACKHOLED;
      case 7 -> UNREACHABLE;
      case 8 -> PROHIBITED;
      default -> THROWN;
    };
  }

  /** RTN_ number of a route's type. */
  public int type(int route) {
    return types[route];
  }

  /** Number of the outgoing interface. */
  public int outInterface(int route) {
    return devices[route];
  }

  /** Next hop, or 0 if the destination itself is on the link. */
  public int gateway(int route) {
    return gateways[route];
  }

  /** The address to resolve: the gateway, or the destination. */
  public int nextHop(int route, int destination) {
    int gateway = gateways[route];
    return gateway != 0 ? gateway : destination;
  }

  /** Source of packets that the host makes (FIB_RES_PREFSRC); 0 if it has no address at all. */
  public int preferredSource(int route) {
    return preferredSources[route];
  }

  /** Longest IP packet in bytes: the route's MTU if it has one, else the device's. */
  public int mtu(int route) {
    return mtus[route];
  }

  /** RT_SCOPE_ number, 0 to 255. */
  public int scope(int route) {
    return scopes[route] & 255;
  }

  /** Whether the destination is on the link (nhc_scope of at least host). */
  boolean isDirect(int route) {
    return direct[route];
  }

  /** All addresses for which {@link #lookupType} gives a route of {@code type}. */
  RangeSet addresses(int type, int interfaceNumber) {
    RangeSet all = RangeSet.EMPTY;
    for (int range = 0; range < primary.index.ranges(); range++) {
      long first = primary.index.rangeFirst(range);
      int route = lookupType((int) first);
      if (route >= 0
          && types[route] == type
          && (interfaceNumber < 0 || devices[route] == interfaceNumber)) {
        all = all.union(RangeSet.of(first, primary.index.rangeLast(range)));
      }
    }
    return all;
  }

  /** Bytes of the compiled arrays. */
  public long memoryBytes() {
    long columns = types.length * (1L + 5 * 4 + 1 + 3);
    return columns + primary.index.memoryBytes() + fallback.index.memoryBytes();
  }
}
