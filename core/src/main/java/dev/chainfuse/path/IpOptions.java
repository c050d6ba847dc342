package dev.chainfuse.path;

import dev.chainfuse.packet.Bytes;
import dev.chainfuse.packet.DropReason;
import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.packet.OnesComplement;
import dev.chainfuse.packet.Skb;

/**
 * IP options of received packets (ip_options_compile and ip_forward_options,
 * net/ipv4/ip_options.c): record route is written, source routes are refused, a malformed option is
 * answered by "parameter problem". Time stamps depend on the host's clock and are not modelled.
 */
final class IpOptions {
  private static final int END = 0;
  private static final int NOP = 1;
  private static final int RECORD_ROUTE = 7;
  private static final int TIMESTAMP = 68;
  private static final int LOOSE_ROUTE = 131;
  private static final int STRICT_ROUTE = 137;
  private static final int ROUTER_ALERT = 148;
  private static final int PARAMETER_PROBLEM = 12;
  private static final int REFUSED = -1;

  private final PathState state;

  /** Offset of the record route option in the packet in hand, and whether it wants an address. */
  private int recordRoute;

  private boolean addressWanted;

  IpOptions(PathState state) {
    this.state = state;
  }

  /** Reads the options of a routed packet; false if it ends here. */
  boolean accept(Skb skb) {
    recordRoute = 0;
    addressWanted = false;
    byte[] data = skb.data;
    int at = skb.network + Ipv4.MINIMUM_HEADER;
    int end = skb.transport;
    while (at < end) {
      int option = data[at] & 255;
      if (option == END) {
        break;
      }
      if (option == NOP) {
        at++;
        continue;
      }
      int length = at + 1 < end ? data[at + 1] & 255 : 0;
      if (length < 2 || length > end - at) {
        return problem(skb, at);
      }
      int wrong = one(skb, option, at, length);
      if (wrong != 0) {
        return wrong == REFUSED ? false : problem(skb, wrong);
      }
      at += length;
    }
    return true;
  }

  /** 0 if the option is right, REFUSED if it ended the packet, else where it is wrong. */
  private int one(Skb skb, int option, int at, int length) {
    switch (option) {
      case LOOSE_ROUTE, STRICT_ROUTE -> {
        state.end(skb, DropReason.IP_OPTIONS);
        return REFUSED;
      }
      case TIMESTAMP -> {
        state.end(skb, DropReason.NOT_MODELLED);
        return REFUSED;
      }
      case RECORD_ROUTE -> {
        return record(skb, at, length);
      }
      case ROUTER_ALERT -> {
        return length < 4 ? at + 1 : 0;
      }
      default -> {
        return 0;
      }
    }
  }

  private int record(Skb skb, int at, int length) {
    int pointer = length < 3 ? 0 : skb.data[at + 2] & 255;
    if (recordRoute != 0) {
      return at;
    }
    if (length < 3) {
      return at + 1;
    }
    if (pointer < 4 || (pointer <= length && pointer + 3 > length)) {
      return at + 2;
    }
    recordRoute = at;
    addressWanted = pointer <= length;
    return 0;
  }

  private boolean problem(Skb skb, int at) {
    state.icmp.send(skb, PARAMETER_PROBLEM, 0, at - skb.network << 24);
    state.end(skb, DropReason.IP_OPTIONS);
    return false;
  }

  /** The packet is being forwarded: enters this host in a record of the route. */
  void forward(Skb skb) {
    if (!addressWanted) {
      return;
    }
    int pointer = skb.data[recordRoute + 2] & 255;
    Bytes.putInt(skb.data, recordRoute + pointer - 1, state.routing.sourceToward(skb));
    skb.data[recordRoute + 2] = (byte) (pointer + 4);
    Bytes.putShort(skb.data, skb.network + Ipv4.CHECKSUM, 0);
    Bytes.putShort(
        skb.data,
        skb.network + Ipv4.CHECKSUM,
        OnesComplement.checksum(skb.data, skb.network, skb.headerLength));
  }
}
