package dev.chainfuse.forwarding;

import dev.chainfuse.host.Address;
import dev.chainfuse.host.Interface;
import dev.chainfuse.host.Scope;
import dev.chainfuse.host.Topology;
import java.util.Arrays;

/**
 * Choosing one of the host's own addresses. Immutable, thread-safe, allocates nothing.
 *
 * <p>Holds all addresses in interface order; {@code first[i]} to {@code first[i + 1]} are those of
 * interface i.
 */
public final class SourceAddress {
  private final int interfaces;
  private final int[] first;
  private final int[] locals;
  private final int[] networks;
  private final int[] masks;
  private final int[] scopes;
  private final boolean[] secondary;

  /** Scope that host addresses count as: link where route_localnet is set. */
  private final int[] localnetScope;

  /** All local addresses, ascending. */
  private final int[] sorted;

  private SourceAddress(Topology host) {
    interfaces = host.interfaces().size();
    first = new int[interfaces + 1];
    localnetScope = new int[interfaces];
    int n = host.interfaces().stream().mapToInt(i -> i.addresses().size()).sum();
    locals = new int[n];
    networks = new int[n];
    masks = new int[n];
    scopes = new int[n];
    secondary = new boolean[n];
    int at = 0;
    for (Interface each : host.interfaces()) {
      localnetScope[each.number()] = host.sysctls().routeLocalnet(each) ? Scope.LINK : Scope.HOST;
      for (Address address : each.addresses()) {
        locals[at] = address.local();
        networks[at] = address.network();
        masks[at] = address.mask();
        scopes[at] = address.scope();
        secondary[at++] = address.secondary();
      }
      first[each.number() + 1] = at;
    }
    sorted = locals.clone();
    Arrays.sort(sorted);
  }

  /** Compiles the addresses of a host. */
  public static SourceAddress compile(Topology host) {
    return new SourceAddress(host);
  }

  private boolean covers(int at, int address) {
    return ((address ^ networks[at]) & masks[at]) == 0;
  }

  /** Whether an interface of the host has that address (inet_lookup_ifaddr_rcu). */
  public boolean isOwn(int address) {
    return Arrays.binarySearch(sorted, address) >= 0;
  }

  /** The first interface that has the address (__ip_dev_find), or -1. */
  public int deviceOf(int address) {
    for (int device = 0; device < interfaces; device++) {
      for (int i = first[device]; i < first[device + 1]; i++) {
        if (locals[i] == address) {
          return device;
        }
      }
    }
    return -1;
  }

  /** Whether the interface has any address. */
  public boolean hasAddress(int device) {
    return first[device] != first[device + 1];
  }

  /** First primary address of an interface of whatever scope, or 0. */
  public int primary(int device) {
    for (int i = first[device]; i < first[device + 1]; i++) {
      if (!secondary[i]) {
        return locals[i];
      }
    }
    return 0;
  }

  /**
   * The source address toward {@code nextHop} (inet_select_addr, net/ipv4/devinet.c): of the
   * device's primary addresses of sufficient scope the one in {@code nextHop}'s network, else the
   * first; else the first suitable one of any interface. MASQUERADE asks with the route's next hop
   * and scope universe.
   *
   * @param nextHop 0 for no preference
   * @param scope the narrowest that will do, see {@link Scope}
   * @return 0 if the host has none
   */
  public int select(int device, int nextHop, int scope) {
    int chosen = 0;
    for (int i = first[device]; i < first[device + 1]; i++) {
      if (secondary[i] || Math.min(scopes[i], localnetScope[device]) > scope) {
        continue;
      }
      if (nextHop == 0 || covers(i, nextHop)) {
        return locals[i];
      }
      if (chosen == 0) {
        chosen = locals[i];
      }
    }
    return chosen != 0 ? chosen : anywhere(scope);
  }

  private int anywhere(int scope) {
    for (int i = 0; i < locals.length; i++) {
      if (!secondary[i] && scopes[i] != Scope.LINK && scopes[i] <= scope) {
        return locals[i];
      }
    }
    return 0;
  }

  /** Whether the interface has a network that covers both (inet_addr_onlink); b 0 for any. */
  public boolean onLink(int device, int a, int b) {
    for (int i = first[device]; i < first[device + 1]; i++) {
      if (covers(i, a) && (b == 0 || covers(i, b))) {
        return true;
      }
    }
    return false;
  }

  /**
   * Whether {@code local} is an address of the interface (of any, if negative) of at most {@code
   * scope}, and in one network with {@code peer} (0: not asked). inet_confirm_addr with a local
   * address.
   */
  boolean confirms(int device, int peer, int local, int scope) {
    if (device >= 0) {
      return confirmsOn(device, peer, local, scope);
    }
    for (int i = 0; i < interfaces; i++) {
      if (confirmsOn(i, peer, local, scope)) {
        return true;
      }
    }
    return false;
  }

  private boolean confirmsOn(int device, int peer, int local, int scope) {
    boolean has = false;
    boolean same = false;
    for (int i = first[device]; i < first[device + 1]; i++) {
      has |= locals[i] == local && Math.min(scopes[i], localnetScope[device]) <= scope;
      same |= covers(i, local) && (peer == 0 || covers(i, peer));
    }
    return has && same;
  }

  /**
   * Source of an ICMP error about a received packet (__icmp_send, net/ipv4/icmp.c). About a packet
   * to the host itself it is the address that the packet was sent to. Otherwise the packet's route
   * back decides; with {@code icmp_errors_use_inbound_ifaddr} the receiving interface.
   *
   * @param toHost the packet was for the host itself
   * @param useInbound the sysctl icmp_errors_use_inbound_ifaddr
   * @param tos of the error
   * @return 0 if no route leads back: the error is not sent
   */
  public int ofIcmpError(
      RouteTable routes,
      int source,
      int destination,
      int tos,
      int inInterface,
      boolean toHost,
      boolean useInbound) {
    int back = routes.lookup(source, tos, -1);
    if (back < 0) {
      return 0;
    }
    if (toHost) {
      return destination;
    }
    return useInbound ? select(inInterface, source, Scope.LINK) : routes.preferredSource(back);
  }
}
