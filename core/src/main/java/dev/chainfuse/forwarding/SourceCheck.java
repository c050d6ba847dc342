package dev.chainfuse.forwarding;

import dev.chainfuse.host.Interface;
import dev.chainfuse.host.Topology;
import dev.chainfuse.packet.Skb;

/**
 * Whether a packet may come from where it says: fib_validate_source, net/ipv4/fib_frontend.c.
 * Immutable, thread-safe, allocates nothing.
 */
public final class SourceCheck {
  /** Acceptable. */
  public static final int VALID = 0;

  /** Acceptable, and the sender is on the link (what redirects ask). */
  public static final int VALID_DIRECT = 1;

  /** An address that no other host may use: one of ours, a broadcast, a refused network. */
  public static final int MARTIAN = 2;

  /** Reverse path filter: the way back leads elsewhere. */
  public static final int REVERSE_PATH = 3;

  private static final int UNICAST = 1;
  private static final int LOCAL = 2;

  private final RouteTable routes;
  private final SourceAddress own;
  private final byte[] filter;
  private final boolean[] acceptLocal;
  private final boolean[] sendRedirects;
  private final boolean[] loopback;

  public SourceCheck(Topology host, RouteTable routes, SourceAddress own) {
    this.routes = routes;
    this.own = own;
    int n = host.interfaces().size();
    filter = new byte[n];
    acceptLocal = new boolean[n];
    sendRedirects = new boolean[n];
    loopback = new boolean[n];
    for (Interface each : host.interfaces()) {
      int i = each.number();
      filter[i] = (byte) Math.min(2, host.sysctls().rpFilter(each));
      acceptLocal[i] = host.sysctls().acceptLocal(each);
      sendRedirects[i] = host.sysctls().sendRedirects(each);
      loopback[i] = each.isLoopback();
    }
  }

  /**
   * Checks a source address. Multicast, limited broadcast, 0.0.0.0 and loopback sources are judged
   * earlier, by {@link RouteInput}.
   *
   * @param tos the packet's TOS octet
   * @param outInterface where the packet is routed to; {@link Skb#NO_INTERFACE} for local delivery
   * @return {@link #VALID}, {@link #VALID_DIRECT}, {@link #MARTIAN} or {@link #REVERSE_PATH}
   */
  public int check(int source, int tos, int outInterface, int inInterface) {
    int mode = filter[inInterface];
    if (mode == 0 && (inInterface != outInterface || !sendRedirects[inInterface])) {
      if (acceptLocal[inInterface]) {
        return VALID;
      }
      if (!routes.hasCustomLocalRoutes()) {
        return own.isOwn(source) ? MARTIAN : VALID;
      }
    }
    return full(source, tos, inInterface, mode);
  }

  /** __fib_validate_source. */
  private int full(int source, int tos, int in, int mode) {
    int back = routes.lookup(source, tos, Skb.NO_INTERFACE);
    if (back < 0) {
      return mode == 0 ? VALID : REVERSE_PATH;
    }
    int type = routes.type(back);
    if (type != UNICAST && (type != LOCAL || !acceptLocal[in])) {
      return MARTIAN;
    }
    if (routes.outInterface(back) == in || (type == LOCAL && loopback[in])) {
      return routes.isDirect(back) ? VALID_DIRECT : VALID;
    }
    if (!own.hasAddress(in)) {
      return mode == 0 ? VALID : REVERSE_PATH;
    }
    if (mode == 1) {
      return REVERSE_PATH;
    }
    int by = routes.lookup(source, tos, in, true);
    boolean direct = by >= 0 && routes.type(by) == UNICAST && routes.isDirect(by);
    return direct ? VALID_DIRECT : VALID;
  }
}
