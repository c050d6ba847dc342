package dev.chainfuse.forwarding;

import dev.chainfuse.host.Bridge;
import dev.chainfuse.host.Interface;
import dev.chainfuse.host.Topology;
import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.packet.Skb;

/**
 * The routing decision about a received packet: ip_route_input_rcu and ip_route_input_slow,
 * net/ipv4/route.c. Immutable, thread-safe, allocates nothing.
 *
 * <p>Groups joined: 224.0.0.1 on every interface that is up, 224.0.0.106 (all snoopers) on a bridge
 * that snoops. Packets to other groups are {@link #NOT_JOINED}.
 */
public final class RouteInput {
  public static final int FORWARD = 0;
  public static final int LOCAL = 1;
  public static final int BROADCAST = 2;
  public static final int MULTICAST = 3;

  /** Outcomes from here on are drops. */
  public static final int FIRST_DROP = 4;

  public static final int MARTIAN_SOURCE = 4;
  public static final int MARTIAN_DESTINATION = 5;
  public static final int REVERSE_PATH = 6;
  public static final int NOT_JOINED = 7;

  /** The receiving interface does not forward: dropped in silence. */
  public static final int NOT_FORWARDING = 8;

  /** Answered by ICMP 3/0. */
  public static final int NET_UNREACHABLE = 9;

  /** Answered by ICMP 3/1. */
  public static final int HOST_UNREACHABLE = 10;

  /** Answered by ICMP 3/13. */
  public static final int PROHIBITED = 11;

  /** Silence. */
  public static final int BLACKHOLE = 12;

  /** The host has routing rules of its own. */
  public static final int NOT_MODELLED = 13;

  private static final int ALL_SYSTEMS = 0xe000_0001;
  private static final int ALL_SNOOPERS = 0xe000_006a;

  private final RouteTable routes;
  private final SourceAddress own;
  private final SourceCheck sources;
  private final boolean[] forwarding;
  private final boolean[] routeLocalnet;
  private final boolean[] broadcastForwarding;
  private final boolean[] sendRedirects;
  private final boolean[] sharedMedia;
  private final boolean[] snooping;

  public RouteInput(Topology host, RouteTable routes, SourceAddress own) {
    this.routes = routes;
    this.own = own;
    this.sources = new SourceCheck(host, routes, own);
    int n = host.interfaces().size();
    forwarding = new boolean[n];
    routeLocalnet = new boolean[n];
    broadcastForwarding = new boolean[n];
    sendRedirects = new boolean[n];
    sharedMedia = new boolean[n];
    snooping = new boolean[n];
    for (Interface each : host.interfaces()) {
      int i = each.number();
      forwarding[i] = host.sysctls().forwarding(each);
      routeLocalnet[i] = host.sysctls().routeLocalnet(each);
      broadcastForwarding[i] = host.sysctls().broadcastForwarding(each);
      sendRedirects[i] = host.sysctls().sendRedirects(each);
      sharedMedia[i] = host.sysctls().sharedMedia(each);
      Bridge bridge = each.bridge();
      snooping[i] = bridge != null && bridge.multicastSnooping();
    }
  }

  /** Whether 127.0.0.0/8 is an ordinary network there ({@code route_localnet}). */
  public boolean routesLoopback(int device) {
    return routeLocalnet[device];
  }

  /** Whether packets received there are forwarded. */
  public boolean forwards(int inInterface) {
    return forwarding[inInterface];
  }

  /**
   * Decides where a received packet goes.
   *
   * @param protocol the IP protocol; asked for multicast alone
   * @param result gets outcome, route and redirect
   */
  public void decide(
      int source, int destination, int tos, int protocol, int inInterface, InputRoute result) {
    result.route = RouteTable.NO_ROUTE;
    result.redirect = false;
    result.outcome =
        routes.isModelled()
            ? outcome(source, destination, tos, protocol, inInterface, result)
            : NOT_MODELLED;
  }

  private int outcome(int source, int destination, int tos, int protocol, int in, InputRoute r) {
    if (Ipv4.isMulticast(destination)) {
      return multicast(source, destination, tos, protocol, in);
    }
    if (Ipv4.isMulticast(source) || source == -1) {
      return MARTIAN_SOURCE;
    }
    if (destination == -1 || (source == 0 && destination == 0)) {
      return broadcast(source, tos, in);
    }
    if (source == 0) {
      return MARTIAN_SOURCE;
    }
    if (destination == 0) {
      return MARTIAN_DESTINATION;
    }
    if (!routeLocalnet[in]) {
      if (Ipv4.isLoopback(destination)) {
        return MARTIAN_DESTINATION;
      }
      if (Ipv4.isLoopback(source)) {
        return MARTIAN_SOURCE;
      }
    }
    return routed(source, destination, tos, in, r);
  }

  private int routed(int source, int destination, int tos, int in, InputRoute r) {
    int route = routes.lookup(destination, tos, Skb.NO_INTERFACE);
    r.route = route;
    if (route < 0) {
      return forwarding[in] ? refusal(route) : NOT_FORWARDING;
    }
    int type = routes.type(route);
    if (type == 3 && !broadcastForwarding[in]) {
      return broadcast(source, tos, in);
    }
    if (type == 2) {
      return checked(sources.check(source, tos, Skb.NO_INTERFACE, in), LOCAL);
    }
    if (type != 3) {
      if (!forwarding[in]) {
        return NOT_FORWARDING;
      }
      if (type != 1) {
        return MARTIAN_DESTINATION;
      }
    }
    int out = routes.outInterface(route);
    int check = sources.check(source, tos, out, in);
    r.redirect =
        check == SourceCheck.VALID_DIRECT
            && out == in
            && sendRedirects[out]
            && (sharedMedia[out] || own.onLink(out, source, routes.gateway(route)));
    return checked(check, FORWARD);
  }

  private static int refusal(int route) {
    return switch (route) {
      case RouteTable.UNREACHABLE -> HOST_UNREACHABLE;
      case RouteTable.PROHIBITED -> PROHIBITED;
      case RouteTable.BLACKHOLED -> BLACKHOLE;
      default -> NET_UNREACHABLE;
    };
  }

  private static int checked(int check, int otherwise) {
    return switch (check) {
      case SourceCheck.MARTIAN -> MARTIAN_SOURCE;
      case SourceCheck.REVERSE_PATH -> REVERSE_PATH;
      default -> otherwise;
    };
  }

  private int broadcast(int source, int tos, int in) {
    return source == 0
        ? BROADCAST
        : checked(sources.check(source, tos, Skb.NO_INTERFACE, in), BROADCAST);
  }

  /** ip_check_mc_rcu, then ip_mc_validate_source. */
  private int multicast(int source, int group, int tos, int protocol, int in) {
    if (group != ALL_SYSTEMS && !(group == ALL_SNOOPERS && snooping[in])) {
      return NOT_JOINED;
    }
    if (Ipv4.isMulticast(source)
        || source == -1
        || (Ipv4.isLoopback(source) && !routeLocalnet[in])) {
      return MARTIAN_SOURCE;
    }
    if (source == 0) {
      boolean linkLocal = group >>> 8 == 0xe0_0000;
      return linkLocal || protocol == Ipv4.IGMP ? MULTICAST : MARTIAN_SOURCE;
    }
    return checked(sources.check(source, tos, Skb.NO_INTERFACE, in), MULTICAST);
  }
}
