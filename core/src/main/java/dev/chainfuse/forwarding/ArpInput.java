package dev.chainfuse.forwarding;

import dev.chainfuse.host.Interface;
import dev.chainfuse.host.RouteType;
import dev.chainfuse.host.Scope;
import dev.chainfuse.host.Topology;
import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.packet.Skb;

/**
 * What the host does with ARP: arp_process, arp_solicit and arp_constructor, net/ipv4/arp.c. For
 * one thread; allocates nothing after construction. Proxy ARP is not modelled.
 */
public final class ArpInput {
  // Results of receive: bits.
  public static final int NOTHING = 0;

  /** Bit: answer that the asked address is at the receiving interface's MAC. */
  public static final int REPLY = 1;

  /** Bit: {@link #slot} has become usable; take its waiting packets. */
  public static final int RESOLVED = 2;

  /** The host would answer for others. */
  public static final int NOT_MODELLED = 4;

  /** Result of {@link #fixedMac}: the address has to be asked for. */
  public static final long MUST_ASK = -1;

  public static final int REQUEST = 1;
  public static final int ANSWER = 2;

  private static final long BROADCAST_MAC = 0xffff_ffff_ffffL;
  private static final int UNICAST = 1;

  private final Topology host;
  private final HostView view;
  private final RouteTable routes;
  private final RouteInput input;
  private final SourceAddress own;
  private final Neighbours neighbours;
  private final InputRoute way = new InputRoute();

  // Columns, by interface.
  private final boolean[] routeLocalnet;
  private final int[] ignore;
  private final int[] announce;
  private final int[] accept;
  private final boolean[] filter;
  private final boolean[] proxy;
  private final boolean[] privateVlan;
  private final boolean[] withoutArp;

  private int slot = Neighbours.NONE;

  public ArpInput(
      Topology host,
      HostView view,
      RouteTable routes,
      RouteInput input,
      SourceAddress own,
      Neighbours neighbours) {
    this.host = host;
    this.view = view;
    this.routes = routes;
    this.input = input;
    this.own = own;
    this.neighbours = neighbours;
    int n = host.interfaces().size();
    routeLocalnet = new boolean[n];
    ignore = new int[n];
    announce = new int[n];
    accept = new int[n];
    filter = new boolean[n];
    proxy = new boolean[n];
    privateVlan = new boolean[n];
    withoutArp = new boolean[n];
    for (Interface each : host.interfaces()) {
      int i = each.number();
      routeLocalnet[i] = host.sysctls().routeLocalnet(each);
      ignore[i] = host.sysctls().arpIgnore(each);
      announce[i] = host.sysctls().arpAnnounce(each);
      accept[i] = host.sysctls().arpAccept(each);
      filter[i] = host.sysctls().arpFilter(each);
      proxy[i] = host.sysctls().proxyArp(each);
      privateVlan[i] = host.sysctls().proxyArpPrivateVlan(each);
      withoutArp[i] = each.noArp() || each.isLoopback() || !each.ethernet();
    }
  }

  /** The neighbour that the last {@link #receive} was about, or {@link Neighbours#NONE}. */
  public int slot() {
    return slot;
  }

  /**
   * Takes in an ARP packet that reached the IP layer of an interface. For {@link #REPLY} answer to
   * the sender: {@code target} is at the interface's MAC.
   *
   * @param operation {@link #REQUEST} or {@link #ANSWER}; others do nothing
   * @param packetType how the frame was addressed, see {@link Skb#packetType}
   * @return {@link #NOTHING}, {@link #NOT_MODELLED}, or bits {@link #REPLY} and {@link #RESOLVED}
   */
  public int receive(
      int operation,
      long senderMac,
      int sender,
      long targetMac,
      int target,
      int packetType,
      int in,
      long nowNanos) {
    slot = Neighbours.NONE;
    boolean request = operation == REQUEST;
    if (withoutArp[in]
        || packetType == Skb.PACKET_OTHERHOST
        || (!request && operation != ANSWER)
        || Ipv4.isMulticast(target)
        || (Ipv4.isLoopback(target) && !routeLocalnet[in])) {
      return NOTHING;
    }
    if (sender == 0) {
      // Somebody asks whether an address is taken (RFC 5227).
      return request && view.isLocal(target) && !ignored(sender, target, in) ? REPLY : NOTHING;
    }
    if (request) {
      input.decide(sender, target, 0, 0, in, way);
      if (way.outcome == RouteInput.NOT_MODELLED) {
        return NOT_MODELLED;
      }
      if (way.outcome == RouteInput.LOCAL) {
        return answer(senderMac, sender, target, in, nowNanos);
      }
      if (way.outcome == RouteInput.FORWARD && proxies(in)) {
        return NOT_MODELLED;
      }
    }
    return learn(request, senderMac, sender, targetMac, target, packetType, in, nowNanos);
  }

  private boolean proxies(int in) {
    return routes.outInterface(way.route) == in ? privateVlan[in] : proxy[in];
  }

  private int answer(long senderMac, int sender, int target, int in, long nowNanos) {
    if (ignored(sender, target, in) || (filter[in] && leadsElsewhere(sender, in))) {
      return NOTHING;
    }
    slot = neighbours.findOrCreate(in, sender, nowNanos);
    if (slot == Neighbours.NONE) {
      return NOTHING;
    }
    return neighbours.update(slot, senderMac, false, true, nowNanos) ? REPLY | RESOLVED : REPLY;
  }

  private int learn(
      boolean request,
      long senderMac,
      int sender,
      long targetMac,
      int target,
      int packetType,
      int in,
      long nowNanos) {
    slot = neighbours.find(in, sender);
    boolean accepts = accepts(sender, in);
    if (slot == Neighbours.NONE && !accepts) {
      return NOTHING;
    }
    boolean unicast = view.addressType(sender, -1) == UNICAST;
    boolean gratuitous = target == sender && (request || targetMac == senderMac) && unicast;
    if (slot == Neighbours.NONE) {
      if (!gratuitous && (request || !unicast)) {
        return NOTHING;
      }
      slot = neighbours.findOrCreate(in, sender, nowNanos);
      if (slot == Neighbours.NONE) {
        return NOTHING;
      }
    }
    boolean reachable = !request && packetType == Skb.PACKET_HOST;
    boolean override = gratuitous || neighbours.isUnlocked(slot, nowNanos);
    return neighbours.update(slot, senderMac, reachable, override, nowNanos) ? RESOLVED : NOTHING;
  }

  private boolean accepts(int sender, int in) {
    return accept[in] == 1 || (accept[in] == 2 && own.onLink(in, sender, 0));
  }

  private boolean leadsElsewhere(int sender, int in) {
    int back = routes.lookup(sender, 0, Skb.NO_INTERFACE);
    return back >= 0 && routes.outInterface(back) != in;
  }

  /** arp_ignore. */
  private boolean ignored(int sender, int target, int in) {
    return switch (ignore[in]) {
      case 1 -> !own.confirms(in, 0, target, Scope.HOST);
      case 2 -> !own.confirms(in, sender, target, Scope.HOST);
      case 3 -> !own.confirms(-1, 0, target, Scope.LINK);
      case 8 -> true;
      default -> false;
    };
  }

  /**
   * Source address of a request (arp_solicit).
   *
   * @param packetSource source of the packet that waits, see {@link Neighbours#lastWaiting}; 0 for
   *     none
   */
  public int requestSource(int device, int target, int packetSource) {
    boolean use =
        switch (announce[device]) {
          case 0 -> packetSource != 0 && view.isLocal(packetSource);
          case 1 ->
              packetSource != 0
                  && view.isLocal(packetSource)
                  && own.onLink(device, target, packetSource);
          default -> false;
        };
    return use ? packetSource : own.select(device, target, Scope.LINK);
  }

  /**
   * The MAC of a next hop that needs no asking (arp_constructor): groups, broadcasts, interfaces
   * without ARP.
   *
   * @return the low 48 bits, or {@link #MUST_ASK}
   */
  public long fixedMac(int device, int nextHop) {
    if (Ipv4.isMulticast(nextHop)) {
      return 0x0100_5e00_0000L | (nextHop & 0x7f_ffff);
    }
    if (withoutArp[device]) {
      return host.at(device).mac();
    }
    return view.addressType(nextHop, -1) == RouteType.BROADCAST.number() ? BROADCAST_MAC : MUST_ASK;
  }
}
