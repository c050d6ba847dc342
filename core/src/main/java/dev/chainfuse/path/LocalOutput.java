package dev.chainfuse.path;

import dev.chainfuse.packet.Bytes;
import dev.chainfuse.packet.DropReason;
import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.packet.OnesComplement;
import dev.chainfuse.packet.Skb;

/** Packets that the host makes: OUTPUT, then as any other (ip_local_out, net/ipv4/ip_output.c). */
final class LocalOutput {
  private final PathState state;

  LocalOutput(PathState state) {
    this.state = state;
  }

  /** A packet of a program, not routed yet. */
  void sendUnrouted(Skb skb) {
    boolean choose = skb.source == 0;
    if (state.routing.output(skb)) {
      if (choose) {
        writeSource(skb);
      }
      send(skb);
    } else {
      state.end(skb, DropReason.NO_ROUTE);
    }
  }

  /** The header is completed, the transport's checksum is the program's (raw_send_hdrinc). */
  private static void writeSource(Skb skb) {
    byte[] data = skb.data;
    int at = skb.network;
    Bytes.putInt(data, at + Ipv4.SOURCE, skb.source);
    Bytes.putShort(data, at + Ipv4.CHECKSUM, 0);
    Bytes.putShort(data, at + Ipv4.CHECKSUM, OnesComplement.checksum(data, at, skb.headerLength));
  }

  /** A routed packet. */
  void send(Skb skb) {
    skb.local = true;
    skb.inInterface = Skb.NO_INTERFACE;
    skb.outInterface = skb.routeInterface;
    int source = skb.source;
    int destination = skb.destination;
    int tos = skb.tos;
    int mark = skb.mark;
    if (!state.hooks.outputFirst(skb)) {
      return;
    }
    boolean changed =
        skb.source != source
            || skb.destination != destination
            || skb.tos != tos
            || skb.mark != mark;
    if (changed && !again(skb)) {
      return;
    }
    destination = skb.destination;
    if (!state.hooks.outputTranslate(skb)) {
      return;
    }
    if (skb.destination != destination && !again(skb)) {
      return;
    }
    if (state.hooks.outputFilter(skb)) {
      state.output.send(skb);
    }
  }

  /**
   * ip_route_me_harder, net/ipv4/netfilter.c. The rest of OUTPUT still sees the first route's
   * interface: struct nf_hook_state is filled once, in __ip_local_out.
   */
  private boolean again(Skb skb) {
    if (state.routing.outputFrom(skb)) {
      return true;
    }
    state.end(skb, DropReason.NO_ROUTE);
    return false;
  }
}
