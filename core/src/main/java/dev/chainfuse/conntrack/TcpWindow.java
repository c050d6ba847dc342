package dev.chainfuse.conntrack;

import static dev.chainfuse.conntrack.FlowDescriptor.TCP_END;
import static dev.chainfuse.conntrack.FlowDescriptor.TCP_LAST;
import static dev.chainfuse.conntrack.FlowDescriptor.TCP_LAST_ACK;
import static dev.chainfuse.conntrack.FlowDescriptor.TCP_LAST_END;
import static dev.chainfuse.conntrack.FlowDescriptor.TCP_LAST_SEQUENCE;
import static dev.chainfuse.conntrack.FlowDescriptor.TCP_LAST_WINDOW;
import static dev.chainfuse.conntrack.FlowDescriptor.TCP_MAX_ACK;
import static dev.chainfuse.conntrack.FlowDescriptor.TCP_MAX_END;
import static dev.chainfuse.conntrack.FlowDescriptor.TCP_MAX_WINDOW;
import static dev.chainfuse.conntrack.FlowDescriptor.TCP_SCALE_FLAGS;
import static dev.chainfuse.conntrack.FlowDescriptor.TCP_STRIDE;

import dev.chainfuse.packet.Bytes;
import dev.chainfuse.packet.Ipv4;

/**
 * Sequence numbers: tcp_in_window, tcp_options and tcp_sack of
 * net/netfilter/nf_conntrack_proto_tcp.c, after van Rooij, "Real Stateful TCP Packet Filtering in
 * IP Filter" (2001). Numbers are compared modulo 2^32.
 */
final class TcpWindow {
  static final int ACCEPT = 0;
  static final int IGNORE = 1;
  static final int INVALID = 2;

  private static final int GO_ON = -99;

  private static final int END_OF_OPTIONS = 0;
  private static final int NO_OPERATION = 1;
  private static final int WINDOW_SCALE = 3;
  private static final int SACK_PERMITTED = 4;
  private static final int SACK = 5;
  private static final int MAX_SCALE = 14;

  /**
   * NOP, NOP, timestamp option of 10 bytes: the usual and only option of an established segment.
   */
  private static final int TIMESTAMP_ONLY = 0x0101_080a;

  /** Least distance below the highest acknowledgement at which an older one is believed. */
  private static final int MAX_ACK_WINDOW = 66_000;

  private static final int MAX_END = TCP_MAX_END - TCP_END;
  private static final int MAX_WINDOW = TCP_MAX_WINDOW - TCP_END;
  private static final int MAX_ACK = TCP_MAX_ACK - TCP_END;
  private static final int SCALE_FLAGS = TCP_SCALE_FLAGS - TCP_END;

  private TcpWindow() {}

  private static boolean before(int a, int b) {
    return a - b < 0;
  }

  private static boolean after(int a, int b) {
    return b - a < 0;
  }

  /** Sequence number behind the segment; SYN and FIN take one each. */
  static int endOfSegment(byte[] data, int at, int end) {
    int flags = data[at + 13];
    return Bytes.getInt(data, at + 4)
        + (end - at - headerLength(data, at))
        + (flags >>> 1 & 1)
        + (flags & 1);
  }

  private static int headerLength(byte[] data, int at) {
    return (data[at + 12] & 0xf0) >>> 2;
  }

  /** {@code flags << 8 | scale} of the window scale and SACK permitted options. */
  static int options(byte[] data, int at) {
    int scale = 0;
    int flags = 0;
    int p = at + 20;
    int end = at + headerLength(data, at);
    while (p < end) {
      int kind = data[p];
      if (kind == END_OF_OPTIONS) {
        break;
      }
      if (kind == NO_OPERATION) {
        p++;
        continue;
      }
      int size = p + 1 < end ? data[p + 1] & 0xff : 0;
      if (size < 2 || size > end - p) {
        break;
      }
      if (kind == SACK_PERMITTED && size == 2) {
        flags |= TcpTracker.FLAG_SACK_PERMITTED;
      } else if (kind == WINDOW_SCALE && size == 3) {
        scale = Math.min(data[p + 2] & 0xff, MAX_SCALE);
        flags |= TcpTracker.FLAG_WINDOW_SCALE;
      }
      p += size;
    }
    return flags << 8 | scale;
  }

  /** Takes a SYN's options for its direction; without any, scale and flags stay. */
  static void readOptions(int[] words, int side, byte[] data, int at) {
    if (headerLength(data, at) == 20) {
      return;
    }
    int liberal = TcpStates.flags(words, side) & TcpTracker.FLAG_BE_LIBERAL;
    words[side + SCALE_FLAGS] = options(data, at) | liberal << 8;
  }

  /** What the segment acknowledges, by SACK blocks if the receiver allows them. */
  private static int acknowledged(int[] words, int receiver, byte[] data, int at, int ack) {
    boolean permitted = (TcpStates.flags(words, receiver) & TcpTracker.FLAG_SACK_PERMITTED) != 0;
    return permitted ? sack(data, at, ack) : ack;
  }

  /** Whether a header of that length has a time stamp and no other option. */
  static boolean timestampOnly(byte[] data, int at, int header) {
    return header == 32 && Bytes.getInt(data, at + 20) == TIMESTAMP_ONLY;
  }

  /** The highest right edge of a SACK block, if above {@code ack}; else {@code ack}. */
  private static int sack(byte[] data, int at, int ack) {
    int p = at + 20;
    int end = at + headerLength(data, at);
    if (end == p || timestampOnly(data, at, end - at)) {
      return ack;
    }
    while (p < end) {
      int kind = data[p];
      if (kind == END_OF_OPTIONS) {
        return ack;
      }
      if (kind == NO_OPERATION) {
        p++;
        continue;
      }
      int size = p + 1 < end ? data[p + 1] & 0xff : 0;
      if (size < 2 || size > end - p) {
        return ack;
      }
      if (kind == SACK && size >= 10 && (size - 2) % 8 == 0) {
        int highest = ack;
        for (int block = p + 2; block < p + size; block += 8) {
          int right = Bytes.getInt(data, block + 4);
          if (after(right, highest)) {
            highest = right;
          }
        }
        return highest;
      }
      p += size;
    }
    return ack;
  }

  private static void beginSender(
      int[] words, int sender, int receiver, int direction, byte[] data, int at, int dataEnd) {
    words[sender] = dataEnd;
    words[sender + MAX_END] = dataEnd;
    words[sender + MAX_WINDOW] = Math.max(Bytes.getShort(data, at + 14), 1);
    readOptions(words, sender, data, at);
    int both = words[sender + SCALE_FLAGS] & words[receiver + SCALE_FLAGS];
    if (direction == 1 && (both & TcpTracker.FLAG_WINDOW_SCALE << 8) == 0) {
      // RFC 7323: only if both sides offered the option.
      words[sender + SCALE_FLAGS] &= ~0xff;
      words[receiver + SCALE_FLAGS] &= ~0xff;
    }
  }

  /** The first segment seen of a direction whose SYN was missed. */
  private static void pickUp(int[] words, int sender, int receiver, int window, int end, int sack) {
    words[sender] = end;
    int scaled = window << TcpStates.scale(words, sender);
    words[sender + MAX_WINDOW] = scaled == 0 ? 1 : scaled;
    words[sender + MAX_END] = end + words[sender + MAX_WINDOW];
    if (words[receiver + MAX_WINDOW] == 0) {
      words[receiver] = sack;
      words[receiver + MAX_END] = sack;
    } else if (sack == words[receiver] + 1) {
      // Likely the answer to a keep-alive.
      words[receiver]++;
    }
  }

  /** {@link #ACCEPT}, {@link #IGNORE} or {@link #INVALID}; the record follows what is accepted. */
  static int check(
      int[] words,
      int base,
      int direction,
      int row,
      byte[] data,
      int at,
      int segmentEnd,
      TrackerSettings settings) {
    int sender = base + TCP_END + direction * TCP_STRIDE;
    int receiver = base + TCP_END + (1 - direction) * TCP_STRIDE;
    int flags = data[at + 13];
    boolean syn = (flags & Ipv4.TCP_SYN) != 0;
    boolean hasAck = (flags & Ipv4.TCP_ACK) != 0;
    boolean rst = (flags & Ipv4.TCP_RST) != 0;
    int sequence = Bytes.getInt(data, at + 4);
    int ack = Bytes.getInt(data, at + 8);
    int window = Bytes.getShort(data, at + 14);
    int end = endOfSegment(data, at, segmentEnd);
    int sack = acknowledged(words, receiver, data, at, ack);
    if ((syn || words[sender + MAX_WINDOW] == 0)
        && open(words, base, direction, flags, data, at, end, window, sack) == ACCEPT) {
      return ACCEPT;
    }
    if (!hasAck || (rst && ack == 0)) {
      ack = words[receiver];
      sack = ack;
    }
    if (rst && resetsAnOpening(words, base, sequence)) {
      sequence = words[sender];
      end = sequence;
    }
    int scaled = syn ? window : window << TcpStates.scale(words, sender);
    int refused = refusal(words, sender, receiver, sequence, sack, end);
    if (refused == ACCEPT) {
      accept(words, sender, receiver, hasAck, ack, sack, end, scaled);
      if (row == TcpStates.ACK_SET) {
        noteAck(words, base, direction, sequence, ack, end, window);
      }
      return ACCEPT;
    }
    return liberal(words, sender, settings) ? ACCEPT : refused;
  }

  /**
   * A SYN, or a direction not seen before. ACCEPT if there is no more to check; else {@link
   * #GO_ON}.
   */
  private static int open(
      int[] words,
      int base,
      int direction,
      int flags,
      byte[] data,
      int at,
      int end,
      int window,
      int sack) {
    int sender = base + TCP_END + direction * TCP_STRIDE;
    int receiver = base + TCP_END + (1 - direction) * TCP_STRIDE;
    boolean syn = (flags & Ipv4.TCP_SYN) != 0;
    boolean hasAck = (flags & Ipv4.TCP_ACK) != 0;
    if (words[sender + MAX_WINDOW] == 0) {
      if (!syn) {
        pickUp(words, sender, receiver, window, end, sack);
        return GO_ON;
      }
      beginSender(words, sender, receiver, direction, data, at, end);
      return hasAck ? GO_ON : ACCEPT;
    }
    if (after(end, words[sender]) && isOpening(words, base)) {
      beginSender(words, sender, receiver, direction, data, at, end);
      return direction == 1 && !hasAck ? ACCEPT : GO_ON;
    }
    return GO_ON;
  }

  private static boolean resetsAnOpening(int[] words, int base, int sequence) {
    return sequence == 0 && FlowDescriptor.state(words, base) == TcpTracker.SYN_SENT;
  }

  private static boolean isOpening(int[] words, int base) {
    int state = FlowDescriptor.state(words, base);
    return state == TcpTracker.SYN_SENT || state == TcpTracker.SYN_RECV;
  }

  private static boolean liberal(int[] words, int sender, TrackerSettings settings) {
    return settings.tcpBeLiberal
        || (TcpStates.flags(words, sender) & TcpTracker.FLAG_BE_LIBERAL) != 0;
  }

  /** Whether all four bounds hold; what {@link #refusal} accepts. */
  static boolean fits(int[] words, int sender, int receiver, int sequence, int ack, int end) {
    int receiverEnd = words[receiver];
    int receiverWindow = words[receiver + MAX_WINDOW];
    int senderWindow = words[sender + MAX_WINDOW];
    int ackWindow =
        Integer.compareUnsigned(senderWindow, MAX_ACK_WINDOW) > 0 ? senderWindow : MAX_ACK_WINDOW;
    return before(sequence, words[sender + MAX_END] + 1)
        && before(ack, receiverEnd + 1)
        && (receiverWindow == 0 || after(end, words[sender] - receiverWindow - 1))
        && after(ack, receiverEnd - ackWindow - 1);
  }

  /** The four bounds, in the kernel's order. */
  private static int refusal(
      int[] words, int sender, int receiver, int sequence, int sack, int end) {
    int receiverEnd = words[receiver];
    int receiverWindow = words[receiver + MAX_WINDOW];
    int senderWindow = words[sender + MAX_WINDOW];
    int ackWindow =
        Integer.compareUnsigned(senderWindow, MAX_ACK_WINDOW) > 0 ? senderWindow : MAX_ACK_WINDOW;
    boolean ackAboveLower = after(sack, receiverEnd - ackWindow - 1);
    boolean ackBelowUpper = before(sack, receiverEnd + 1);
    boolean endAboveLower = after(end, words[sender] - receiverWindow - 1);
    if (!before(sequence, words[sender + MAX_END] + 1)) {
      int overshot = end - words[sender + MAX_END] + 1;
      if (receiverWindow != 0
          && endAboveLower
          && ackAboveLower
          && Integer.compareUnsigned(overshot, receiverWindow) <= 0
          && ackBelowUpper) {
        // More bytes than the window allows, as some hosts send: the answer must still fit.
        words[sender] = end;
        words[sender + SCALE_FLAGS] |= TcpTracker.FLAG_UNACKNOWLEDGED << 8;
        return IGNORE;
      }
      return INVALID;
    }
    if (!ackBelowUpper) {
      return INVALID;
    }
    if ((receiverWindow != 0 && !endAboveLower) || !ackAboveLower) {
      return IGNORE;
    }
    return ACCEPT;
  }

  static void accept(
      int[] words,
      int sender,
      int receiver,
      boolean hasAck,
      int ack,
      int sack,
      int end,
      int window) {
    int senderWindow = window + (sack - ack);
    if (Integer.compareUnsigned(words[sender + MAX_WINDOW], senderWindow) < 0) {
      words[sender + MAX_WINDOW] = senderWindow;
    }
    if (after(end, words[sender])) {
      words[sender] = end;
      words[sender + SCALE_FLAGS] |= TcpTracker.FLAG_UNACKNOWLEDGED << 8;
    }
    if (hasAck) {
      if ((words[sender + SCALE_FLAGS] & TcpTracker.FLAG_MAX_ACK_SET << 8) == 0) {
        words[sender + MAX_ACK] = ack;
        words[sender + SCALE_FLAGS] |= TcpTracker.FLAG_MAX_ACK_SET << 8;
      } else {
        // The later of both, without a branch: it is anybody's guess whether it is a new one.
        int behind = words[sender + MAX_ACK] - ack;
        words[sender + MAX_ACK] -= behind & behind >> 31;
      }
    }
    if (words[receiver + MAX_WINDOW] != 0 && after(end, words[sender + MAX_END])) {
      words[receiver + MAX_WINDOW] += end - words[sender + MAX_END];
    }
    if (after(sack + window, words[receiver + MAX_END] - 1)) {
      words[receiver + MAX_END] = sack + window + (window == 0 ? 1 : 0);
    }
    if (ack == words[receiver]) {
      words[receiver + SCALE_FLAGS] &= ~(TcpTracker.FLAG_UNACKNOWLEDGED << 8);
    }
  }

  /** Counts how often the same segment without SYN, FIN and RST came in a row. */
  static void noteAck(
      int[] words, int base, int direction, int sequence, int ack, int end, int window) {
    int last = words[base + TCP_LAST];
    // One branch for all: each alone would be hard to predict.
    int differs =
        (last >>> 16 & 0xff ^ direction)
            | words[base + TCP_LAST_SEQUENCE] ^ sequence
            | words[base + TCP_LAST_ACK] ^ ack
            | words[base + TCP_LAST_END] ^ end
            | words[base + TCP_LAST_WINDOW] >>> 16 ^ window;
    if (differs == 0) {
      words[base + TCP_LAST] = (last & ~0xff) | ((last + 1) & 0xff);
    } else {
      words[base + TCP_LAST] = direction << 16 | (last & 0xff00);
      words[base + TCP_LAST_SEQUENCE] = sequence;
      words[base + TCP_LAST_ACK] = ack;
      words[base + TCP_LAST_END] = end;
      words[base + TCP_LAST_WINDOW] = (words[base + TCP_LAST_WINDOW] & 0xffff) | window << 16;
    }
  }
}
