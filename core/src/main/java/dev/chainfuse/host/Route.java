package dev.chainfuse.host;

import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.packet.Skb;

/**
 * An IPv4 route with one next hop.
 *
 * @param table 255 local, 254 main, 253 default, or another
 * @param destination with all bits behind the prefix zero
 * @param prefixLength 0 to 32
 * @param gateway next hop; 0 if the destination is on the link
 * @param device number of the outgoing interface; {@link Skb#NO_INTERFACE} for refusals
 * @param metric 0 to 2^32-1, lower wins
 * @param tos 0 for any, else the value of the type-of-service bits that it is for
 * @param scope one of {@link Scope}
 * @param preferredSource source for packets that the host makes; 0 to choose by the device
 * @param protocol who made it: {@code kernel}, {@code boot}, {@code static}, {@code dhcp}, ...
 * @param mtu overrides the device's; 0 if not given
 * @param onLink the gateway is taken to be on the link
 * @param linkDown the device has no carrier; such a route is used all the same unless the sysctl
 *     ignore_routes_with_linkdown says otherwise
 * @param dead never used
 */
public record Route(
    int table,
    RouteType type,
    int destination,
    int prefixLength,
    int gateway,
    int device,
    long metric,
    int tos,
    int scope,
    int preferredSource,
    String protocol,
    int mtu,
    boolean onLink,
    boolean linkDown,
    boolean dead) {
  public static final int TABLE_LOCAL = 255;
  public static final int TABLE_MAIN = 254;
  public static final int TABLE_DEFAULT = 253;

  public Route {
    if (prefixLength < 0 || prefixLength > 32) {
      throw new IllegalArgumentException("prefix length " + prefixLength + " is not within 0-32");
    }
    if ((destination & ~Ipv4.mask(prefixLength)) != 0) {
      throw new IllegalArgumentException(
          Ipv4.format(destination) + "/" + prefixLength + " has bits set behind the prefix");
    }
    if (device < 0 && !type.isRefusal()) {
      throw new IllegalArgumentException("a route of type " + type + " needs a device");
    }
  }

  /** {@code 10.0.0.0/8}. */
  public String prefix() {
    return Ipv4.format(destination) + "/" + prefixLength;
  }

  /** Number of a table by its name or number; {@code /etc/iproute2/rt_tables} is not read. */
  static int parseTable(String text) {
    return switch (text) {
      case "local" -> TABLE_LOCAL;
      case "main" -> TABLE_MAIN;
      case "default" -> TABLE_DEFAULT;
      default -> (int) Numbers.within(text, 0L, 0xffff_ffffL, "table");
    };
  }
}
