package dev.chainfuse.path;

import dev.chainfuse.packet.Bytes;
import dev.chainfuse.packet.DropReason;
import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.packet.OnesComplement;
import dev.chainfuse.packet.Skb;
import dev.chainfuse.rules.Hook;

/**
 * The copies that TEE sends (nf_dup_ipv4, net/ipv4/netfilter/nf_dup_ipv4.c). A copy that comes back
 * to the host is copied again; in the kernel without end, here a few times.
 */
final class Duplicates {
  private static final int MOST_GENERATIONS = 4;

  private final PathState state;

  Duplicates(PathState state) {
    this.state = state;
  }

  /**
   * Sends a copy, untracked, as a packet of the host.
   *
   * @param device name of the device by which it must leave; any if it is empty or there is none
   */
  void send(Skb original, Hook hook, int gateway, String device) {
    Skb copy = state.pool.copy(original);
    copy.reported = false;
    copy.generation = original.generation + 1;
    copy.flow = -1;
    copy.connectionInfo = Skb.CT_UNTRACKED;
    copy.template = Skb.NO_TEMPLATE;
    copy.fragmentMaximum = 0;
    byte[] data = copy.data;
    int ip = copy.network;
    Bytes.putShort(
        data, ip + Ipv4.FRAGMENT, Bytes.getShort(data, ip + Ipv4.FRAGMENT) | Ipv4.DONT_FRAGMENT);
    if (hook == Hook.PREROUTING || hook == Hook.INPUT) {
      data[ip + Ipv4.TTL]--;
    }
    Bytes.putShort(data, ip + Ipv4.CHECKSUM, 0);
    Bytes.putShort(
        data, ip + Ipv4.CHECKSUM, OnesComplement.checksum(data, ip, original.headerLength));
    copy.parse();
    if (copy.generation > MOST_GENERATIONS) {
      state.end(copy, DropReason.NOT_MODELLED);
    } else if (state.routing.toGateway(copy, gateway, state.devices.number(device))) {
      state.localOutput.send(copy);
    }
    state.pool.give(copy);
  }
}
