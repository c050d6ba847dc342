package dev.chainfuse.path;

import dev.chainfuse.forwarding.ArpInput;
import dev.chainfuse.forwarding.HostView;
import dev.chainfuse.forwarding.InputRoute;
import dev.chainfuse.forwarding.Neighbours;
import dev.chainfuse.forwarding.RouteInput;
import dev.chainfuse.forwarding.RouteTable;
import dev.chainfuse.forwarding.SourceAddress;
import dev.chainfuse.host.Interface;
import dev.chainfuse.host.Scope;
import dev.chainfuse.host.Topology;
import dev.chainfuse.packet.DropReason;
import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.packet.Skb;

/** Routing decisions, written into the packet. Stateless but for scratch. */
final class Routing {
  // RTN_ numbers, include/uapi/linux/rtnetlink.h.
  static final int UNICAST = 1;
  static final int LOCAL = 2;
  static final int BROADCAST = 3;
  static final int MULTICAST = 5;
  static final int BLACKHOLE = 6;
  static final int UNREACHABLE = 7;
  static final int PROHIBIT = 8;

  private static final int LOOPBACK_MTU = 65_535;
  private static final int LOOPBACK = 0x7f00_0001;

  /** No route at all. */
  static final int NO_ROUTE = 16;

  private final Topology topology;
  private final RouteTable routes;
  private final SourceAddress addresses;
  private final RouteInput inputs;
  private final HostView view;
  private final InputRoute found = new InputRoute();
  private final int loopback;

  Routing(Topology topology, RouteTable routes) {
    this.topology = topology;
    this.routes = routes;
    this.addresses = SourceAddress.compile(topology);
    this.inputs = new RouteInput(topology, routes, addresses);
    this.view = new HostView(topology, routes);
    int lo = Skb.NO_INTERFACE;
    for (Interface i : topology.interfaces()) {
      lo = i.isLoopback() ? i.number() : lo;
    }
    loopback = lo;
  }

  /**
   * Routes a received packet (ip_route_input_noref).
   *
   * @return NONE if it is routed, if only to an error; else why it is dropped
   */
  DropReason input(Skb skb, int device) {
    inputs.decide(skb.source, skb.destination, skb.tos, skb.protocol, device, found);
    skb.redirect = found.redirect;
    switch (found.outcome) {
      case RouteInput.FORWARD -> take(skb, found.route);
      case RouteInput.LOCAL -> local(skb, LOCAL);
      case RouteInput.BROADCAST -> local(skb, BROADCAST);
      case RouteInput.MULTICAST -> local(skb, MULTICAST);
      case RouteInput.NET_UNREACHABLE -> local(skb, NO_ROUTE);
      case RouteInput.HOST_UNREACHABLE -> local(skb, UNREACHABLE);
      case RouteInput.PROHIBITED -> local(skb, PROHIBIT);
      case RouteInput.BLACKHOLE -> local(skb, BLACKHOLE);
      default -> {
        return reason(found.outcome);
      }
    }
    return DropReason.NONE;
  }

  private static DropReason reason(int outcome) {
    return switch (outcome) {
      case RouteInput.MARTIAN_SOURCE, RouteInput.MARTIAN_DESTINATION -> DropReason.MARTIAN;
      case RouteInput.REVERSE_PATH -> DropReason.REVERSE_PATH;
      case RouteInput.NOT_JOINED -> DropReason.MULTICAST_NOT_JOINED;
      case RouteInput.NOT_FORWARDING -> DropReason.FORWARDING_OFF;
      default -> DropReason.NOT_MODELLED;
    };
  }

  private void take(Skb skb, int route) {
    skb.routeType = routes.type(route);
    skb.routeInterface = routes.outInterface(route);
    skb.nextHop = routes.nextHop(route, skb.destination);
    skb.routeMtu = routes.mtu(route);
  }

  private void local(Skb skb, int type) {
    skb.routeType = type;
    skb.routeInterface = loopback;
    skb.nextHop = skb.destination;
    skb.routeMtu = LOOPBACK_MTU;
  }

  /**
   * Whether the way to the packet's destination leads out by {@code device}; routes it there if so.
   */
  boolean leadsTo(Skb skb, int device) {
    int route = routes.lookup(skb.destination, skb.tos, -1);
    if (route < 0 || routes.type(route) != UNICAST || routes.outInterface(route) != device) {
      return false;
    }
    take(skb, route);
    return true;
  }

  /**
   * Routes a packet of the host; a source of 0 is chosen (ip_route_output_key). The source may be
   * any address.
   *
   * @return false if there is no way
   */
  boolean output(Skb skb) {
    int destination = skb.destination;
    if (!routes.isModelled()) {
      return false;
    }
    if (destination == 0) {
      // 0.0.0.0 is this host: ip_route_output_key_hash_rcu, net/ipv4/route.c.
      local(skb, LOCAL);
      skb.source = skb.source == 0 ? LOOPBACK : skb.source;
      return true;
    }
    int route = routes.lookup(destination, skb.tos, -1);
    if (route < 0) {
      return false;
    }
    int type = routes.type(route);
    if (type == LOCAL) {
      local(skb, LOCAL);
    } else {
      take(skb, route);
      if (destination == -1 || type == BROADCAST) {
        skb.routeType = BROADCAST;
        skb.nextHop = destination;
      } else if (Ipv4.isMulticast(destination)) {
        skb.routeType = MULTICAST;
        skb.nextHop = destination;
      }
    }
    if (skb.source == 0) {
      int preferred = routes.preferredSource(route);
      skb.source = preferred == 0 && type == LOCAL ? destination : preferred;
    }
    return skb.source != 0;
  }

  /** MTU of the route of a packet of the host to an address; the greatest int if there is none. */
  int mtuToward(int destination) {
    boolean known = destination != 0 && routes.isModelled();
    int route = known ? routes.lookup(destination, 0, -1) : RouteTable.NO_ROUTE;
    if (route < 0) {
      return Integer.MAX_VALUE;
    }
    return switch (routes.type(route)) {
      case LOCAL -> LOOPBACK_MTU;
      case UNICAST, BROADCAST, MULTICAST -> routes.mtu(route);
      default -> Integer.MAX_VALUE;
    };
  }

  /**
   * Routes a packet to a gateway whatever its destination (nf_dup_ipv4_route,
   * net/ipv4/netfilter/nf_dup_ipv4.c).
   *
   * @param device by which it must leave; negative for any
   * @return false if there is no way
   */
  boolean toGateway(Skb skb, int gateway, int device) {
    if (!routes.isModelled()) {
      return false;
    }
    int route = routes.lookup(gateway, skb.tos, device);
    if (route == RouteTable.NO_ROUTE && device >= 0) {
      // "Apparently, routing tables are wrong": the packet's own destination is taken to be on the
      // link (ip_route_output_key_hash_rcu, net/ipv4/route.c).
      skb.routeType = UNICAST;
      skb.routeInterface = device;
      skb.nextHop = skb.destination;
      skb.routeMtu = topology.at(device).mtu();
      return true;
    }
    if (route < 0) {
      return false;
    }
    if (routes.type(route) == LOCAL) {
      local(skb, LOCAL);
      return true;
    }
    take(skb, route);
    skb.nextHop = routes.nextHop(route, gateway);
    return skb.routeType == UNICAST;
  }

  /**
   * Routes a packet whose source is settled, as {@link #output} does, but the source has a say: a
   * group or the limited broadcast is reached by the source's interface, and a loopback source
   * stays on this host (ip_route_output_key_hash_rcu, __mkroute_output).
   *
   * @return false if there is no way
   */
  boolean outputFrom(Skb skb) {
    int destination = skb.destination;
    if (skb.source != 0 && (destination == -1 || Ipv4.isMulticast(destination))) {
      int device = addresses.deviceOf(skb.source);
      if (device < 0) {
        return false;
      }
      skb.routeType = destination == -1 ? BROADCAST : MULTICAST;
      skb.routeInterface = device;
      skb.nextHop = destination;
      skb.routeMtu = topology.at(device).mtu();
      return true;
    }
    return output(skb)
        && (!Ipv4.isLoopback(skb.source)
            || skb.routeInterface == loopback
            || inputs.routesLoopback(skb.routeInterface));
  }

  /** The host's address on the way of a packet that it forwards (ip_rt_get_source). */
  int sourceToward(Skb skb) {
    int route = routes.lookup(skb.destination, skb.tos, skb.routeInterface);
    return route >= 0
        ? routes.preferredSource(route)
        : addresses.select(skb.routeInterface, skb.nextHop, Scope.UNIVERSE);
  }

  /** The address by which the host would answer a received packet (fib_compute_spec_dst). */
  int sourceOfAnswer(Skb skb) {
    if (skb.routeType == LOCAL) {
      return skb.destination;
    }
    if (skb.source >>> 24 == 0) {
      return addresses.select(skb.inInterface, skb.source, Scope.LINK);
    }
    int route = routes.lookup(skb.source, skb.tos, -1);
    return route >= 0
        ? routes.preferredSource(route)
        : addresses.select(skb.inInterface, skb.source, Scope.UNIVERSE);
  }

  boolean isLocal(int address) {
    return view.isLocal(address);
  }

  /** MASQUERADE's address (inet_select_addr with scope universe). */
  int selectSource(int device, int nextHop) {
    return addresses.select(device, nextHop, Scope.UNIVERSE);
  }

  int firstAddress(int device) {
    return addresses.primary(device);
  }

  boolean forwards(int device) {
    return inputs.forwards(device);
  }

  /** ARP's decisions, on the same routes. */
  ArpInput arpInput(Neighbours neighbours) {
    return new ArpInput(topology, view, routes, inputs, addresses, neighbours);
  }
}
