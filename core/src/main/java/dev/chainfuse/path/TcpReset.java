package dev.chainfuse.path;

import dev.chainfuse.conntrack.ConnectionTracking;
import dev.chainfuse.packet.Action;
import dev.chainfuse.packet.Bytes;
import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.packet.OnesComplement;
import dev.chainfuse.packet.Skb;
import dev.chainfuse.rules.Hook;

/**
 * The answer of {@code REJECT --reject-with tcp-reset} (nf_send_reset,
 * net/ipv4/netfilter/nf_reject_ipv4.c).
 */
final class TcpReset {
  private static final int TCP_HEADER = 20;
  private static final int MAC = 6;

  private final PathState state;
  private final ConnectionTracking tracking;

  TcpReset(PathState state, ConnectionTracking tracking) {
    this.state = state;
    this.tracking = tracking;
  }

  /** A segment that no socket of the host waits for (tcp_v4_send_reset, net/ipv4/tcp_ipv4.c). */
  void answerClosed(Skb cause) {
    Skb made = answer(cause);
    write(made, cause, cause.tos);
    if (state.routing.outputFrom(made)) {
      state.localOutput.send(made);
      tracking.release(made);
    }
    state.pool.give(made);
  }

  private Skb answer(Skb cause) {
    Skb made = state.pool.take();
    made.timeNanos = state.now;
    made.sequence = cause.sequence;
    made.source = cause.destination;
    made.destination = cause.source;
    made.protocol = Ipv4.TCP;
    return made;
  }

  void send(Skb cause, Hook hook) {
    if (cause.routeType == Routing.BROADCAST || cause.routeType == Routing.MULTICAST) {
      return;
    }
    Skb made = answer(cause);
    write(made, cause, 0);
    if (state.routing.outputFrom(made)) {
      if (cause.flow >= 0) {
        tracking.attach(made, cause);
      }
      tracking.closing(cause);
      if (cause.bridgeInfo) {
        sendBack(made, cause);
      } else {
        state.localOutput.send(made);
      }
      tracking.release(made);
    }
    state.pool.give(made);
  }

  /**
   * To what came by a bridge's port the answer goes back by that port, past all hooks, as if the
   * frame's receiver had sent it.
   */
  private void sendBack(Skb made, Skb cause) {
    System.arraycopy(cause.data, cause.frame + MAC, made.data, made.frame, MAC);
    System.arraycopy(cause.data, cause.frame, made.data, made.frame + MAC, MAC);
    Bytes.putShort(made.data, made.frame + 2 * MAC, Ipv4.ETHERTYPE_IPV4);
    state.output.transmit(made, cause.physicalIn, Action.FORWARDED);
  }

  private void write(Skb made, Skb cause, int tos) {
    HostPackets.writeHeader(
        made, Ipv4.MINIMUM_HEADER + TCP_HEADER, tos, 0, Ipv4.DONT_FRAGMENT, state.defaultTtl);
    byte[] data = made.data;
    int at = made.network + Ipv4.MINIMUM_HEADER;
    int asked = cause.transport;
    Bytes.putShort(data, at, cause.destinationPort);
    Bytes.putShort(data, at + 2, cause.sourcePort);
    boolean acknowledged = (cause.tcpFlags & Ipv4.TCP_ACK) != 0;
    int dataOffset = (cause.data[asked + 12] & 0xf0) >>> 2;
    int syn = (cause.tcpFlags & Ipv4.TCP_SYN) != 0 ? 1 : 0;
    int fin = (cause.tcpFlags & Ipv4.TCP_FIN) != 0 ? 1 : 0;
    int received =
        Bytes.getInt(cause.data, asked + 4)
            + syn
            + fin
            + (cause.end - cause.transport)
            - dataOffset;
    Bytes.putInt(data, at + 4, acknowledged ? Bytes.getInt(cause.data, asked + 8) : 0);
    Bytes.putInt(data, at + 8, acknowledged ? 0 : received);
    data[at + 12] = (byte) (TCP_HEADER << 2);
    data[at + 13] = (byte) (acknowledged ? Ipv4.TCP_RST : Ipv4.TCP_RST | Ipv4.TCP_ACK);
    Bytes.putShort(data, at + 14, 0);
    Bytes.putInt(data, at + 16, 0);
    long pseudo = OnesComplement.pseudoHeader(made.source, made.destination, Ipv4.TCP, TCP_HEADER);
    int checksum = ~OnesComplement.fold(OnesComplement.add(pseudo, data, at, TCP_HEADER)) & 0xffff;
    Bytes.putShort(data, at + 16, checksum);
    made.parse();
    made.checksumPartial = true;
  }
}
