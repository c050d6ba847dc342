package dev.chainfuse.forwarding;

import dev.chainfuse.host.Interface;
import dev.chainfuse.host.RouteType;
import dev.chainfuse.host.Topology;
import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.packet.RangeSet;
import dev.chainfuse.packet.Skb;
import dev.chainfuse.rules.HostFacts;

/** A host as the rules see it: interface names and address types. Immutable, thread-safe. */
public final class HostView implements HostFacts {
  private static final RangeSet FIXED_BROADCAST = RangeSet.of(0).union(RangeSet.of(RangeSet.MAX));
  private static final RangeSet MULTICAST = RangeSet.masked(0xe000_0000, 0xf000_0000);
  private static final RangeSet BY_ROUTE = FIXED_BROADCAST.union(MULTICAST).complement();

  private final Topology host;
  private final RouteTable routes;

  public HostView(Topology host, RouteTable routes) {
    this.host = host;
    this.routes = routes;
  }

  @Override
  public int interfaceCount() {
    return host.interfaces().size();
  }

  @Override
  public String interfaceName(int number) {
    return host.at(number).name();
  }

  /** __inet_dev_addr_type, net/ipv4/fib_frontend.c. */
  @Override
  public int addressType(int address, int interfaceNumber) {
    if (address == 0 || address == -1) {
      return RouteType.BROADCAST.number();
    }
    if (Ipv4.isMulticast(address)) {
      return RouteType.MULTICAST.number();
    }
    int route = routes.lookupType(address);
    if (route < 0 || (interfaceNumber >= 0 && routes.outInterface(route) != interfaceNumber)) {
      return RouteType.UNICAST.number();
    }
    return routes.type(route);
  }

  /** Whether the address is the host's own (type LOCAL). */
  public boolean isLocal(int address) {
    return addressType(address, -1) == RouteType.LOCAL.number();
  }

  @Override
  public RangeSet addressesOfType(int type, int interfaceNumber) {
    if (type == RouteType.UNICAST.number()) {
      RangeSet others = RangeSet.EMPTY;
      for (RouteType each : RouteType.values()) {
        if (each != RouteType.UNICAST && !each.isRefusal()) {
          others = others.union(addressesOfType(each.number(), interfaceNumber));
        }
      }
      return others.complement();
    }
    RangeSet routed = routes.addresses(type, interfaceNumber).intersect(BY_ROUTE);
    if (type == RouteType.BROADCAST.number()) {
      return routed.union(FIXED_BROADCAST);
    }
    return type == RouteType.MULTICAST.number() ? routed.union(MULTICAST) : routed;
  }

  @Override
  public boolean isLoopback(int number) {
    return host.at(number).isLoopback();
  }

  @Override
  public boolean isEthernet(int number) {
    return host.at(number).ethernet();
  }

  @Override
  public int interfaceGroup(int number) {
    return host.at(number).group();
  }

  @Override
  public int route(int destination, int tos, int mark) {
    if (!routes.isModelled()) {
      return -1;
    }
    int route = routes.lookup(destination, tos, Skb.NO_INTERFACE, true);
    if (route < 0) {
      return -1;
    }
    int type = routes.type(route);
    if (type == RouteType.LOCAL.number()) {
      return routes.outInterface(route) | LOCAL_ROUTE;
    }
    return type == RouteType.UNICAST.number() ? routes.outInterface(route) : -1;
  }

  /** The interface with that number. */
  public Interface at(int number) {
    return host.at(number);
  }
}
