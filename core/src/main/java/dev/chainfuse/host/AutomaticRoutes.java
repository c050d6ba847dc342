package dev.chainfuse.host;

import dev.chainfuse.packet.Ipv4;
import java.util.ArrayList;
import java.util.List;

/** The routes that the kernel makes for addresses: fib_add_ifaddr, net/ipv4/fib_frontend.c. */
final class AutomaticRoutes {
  private AutomaticRoutes() {}

  static List<Route> of(Interface at) {
    List<Route> routes = new ArrayList<>();
    for (Address address : at.addresses()) {
      Address primary = address.secondary() ? primaryOf(address, at) : address;
      add(routes, RouteType.LOCAL, address.local(), 32, primary, at);
      if (at.up()) {
        addNetwork(routes, address, primary, at);
      }
    }
    return routes;
  }

  private static void addNetwork(
      List<Route> routes, Address address, Address primary, Interface at) {
    int broadcast = address.broadcast();
    if (broadcast != 0 && broadcast != -1) {
      add(routes, RouteType.BROADCAST, broadcast, 32, primary, at);
    }
    int network = address.network();
    boolean hasNetwork = network != address.local() || address.prefixLength() < 32;
    if (network == 0 || address.secondary() || !hasNetwork) {
      return;
    }
    if (address.prefixRoute()) {
      RouteType type = at.isLoopback() ? RouteType.LOCAL : RouteType.UNICAST;
      add(routes, type, network, address.prefixLength(), primary, at);
    }
    if (address.prefixLength() < 31) {
      add(routes, RouteType.BROADCAST, network | ~address.mask(), 32, primary, at);
    }
  }

  private static Address primaryOf(Address secondary, Interface at) {
    for (Address address : at.addresses()) {
      if (!address.secondary()
          && address.prefixLength() == secondary.prefixLength()
          && address.covers(secondary.peer())) {
        return address;
      }
    }
    return secondary;
  }

  private static void add(
      List<Route> routes,
      RouteType type,
      int destination,
      int prefixLength,
      Address primary,
      Interface at) {
    boolean unicast = type == RouteType.UNICAST;
    Route route =
        new Route(
            unicast ? Route.TABLE_MAIN : Route.TABLE_LOCAL,
            type,
            destination & Ipv4.mask(prefixLength),
            prefixLength,
            0,
            at.number(),
            unicast ? primary.metric() : 0,
            0,
            type == RouteType.LOCAL ? Scope.HOST : Scope.LINK,
            primary.local(),
            "kernel",
            0,
            false,
            // Local routes do not mind (fib_sync_down_dev, nexthops of scope nowhere).
            type != RouteType.LOCAL && at.up() && !at.carrier(),
            false);
    if (!routes.contains(route)) {
      routes.add(route);
    }
  }
}
