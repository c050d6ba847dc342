package dev.chainfuse.conntrack;

import static dev.chainfuse.conntrack.FlowDescriptor.KIND;
import static dev.chainfuse.conntrack.FlowDescriptor.STATE_SHIFT;
import static dev.chainfuse.conntrack.FlowDescriptor.STATUS;
import static dev.chainfuse.conntrack.FlowDescriptor.TCP_END;
import static dev.chainfuse.conntrack.FlowDescriptor.TCP_MAX_WINDOW;
import static dev.chainfuse.conntrack.FlowDescriptor.TCP_STRIDE;

import dev.chainfuse.packet.Bytes;
import dev.chainfuse.packet.ConnectionFacts;
import dev.chainfuse.packet.Ipv4;

/**
 * {@link TcpTracker#packet} for nearly all segments there are: acknowledgements, with or without
 * data, of an established, assured connection, that lie in the window. It asks only what can differ
 * among these, and the steps are {@link TcpWindow}'s. Whatever is unusual is left to {@link
 * TcpTracker} before anything is noted.
 */
final class TcpEstablished {
  /** Result: nothing was done, call {@link TcpTracker#packet}. */
  static final int OTHER = -1;

  private static final int CONTROL_FLAGS =
      Ipv4.TCP_SYN | Ipv4.TCP_FIN | Ipv4.TCP_RST | Ipv4.TCP_ACK;
  private static final int PLAIN_HEADER = 20;
  private static final int MAX_WINDOW = TCP_MAX_WINDOW - TCP_END;

  private TcpEstablished() {}

  /**
   * Whether the segment is of the usual kind; {@code end - at} is at least 20.
   *
   * @param at offset of the TCP header
   * @param end offset behind the segment's last byte
   */
  static boolean usual(int[] words, int base, byte[] data, int at, int end) {
    int header = headerLength(data, at);
    int assured = ConnectionFacts.STATUS_SEEN_REPLY | ConnectionFacts.STATUS_ASSURED;
    return (data[at + 13] & CONTROL_FLAGS) == Ipv4.TCP_ACK
        && (words[base + KIND] >>> STATE_SHIFT & 0xff) == TcpTracker.ESTABLISHED
        && (words[base + STATUS] & assured) == assured
        && (header == PLAIN_HEADER || TcpWindow.timestampOnly(data, at, header))
        && header <= end - at;
  }

  private static int headerLength(byte[] data, int at) {
    return (data[at + 12] & 0xf0) >>> 2;
  }

  /**
   * Tracks a {@link #usual} segment whose checksum is right.
   *
   * @return the timeout in jiffies; or {@link #OTHER}
   */
  static int packet(
      int[] words,
      int base,
      int direction,
      byte[] data,
      int at,
      int end,
      TrackerSettings settings) {
    int sender = base + TCP_END + direction * TCP_STRIDE;
    int receiver = base + TCP_END + TCP_STRIDE - direction * TCP_STRIDE;
    int sequence = Bytes.getInt(data, at + 4);
    int ack = Bytes.getInt(data, at + 8);
    int window = Bytes.getShort(data, at + 14);
    int dataEnd = sequence + (end - at - headerLength(data, at));
    if (words[sender + MAX_WINDOW] == 0
        || !TcpWindow.fits(words, sender, receiver, sequence, ack, dataEnd)) {
      return OTHER;
    }
    int scaled = window << TcpStates.scale(words, sender);
    TcpWindow.accept(words, sender, receiver, true, ack, ack, dataEnd, scaled);
    TcpWindow.noteAck(words, base, direction, sequence, ack, dataEnd, window);
    TcpStates.setLast(
        words, base, direction, TcpStates.ACK_SET, TcpStates.retransmissions(words, base));
    return TcpTracker.timeout(words, base, TcpStates.ACK_SET, TcpTracker.ESTABLISHED, settings);
  }
}
