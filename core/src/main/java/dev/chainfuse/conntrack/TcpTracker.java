package dev.chainfuse.conntrack;

import static dev.chainfuse.conntrack.FlowDescriptor.STATUS;
import static dev.chainfuse.conntrack.FlowDescriptor.TCP_END;
import static dev.chainfuse.conntrack.FlowDescriptor.TCP_LAST_ACK;
import static dev.chainfuse.conntrack.FlowDescriptor.TCP_LAST_END;
import static dev.chainfuse.conntrack.FlowDescriptor.TCP_LAST_SEQUENCE;
import static dev.chainfuse.conntrack.FlowDescriptor.TCP_LAST_WINDOW;
import static dev.chainfuse.conntrack.FlowDescriptor.TCP_MAX_ACK;
import static dev.chainfuse.conntrack.FlowDescriptor.TCP_MAX_END;
import static dev.chainfuse.conntrack.FlowDescriptor.TCP_MAX_WINDOW;
import static dev.chainfuse.conntrack.FlowDescriptor.TCP_SCALE_FLAGS;
import static dev.chainfuse.conntrack.FlowDescriptor.TCP_STRIDE;
import static dev.chainfuse.conntrack.FlowDescriptor.TIMEOUT;

import dev.chainfuse.packet.Bytes;
import dev.chainfuse.packet.ConnectionFacts;

/**
 * TCP as net/netfilter/nf_conntrack_proto_tcp.c tracks it: the state table and what surrounds it
 * ({@link TcpWindow} has the sequence numbers). Pure functions over a flow's record and the bytes
 * of a segment.
 *
 * <p>Results of {@link #packet}: a timeout in jiffies, at least 0, to refresh the flow with; or a
 * negative constant.
 */
public final class TcpTracker {
  // enum tcp_conntrack, include/uapi/linux/netfilter/nf_conntrack_tcp.h.
  public static final int NONE = 0;
  public static final int SYN_SENT = 1;
  public static final int SYN_RECV = 2;
  public static final int ESTABLISHED = 3;
  public static final int FIN_WAIT = 4;
  public static final int CLOSE_WAIT = 5;
  public static final int LAST_ACK = 6;
  public static final int TIME_WAIT = 7;
  public static final int CLOSE = 8;
  public static final int SYN_SENT2 = 9;

  /** Result: the packet is INVALID. */
  public static final int INVALID = -1;

  /** Result: the packet belongs to the flow, but neither counts in it nor refreshes it. */
  public static final int IGNORED = -2;

  /** Result: the flow ends, and the packet is to be looked up anew (NF_REPEAT). */
  public static final int REPEAT = -3;

  /** Result: the packet counts, and the flow ends with it. */
  public static final int KILL = -4;

  // Flags of a direction and of "last flags", nf_conntrack_tcp.h.
  static final int FLAG_WINDOW_SCALE = 0x01;
  static final int FLAG_SACK_PERMITTED = 0x02;
  static final int FLAG_CLOSE_INIT = 0x04;
  static final int FLAG_BE_LIBERAL = 0x08;
  static final int FLAG_UNACKNOWLEDGED = 0x10;
  static final int FLAG_MAX_ACK_SET = 0x20;
  static final int FLAG_CHALLENGE_ACK = 0x40;
  static final int FLAG_SIMULTANEOUS_OPEN = 0x80;

  static final int RETRANS_TIMEOUT = 10;
  static final int UNACKNOWLEDGED_TIMEOUT = 11;

  private TcpTracker() {}

  private static boolean has(int[] words, int base, int status) {
    return (words[base + STATUS] & status) != 0;
  }

  /**
   * Starts tracking with a flow's first segment (tcp_new).
   *
   * @return false if no flow may begin so
   */
  private static boolean begin(
      int[] words, int base, byte[] data, int at, int end, TrackerSettings settings) {
    int state = TcpStates.next(0, TcpStates.row(data[at + 13]), NONE);
    if (state == TcpStates.INVALID_STATE || (state != SYN_SENT && !settings.tcpLoose)) {
      return false;
    }
    int side = base + TCP_END;
    int window = Math.max(Bytes.getShort(data, at + 14), 1);
    int dataEnd = TcpWindow.endOfSegment(data, at, end);
    words[side] = dataEnd;
    words[side + TCP_MAX_WINDOW - TCP_END] = window;
    if (state == SYN_SENT) {
      words[side + TCP_MAX_END - TCP_END] = dataEnd;
      TcpWindow.readOptions(words, side, data, at);
    } else {
      // Its history is lost: assume SACK, and be liberal, since the window scale is unknown.
      words[side + TCP_MAX_END - TCP_END] = dataEnd + window;
      int flags = FLAG_SACK_PERMITTED | FLAG_BE_LIBERAL;
      TcpStates.setScaleFlags(words, side, 0, flags);
      TcpStates.setScaleFlags(words, side + TCP_STRIDE, 0, flags);
    }
    TcpStates.setLast(words, base, 0, TcpStates.NONE_SET, 0);
    return true;
  }

  /**
   * Tracks a well-formed segment (nf_conntrack_tcp_packet without its checks of the header).
   *
   * @param direction 0 original, 1 reply
   * @param at offset of the TCP header
   * @param end offset behind the segment's last byte
   * @param now jiffies
   */
  static int packet(
      int[] words,
      int base,
      int direction,
      byte[] data,
      int at,
      int end,
      TrackerSettings settings,
      int now) {
    if (!has(words, base, ConnectionFacts.STATUS_CONFIRMED)
        && !begin(words, base, data, at, end, settings)) {
      return INVALID;
    }
    int oldState = FlowDescriptor.state(words, base);
    int row = TcpStates.row(data[at + 13]);
    int newState = TcpStates.next(direction, row, oldState);
    // The common case needs none of the special ones below.
    if (newState != ESTABLISHED) {
      int special =
          special(words, base, direction, row, oldState, newState, data, at, end, settings);
      if (special < 0) {
        return special;
      }
      oldState = special & 0xf;
      newState = special >>> 4 & 0xf;
      if ((special & IN_WINDOW) != 0) {
        return inWindow(words, base, direction, row, oldState, newState, settings);
      }
    }
    int window = TcpWindow.check(words, base, direction, row, data, at, end, settings);
    if (window == TcpWindow.ACCEPT) {
      return inWindow(words, base, direction, row, oldState, newState, settings);
    }
    if (window == TcpWindow.INVALID) {
      shortenAfterInvalidEnd(words, base, direction, row, settings, now);
      return INVALID;
    }
    return IGNORED;
  }

  /** {@link #special}'s result: do not check the window. */
  private static final int IN_WINDOW = 1 << 8;

  private static int states(int oldState, int newState) {
    return newState << 4 | oldState;
  }

  /**
   * The switch over the new state: what the table alone does not tell.
   *
   * @return a final result, or {@link #states} to go on with, perhaps with {@link #IN_WINDOW}
   */
  private static int special(
      int[] words,
      int base,
      int direction,
      int row,
      int oldState,
      int newState,
      byte[] data,
      int at,
      int end,
      TrackerSettings settings) {
    switch (newState) {
      case SYN_SENT:
        if (oldState < TIME_WAIT) {
          return states(oldState, newState);
        }
        if (mayReopen(words, base, direction)) {
          return REPEAT;
        }
        return ignore(words, base, direction, row, oldState, data, at, end);
      case TcpStates.IGNORE_STATE:
        return ignore(words, base, direction, row, oldState, data, at, end);
      case TcpStates.INVALID_STATE:
        return INVALID;
      case TIME_WAIT:
        if (oldState == LAST_ACK
            && row == TcpStates.ACK_SET
            && TcpStates.lastDirection(words, base) != direction
            && TcpStates.lastRow(words, base) == TcpStates.SYN_SET
            && (TcpStates.lastFlags(words, base) & FLAG_CHALLENGE_ACK) != 0) {
          // RFC 5961: the answer to a stray SYN does not acknowledge the last FIN.
          TcpStates.setLastFlags(
              words, base, TcpStates.lastFlags(words, base) & ~FLAG_CHALLENGE_ACK);
          return IGNORED;
        }
        return states(oldState, newState);
      case SYN_SENT2:
        TcpStates.setLastFlags(
            words, base, TcpStates.lastFlags(words, base) | FLAG_SIMULTANEOUS_OPEN);
        return states(oldState, newState);
      case SYN_RECV:
        if (direction == 1
            && row == TcpStates.ACK_SET
            && (TcpStates.lastFlags(words, base) & FLAG_SIMULTANEOUS_OPEN) != 0) {
          return states(oldState, ESTABLISHED);
        }
        return states(oldState, newState);
      case CLOSE:
        return row == TcpStates.RST_SET
            ? reset(words, base, direction, oldState, data, at, settings)
            : states(oldState, newState);
      default:
        return states(oldState, newState);
    }
  }

  /** Whether a SYN may reopen a closed connection: who closed it, or who reset it, opens it. */
  private static boolean mayReopen(int[] words, int base, int direction) {
    int side = base + TCP_END;
    int flags = TcpStates.flags(words, side) | TcpStates.flags(words, side + TCP_STRIDE);
    return (flags & FLAG_CLOSE_INIT) != 0
        || (TcpStates.lastDirection(words, base) == direction
            && TcpStates.lastRow(words, base) == TcpStates.RST_SET);
  }

  /**
   * A segment that may be valid although it does not fit: the entry may be out of step, so it only
   * notes the segment, and follows if the other side answers it.
   */
  private static int ignore(
      int[] words, int base, int direction, int row, int oldState, byte[] data, int at, int end) {
    int lastDirection = TcpStates.lastDirection(words, base);
    if (row == TcpStates.SYNACK_SET
        && TcpStates.lastRow(words, base) == TcpStates.SYN_SET
        && lastDirection != direction
        && Bytes.getInt(data, at + 8) == words[base + TCP_LAST_END]) {
      followIgnoredSyn(words, base, direction, lastDirection);
      return states(SYN_SENT, SYN_RECV);
    }
    TcpStates.setLast(words, base, direction, row, TcpStates.retransmissions(words, base));
    words[base + TCP_LAST_SEQUENCE] = Bytes.getInt(data, at + 4);
    words[base + TCP_LAST_END] = TcpWindow.endOfSegment(data, at, end);
    int window = Bytes.getShort(data, at + 14);
    words[base + TCP_LAST_WINDOW] = (words[base + TCP_LAST_WINDOW] & 0xffff) | window << 16;
    if (row == TcpStates.SYN_SET && direction == 0) {
      int options = TcpWindow.options(data, at);
      int flags = options >>> 8 & (FLAG_WINDOW_SCALE | FLAG_SACK_PERMITTED);
      if (oldState == LAST_ACK) {
        flags |= FLAG_CHALLENGE_ACK;
      }
      words[base + TCP_LAST_WINDOW] = window << 16 | flags << 8 | (options & 0xff);
    }
    if (oldState == SYN_SENT && row == TcpStates.ACK_SET && direction == 1) {
      words[base + TCP_LAST_ACK] = Bytes.getInt(data, at + 8);
    }
    return IGNORED;
  }

  private static void followIgnoredSyn(int[] words, int base, int direction, int lastDirection) {
    int noted = base + TCP_END + lastDirection * TCP_STRIDE;
    int last = words[base + TCP_LAST_WINDOW];
    int flags = last >>> 8 & 0xff & ~FLAG_CHALLENGE_ACK;
    words[noted] = words[base + TCP_LAST_END];
    words[noted + TCP_MAX_END - TCP_END] = words[base + TCP_LAST_END];
    words[noted + TCP_MAX_WINDOW - TCP_END] = Math.max(last >>> 16, 1);
    TcpStates.setScaleFlags(words, noted, last & 0xff, flags);
    TcpStates.setLastFlags(words, base, flags);
    int other = base + TCP_END + direction * TCP_STRIDE;
    int liberal = TcpStates.flags(words, other) & FLAG_BE_LIBERAL;
    for (int i = 0; i < TCP_SCALE_FLAGS - TCP_END; i++) {
      words[other + i] = 0;
    }
    TcpStates.setScaleFlags(words, other, 0, liberal);
  }

  /** A reset: whether it is plausible, and whether it closes the connection. */
  private static int reset(
      int[] words,
      int base,
      int direction,
      int oldState,
      byte[] data,
      int at,
      TrackerSettings settings) {
    if (oldState >= FIN_WAIT && oldState <= CLOSE) {
      return states(oldState, CLOSE) | IN_WINDOW;
    }
    int newState = CLOSE;
    int sequence = Bytes.getInt(data, at + 4);
    int other = base + TCP_END + (1 - direction) * TCP_STRIDE;
    if ((TcpStates.flags(words, other) & FLAG_MAX_ACK_SET) != 0
        && TcpStates.lastRow(words, base) != TcpStates.SYN_SET) {
      boolean established =
          oldState == ESTABLISHED && has(words, base, ConnectionFacts.STATUS_ASSURED);
      int maxAck = words[other + TCP_MAX_ACK - TCP_END];
      if (sequence == 0 && !established) {
        return states(oldState, newState);
      }
      if (sequence - maxAck < 0 && !settings.tcpIgnoreInvalidRst) {
        return INVALID;
      }
      if (!established || sequence == maxAck || endsTrain(words, base, direction, sequence)) {
        return states(oldState, newState);
      }
      // Not the exact number: stay, so that a challenge ACK can pass.
      newState = oldState;
    }
    int lastRow = TcpStates.lastRow(words, base);
    boolean answersIgnored =
        (has(words, base, ConnectionFacts.STATUS_SEEN_REPLY) && lastRow == TcpStates.SYN_SET)
            || (!has(words, base, ConnectionFacts.STATUS_ASSURED) && lastRow == TcpStates.ACK_SET);
    if (answersIgnored && Bytes.getInt(data, at + 8) == words[base + TCP_LAST_END]) {
      return states(oldState, newState) | IN_WINDOW;
    }
    if (oldState == SYN_SENT
        && lastRow == TcpStates.ACK_SET
        && TcpStates.lastDirection(words, base) == 1
        && sequence == words[base + TCP_LAST_ACK]) {
      return states(oldState, newState) | IN_WINDOW;
    }
    return states(oldState, newState);
  }

  /** Whether a reset directly follows the last data of its direction. */
  private static boolean endsTrain(int[] words, int base, int direction, int sequence) {
    return TcpStates.lastRow(words, base) == TcpStates.ACK_SET
        && TcpStates.lastDirection(words, base) == direction
        && sequence == words[base + TCP_LAST_END];
  }

  /** What follows when the segment is believed: state, ASSURED, and the timeout. */
  private static int inWindow(
      int[] words,
      int base,
      int direction,
      int row,
      int oldState,
      int newState,
      TrackerSettings settings) {
    TcpStates.setLast(words, base, direction, row, TcpStates.retransmissions(words, base));
    FlowDescriptor.setState(words, base, newState);
    if (oldState != newState && newState == FIN_WAIT) {
      words[base + TCP_SCALE_FLAGS + direction * TCP_STRIDE] |= FLAG_CLOSE_INIT << 8;
    }
    int timeout = timeout(words, base, row, newState, settings);
    int status = words[base + STATUS];
    if ((status & ConnectionFacts.STATUS_SEEN_REPLY) == 0) {
      if (row == TcpStates.RST_SET) {
        return KILL;
      }
      if (row == TcpStates.SYN_SET && oldState == SYN_SENT) {
        // A retransmitted SYN does not refresh: else a reused port kept the entry for ever.
        return IGNORED;
      }
      if (newState == ESTABLISHED) {
        timeout = Math.min(timeout, settings.tcp[UNACKNOWLEDGED_TIMEOUT]);
      }
    } else if ((status & ConnectionFacts.STATUS_ASSURED) == 0
        && newState == ESTABLISHED
        && (oldState == SYN_RECV || oldState == ESTABLISHED)) {
      words[base + STATUS] = status | ConnectionFacts.STATUS_ASSURED;
    }
    return timeout;
  }

  /** The timeout of a new state, or a shorter one if segments are unanswered. */
  static int timeout(int[] words, int base, int row, int newState, TrackerSettings settings) {
    int[] timeouts = settings.tcp;
    int timeout = timeouts[newState];
    int retrans = timeouts[RETRANS_TIMEOUT];
    if (TcpStates.retransmissions(words, base) >= settings.tcpMaxRetrans && timeout > retrans) {
      return retrans;
    }
    if (row == TcpStates.RST_SET) {
      return timeouts[CLOSE];
    }
    int side = base + TCP_END;
    int flags = TcpStates.flags(words, side) | TcpStates.flags(words, side + TCP_STRIDE);
    if ((flags & FLAG_UNACKNOWLEDGED) != 0 && timeout > timeouts[UNACKNOWLEDGED_TIMEOUT]) {
      return timeouts[UNACKNOWLEDGED_TIMEOUT];
    }
    if (words[base + TCP_LAST_WINDOW] >>> 16 == 0 && timeout > retrans) {
      return retrans;
    }
    return timeout;
  }

  /**
   * An assured connection does not live for days when both sides end it with segments that are out
   * of the window (nf_tcp_handle_invalid).
   */
  private static void shortenAfterInvalidEnd(
      int[] words, int base, int direction, int row, TrackerSettings settings, int now) {
    if (!has(words, base, ConnectionFacts.STATUS_ASSURED)
        || has(words, base, ConnectionTable.STATUS_FIXED_TIMEOUT)
        || (row != TcpStates.RST_SET && row != TcpStates.FIN_SET)) {
      return;
    }
    int lastRow = TcpStates.lastRow(words, base);
    if (TcpStates.lastDirection(words, base) != direction
        && (lastRow == TcpStates.FIN_SET || lastRow == TcpStates.RST_SET)) {
      int left = words[base + TIMEOUT] - now;
      int timeout = settings.tcp[UNACKNOWLEDGED_TIMEOUT];
      if (left >= 120 * ConnectionTable.HZ && left > timeout) {
        words[base + TIMEOUT] = now + timeout;
      }
    } else {
      TcpStates.setLast(words, base, direction, row, TcpStates.retransmissions(words, base));
    }
  }

  /** Notes that REJECT reset the connection (nf_conntrack_tcp_set_closing). */
  static void setClosing(int[] words, int base, TrackerSettings settings, int now) {
    int oldState = FlowDescriptor.state(words, base);
    FlowDescriptor.setState(words, base, CLOSE);
    if (oldState != CLOSE && !has(words, base, ConnectionTable.STATUS_FIXED_TIMEOUT)) {
      words[base + TIMEOUT] = now + settings.tcp[CLOSE];
    }
  }
}
