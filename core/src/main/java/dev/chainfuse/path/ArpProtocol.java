package dev.chainfuse.path;

import dev.chainfuse.forwarding.ArpInput;
import dev.chainfuse.packet.Action;
import dev.chainfuse.packet.Bytes;
import dev.chainfuse.packet.DropReason;
import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.packet.Skb;

/** ARP for IPv4 over Ethernet, asked and answered (RFC 826; net/ipv4/arp.c). */
final class ArpProtocol {
  /** Bytes of an ARP packet for IPv4 over Ethernet. */
  static final int BYTES = 28;

  private static final long BROADCAST_MAC = 0xffff_ffff_ffffL;
  private static final long ETHERNET_IPV4 = 0x0001_0800_0604L;
  private static final int REQUEST = 1;
  private static final int REPLY = 2;

  private static final int OPERATION = 6;
  private static final int SENDER_MAC = 8;
  private static final int SENDER = 14;
  private static final int TARGET_MAC = 18;
  private static final int TARGET = 24;

  private final PathState state;
  private final ArpInput arp;

  ArpProtocol(PathState state, ArpInput arp) {
    this.state = state;
    this.arp = arp;
  }

  /** An ARP frame for {@code device} (arp_rcv, arp_process). */
  void receive(Skb skb, int device) {
    byte[] data = skb.data;
    int at = skb.network;
    boolean whole = skb.frame + skb.frameLength - at >= BYTES;
    if (!whole
        || Bytes.getMac(data, at) != ETHERNET_IPV4
        || skb.packetType == Skb.PACKET_OTHERHOST) {
      state.end(skb, whole ? DropReason.OTHER_HOST : DropReason.INVALID_FRAME);
      return;
    }
    int sender = Bytes.getInt(data, at + SENDER);
    int target = Bytes.getInt(data, at + TARGET);
    long senderMac = Bytes.getMac(data, at + SENDER_MAC);
    int result =
        arp.receive(
            Bytes.getShort(data, at + OPERATION),
            senderMac,
            sender,
            Bytes.getMac(data, at + TARGET_MAC),
            target,
            skb.packetType,
            device,
            state.now);
    if (result == ArpInput.NOT_MODELLED) {
      state.end(skb, DropReason.NOT_MODELLED);
      return;
    }
    state.consumed(skb);
    if ((result & ArpInput.RESOLVED) != 0) {
      state.resolution.resolved(arp.slot());
    }
    if ((result & ArpInput.REPLY) != 0) {
      long own = state.devices.mac[device];
      send(REPLY, device, senderMac, target, own, sender, senderMac, skb.sequence);
    }
  }

  /** Asks all stations of the link for {@code target}. */
  void ask(int device, int source, int target, long causeSequence) {
    send(
        REQUEST,
        device,
        BROADCAST_MAC,
        source,
        state.devices.mac[device],
        target,
        0,
        causeSequence);
  }

  private void send(
      int operation,
      int device,
      long destinationMac,
      int sender,
      long senderMac,
      int target,
      long targetMac,
      long causeSequence) {
    Skb made = state.pool.take();
    made.frame = SkbPool.FRAME;
    made.frameLength = Ipv4.ETHERNET_HEADER + BYTES;
    made.network = made.frame + Ipv4.ETHERNET_HEADER;
    made.end = made.frame + made.frameLength;
    made.local = true;
    made.sequence = causeSequence;
    byte[] data = made.data;
    Bytes.putMac(data, made.frame, destinationMac);
    Bytes.putMac(data, made.frame + 6, state.devices.mac[device]);
    Bytes.putShort(data, made.frame + 12, Ipv4.ETHERTYPE_ARP);
    int at = made.network;
    Bytes.putMac(data, at, ETHERNET_IPV4);
    Bytes.putShort(data, at + OPERATION, operation);
    Bytes.putMac(data, at + SENDER_MAC, senderMac);
    Bytes.putInt(data, at + SENDER, sender);
    Bytes.putMac(data, at + TARGET_MAC, targetMac);
    Bytes.putInt(data, at + TARGET, target);
    state.output.transmitOn(made, device, Action.FORWARDED);
    state.pool.give(made);
  }
}
