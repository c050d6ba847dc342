package dev.chainfuse.path;

import dev.chainfuse.conntrack.ConnectionTracking;
import dev.chainfuse.packet.Bytes;
import dev.chainfuse.packet.DropReason;
import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.packet.OnesComplement;
import dev.chainfuse.packet.Skb;

/**
 * ICMP errors and redirects that the host sends about packets (net/ipv4/icmp.c, net/ipv4/route.c).
 */
final class IcmpErrors {
  private static final int UNREACHABLE = 3;
  private static final int REDIRECT = 5;
  private static final int CODE_NET = 0;
  private static final int CODE_HOST = 1;
  private static final int CODE_FILTERED = 13;
  private static final int HIGHEST_TYPE = 18;
  private static final int ERRORS =
      1 << 1 | 1 << 2 | 1 << 3 | 1 << 4 | 1 << 5 | 1 << 6 | 1 << 7 | 1 << 9 | 1 << 10 | 1 << 11
          | 1 << 12;
  private static final int HEADER = 8;
  private static final int TCP_CHECKSUM = 16;
  private static final int LONGEST = 576;
  private static final int PRECEDENCE_INTERNETCONTROL = 0xc0;
  private static final int TOS_MASK = 0x1e;

  private final PathState state;
  private final ConnectionTracking tracking;
  private final IcmpRate rate;
  private int nextId;

  IcmpErrors(PathState state, ConnectionTracking tracking, IcmpRate rate) {
    this.state = state;
    this.tracking = tracking;
    this.rate = rate;
  }

  /** A packet without a route out of here (ip_error). */
  void unroutable(Skb skb, int device) {
    if (skb.routeType == Routing.BLACKHOLE) {
      state.end(skb, DropReason.BLACKHOLE);
      return;
    }
    if (state.routing.forwards(device) && rate.allowUnroutable(skb.source, state.now)) {
      int code =
          switch (skb.routeType) {
            case Routing.UNREACHABLE -> CODE_HOST;
            case Routing.PROHIBIT -> CODE_FILTERED;
            default -> CODE_NET;
          };
      send(skb, UNREACHABLE, code, 0);
    }
    state.end(skb, DropReason.NO_ROUTE);
  }

  /** Tells the sender of a shorter way (ip_rt_send_redirect): code 1, for the host. */
  void redirect(Skb skb) {
    if (rate.allowRedirect(skb.source, state.now)) {
      send(skb, REDIRECT, CODE_HOST, skb.nextHop);
    }
  }

  /**
   * Sends an error about {@code cause}, or does not, as __icmp_send decides.
   *
   * @param info the second word of the ICMP header
   */
  void send(Skb cause, int type, int code, int info) {
    if (!deservesError(cause)) {
      return;
    }
    Skb made = state.pool.take();
    made.timeNanos = state.now;
    made.sequence = cause.sequence;
    made.source = cause.routeType == Routing.LOCAL ? cause.destination : 0;
    made.destination = cause.source;
    made.protocol = Ipv4.ICMP;
    boolean routed = state.routing.outputFrom(made);
    if (routed
        && (state.devices.loopback[made.routeInterface]
            || rate.allow(type, code, made.destination, state.now))
        && write(made, cause, type, code, info)) {
      if (cause.flow >= 0) {
        tracking.attach(made, cause);
      }
      state.localOutput.send(made);
      tracking.release(made);
    }
    state.pool.give(made);
  }

  private boolean deservesError(Skb cause) {
    boolean broadcast =
        cause.routeType == Routing.BROADCAST || cause.routeType == Routing.MULTICAST;
    if (broadcast
        || cause.packetType != Skb.PACKET_HOST
        || cause.laterFragment()
        || cause.source == 0) {
      return false;
    }
    if (cause.protocol == Ipv4.ICMP) {
      if (cause.end <= cause.transport) {
        return false;
      }
      int type = cause.data[cause.transport] & 255;
      return type <= HIGHEST_TYPE && !isError(type);
    }
    return true;
  }

  /** The table icmp_pointers calls errors what was never assigned, too, and router discovery. */
  private static boolean isError(int type) {
    return (ERRORS >>> type & 1) != 0;
  }

  private static void quotePartial(byte[] data, int quote, Skb cause) {
    int bytes = cause.end - cause.transport;
    long pseudo = OnesComplement.pseudoHeader(cause.source, cause.destination, Ipv4.TCP, bytes);
    Bytes.putShort(data, quote + Ipv4.MINIMUM_HEADER + TCP_CHECKSUM, OnesComplement.fold(pseudo));
  }

  /** False if options leave no room to quote anything. */
  private boolean write(Skb made, Skb cause, int type, int code, int info) {
    int options = IpOptions.echoBytes(cause);
    int header = Ipv4.MINIMUM_HEADER + options;
    int room = Math.min(made.routeMtu, LONGEST) - header - HEADER;
    if (room <= Ipv4.MINIMUM_HEADER) {
      return false;
    }
    int quoted = Math.min(room, cause.end - cause.network);
    int icmp = HEADER + quoted;
    int tos = cause.tos & TOS_MASK | PRECEDENCE_INTERNETCONTROL;
    HostPackets.writeHeader(
        made, header + icmp, tos, nextId++ & 0xffff, 0, state.defaultTtl, options);
    if (options != 0) {
      state.options.echo(made, cause);
    }
    HostPackets.sum(made);
    byte[] data = made.data;
    int at = made.network + header;
    data[at] = (byte) type;
    data[at + 1] = (byte) code;
    Bytes.putShort(data, at + 2, 0);
    Bytes.putInt(data, at + 4, info);
    System.arraycopy(cause.data, cause.network, data, at + HEADER, quoted);
    if (cause.checksumPartial) {
      quotePartial(data, at + HEADER, cause);
    }
    Bytes.putShort(data, at + 2, OnesComplement.checksum(data, at, icmp));
    made.parse();
    return true;
  }
}
