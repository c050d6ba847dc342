package dev.chainfuse.scenarios.show;

import dev.chainfuse.host.Route;
import dev.chainfuse.host.RouteType;
import dev.chainfuse.host.Scope;
import dev.chainfuse.host.Topology;
import dev.chainfuse.packet.Ipv4;
import java.util.Locale;

/** Routes as {@code ip route show} prints them. */
public final class RouteText {
  private static final int HOST_PREFIX = 32;

  private RouteText() {}

  /**
   * Routes in the order in which they were read.
   *
   * @param all every table, with its name; else the main table alone
   */
  public static String write(Topology topology, boolean all) {
    StringBuilder out = new StringBuilder();
    for (Route route : topology.routes()) {
      if (all || route.table() == Route.TABLE_MAIN) {
        append(out, topology, route);
      }
    }
    return out.toString();
  }

  private static void append(StringBuilder out, Topology topology, Route route) {
    if (route.type() != RouteType.UNICAST) {
      out.append(route.type().name().toLowerCase(Locale.ROOT)).append(' ');
    }
    out.append(destination(route)).append(' ');
    if (route.tos() != 0) {
      out.append("tos 0x").append(Integer.toHexString(route.tos())).append(' ');
    }
    if (route.gateway() != 0) {
      out.append("via ").append(Ipv4.format(route.gateway())).append(' ');
    }
    if (route.device() >= 0) {
      out.append("dev ").append(topology.at(route.device()).name()).append(' ');
    }
    if (route.table() != Route.TABLE_MAIN) {
      out.append("table ").append(table(route.table())).append(' ');
    }
    if (!route.protocol().equals("boot") && !route.protocol().isEmpty()) {
      out.append("proto ").append(route.protocol()).append(' ');
    }
    if (route.scope() != Scope.UNIVERSE) {
      out.append("scope ").append(scope(route.scope())).append(' ');
    }
    if (route.preferredSource() != 0) {
      out.append("src ").append(Ipv4.format(route.preferredSource())).append(' ');
    }
    if (route.metric() != 0) {
      out.append("metric ").append(route.metric()).append(' ');
    }
    if (route.mtu() != 0) {
      out.append("mtu ").append(route.mtu()).append(' ');
    }
    out.append(route.dead() ? "dead " : "").append(route.onLink() ? "onlink " : "");
    out.append(route.linkDown() ? "linkdown " : "").append('\n');
  }

  private static String destination(Route route) {
    if (route.prefixLength() == 0) {
      return "default";
    }
    return route.prefixLength() == HOST_PREFIX ? Ipv4.format(route.destination()) : route.prefix();
  }

  private static String table(int number) {
    return switch (number) {
      case Route.TABLE_LOCAL -> "local";
      case Route.TABLE_DEFAULT -> "default";
      default -> Integer.toUnsignedString(number);
    };
  }

  private static String scope(int number) {
    return switch (number) {
      case Scope.SITE -> "site";
      case Scope.LINK -> "link";
      case Scope.HOST -> "host";
      case Scope.NOWHERE -> "nowhere";
      default -> Integer.toString(number);
    };
  }
}
