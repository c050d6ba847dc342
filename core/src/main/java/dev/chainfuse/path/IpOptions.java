package dev.chainfuse.path;

import dev.chainfuse.packet.Bytes;
import dev.chainfuse.packet.DropReason;
import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.packet.Skb;
import java.util.Arrays;

/**
 * IP options of received packets (ip_options_compile, ip_forward_options and __ip_options_echo,
 * net/ipv4/ip_options.c): record route is written, and sent back with ICMP errors; source routes
 * are refused, a malformed option is answered by "parameter problem". Time stamps depend on the
 * host's clock and are not modelled.
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

  IpOptions(PathState state) {
    this.state = state;
  }

  /** Reads the options of a routed packet; false if it ends here. */
  boolean accept(Skb skb) {
    skb.recordRoute = 0;
    skb.recordsAddress = false;
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
    if (skb.recordRoute != 0) {
      return at;
    }
    if (length < 3) {
      return at + 1;
    }
    if (pointer < 4 || (pointer <= length && pointer + 3 > length)) {
      return at + 2;
    }
    skb.recordRoute = at - skb.network;
    skb.recordsAddress = pointer <= length;
    if (skb.recordsAddress) {
      // Should it stay here: forwarding will replace the address. The checksum is put right then.
      Bytes.putInt(skb.data, at + pointer - 1, state.routing.sourceOfAnswer(skb));
      skb.data[at + 2] = (byte) (pointer + 4);
    }
    return 0;
  }

  private boolean problem(Skb skb, int at) {
    state.icmp.send(skb, PARAMETER_PROBLEM, 0, at - skb.network << 24);
    state.end(skb, DropReason.IP_OPTIONS);
    return false;
  }

  /** The packet is being forwarded: enters this host's address on that way. */
  void forward(Skb skb) {
    if (skb.recordsAddress) {
      enter(skb, skb.network + skb.recordRoute);
      HostPackets.sum(skb);
    }
  }

  /** Writes the address before the pointer of a record route option. */
  private void enter(Skb skb, int option) {
    int pointer = skb.data[option + 2] & 255;
    Bytes.putInt(skb.data, option + pointer - 5, state.routing.sourceToward(skb));
  }

  /** Bytes of options in an ICMP error about the packet: a multiple of four. */
  static int echoBytes(Skb cause) {
    return cause.recordRoute == 0
        ? 0
        : (cause.data[cause.network + cause.recordRoute + 1] & 255) + 3 & ~3;
  }

  /** Sends the record of the route back, with one more entry if it has room. */
  void echo(Skb made, Skb cause) {
    int from = cause.network + cause.recordRoute;
    int length = cause.data[from + 1] & 255;
    int at = made.network + Ipv4.MINIMUM_HEADER;
    System.arraycopy(cause.data, from, made.data, at, length);
    Arrays.fill(made.data, at + length, made.network + made.headerLength, (byte) END);
    int pointer = made.data[at + 2] & 255;
    if (cause.recordsAddress && pointer + 3 <= length) {
      made.data[at + 2] = (byte) (pointer + 4);
      enter(made, at);
    }
  }
}
