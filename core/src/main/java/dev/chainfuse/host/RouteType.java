package dev.chainfuse.host;

import java.util.Locale;

/** RTN_, include/uapi/linux/rtnetlink.h; {@link #number} is the kernel's. */
public enum RouteType {
  UNICAST(1),
  LOCAL(2),
  BROADCAST(3),
  ANYCAST(4),
  MULTICAST(5),
  BLACKHOLE(6),
  UNREACHABLE(7),
  PROHIBIT(8),
  THROW(9);

  private final int number;

  RouteType(int number) {
    this.number = number;
  }

  public int number() {
    return number;
  }

  /** Whether the kernel keeps no device with such a route (fib_create_info). */
  public boolean isRefusal() {
    return number >= BLACKHOLE.number;
  }

  /**
   * @throws IllegalArgumentException if {@code text} is no type, as {@code ip route} writes it
   */
  static RouteType parse(String text) {
    for (RouteType type : values()) {
      if (type.name().toLowerCase(Locale.ROOT).equals(text)) {
        return type;
      }
    }
    throw new IllegalArgumentException("'" + text + "' is not a type of route");
  }
}
