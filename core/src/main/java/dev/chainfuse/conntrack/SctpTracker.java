package dev.chainfuse.conntrack;

import static dev.chainfuse.conntrack.FlowDescriptor.SCTP_FLAGS;
import static dev.chainfuse.conntrack.FlowDescriptor.SCTP_TAG;
import static dev.chainfuse.conntrack.FlowDescriptor.STATUS;

import dev.chainfuse.packet.Bytes;
import dev.chainfuse.packet.ConnectionFacts;

/**
 * SCTP as net/netfilter/nf_conntrack_proto_sctp.c tracks it. Results of {@link #packet} are those
 * of {@link TcpTracker#packet}.
 */
public final class SctpTracker {
  // enum sctp_conntrack, include/uapi/linux/netfilter/nf_conntrack_sctp.h.
  public static final int NONE = 0;
  public static final int CLOSED = 1;
  public static final int COOKIE_WAIT = 2;
  public static final int COOKIE_ECHOED = 3;
  public static final int ESTABLISHED = 4;
  public static final int SHUTDOWN_SENT = 5;
  public static final int SHUTDOWN_RECEIVED = 6;
  public static final int SHUTDOWN_ACK_SENT = 7;
  public static final int HEARTBEAT_SENT = 8;

  private static final int INVALID_STATE = 9;
  private static final int STATES = 9;

  // Chunk types, RFC 9260 section 3.2.
  private static final int DATA = 0;
  private static final int INIT = 1;
  private static final int INIT_ACK = 2;
  private static final int HEARTBEAT = 4;
  private static final int HEARTBEAT_ACK = 5;
  private static final int ABORT = 6;
  private static final int SHUTDOWN_ACK = 8;
  private static final int COOKIE_ECHO = 10;
  private static final int COOKIE_ACK = 11;
  private static final int SHUTDOWN_COMPLETE = 14;

  private static final int FLAG_TAG_FAILED = 1;
  private static final int FLAG_LAST_DIRECTION = 2;

  /** A direction's INIT was seen: this bit, shifted by the direction. */
  private static final int FLAG_INIT = 4;

  private static final int HEADER = 12;

  /** Row of the table by chunk type; -1 changes nothing. */
  private static final byte[] ROWS = {-1, 0, 1, -1, 9, 10, 2, 3, 4, 5, 6, 7, -1, -1, 8};

  /** New states, by direction, row and old state; letters as in {@link #decode}. */
  private static final byte[] TRANSITIONS =
      decode(
          // NO CL CW CE ES SS SR SA HS
          "c c w e E c c a w", // original: INIT
          "c c w e E s r a c", // INIT ACK
          "c c c c c c c c c", // ABORT
          "c c w e s s r a c", // SHUTDOWN
          "a c w e E a a a a", // SHUTDOWN ACK
          "c c w e E s r a c", // ERROR
          "c c e e E s r a c", // COOKIE ECHO
          "c c w E E s r a c", // COOKIE ACK
          "c c w e E s r c c", // SHUTDOWN COMPLETE
          "h c w e E s r a h", // HEARTBEAT
          "c c w e E s r a h", // HEARTBEAT ACK
          "i c w e E s r a i", // reply: INIT
          "i w w e E s r a i",
          "i c c c c c c c i",
          "i c w e r s r a i",
          "i c w e E a a a i",
          "i c w c E s r a i",
          "i c e e E s r a i",
          "i c w E E s r a i",
          "i c w e E s r c i",
          "i c w e E s r a h",
          "i c w e E s r a E");

  private SctpTracker() {}

  private static byte[] decode(String... rows) {
    String letters = "-cweEsrahi";
    byte[] out = new byte[rows.length * STATES];
    for (int row = 0; row < rows.length; row++) {
      for (int state = 0; state < STATES; state++) {
        out[row * STATES + state] = (byte) letters.indexOf(rows[row].charAt(2 * state));
      }
    }
    return out;
  }

  private static int next(int direction, int state, int type) {
    int row = type < ROWS.length ? ROWS[type] : -1;
    return row < 0 ? state : TRANSITIONS[(11 * direction + row) * STATES + state];
  }

  /** The chunk behind the one at {@code p}. */
  private static int following(byte[] data, int p) {
    return p + (Bytes.getShort(data, p + 2) + 3 & ~3);
  }

  /**
   * A bit for each chunk type below 64 in the packet, or -1 if the chunks are malformed
   * (do_basic_checks). A type above 62 sets no bit.
   */
  private static long chunks(byte[] data, int at, int end) {
    long types = 0;
    int count = 0;
    boolean alone = false;
    for (int p = at + HEADER; p + 4 <= end; p = following(data, p)) {
      int type = data[p] & 0xff;
      alone |= type == INIT || type == INIT_ACK || type == SHUTDOWN_COMPLETE;
      boolean first = alone || type == COOKIE_ACK || type == COOKIE_ECHO;
      if ((first && count != 0) || Bytes.getShort(data, p + 2) == 0) {
        return -1;
      }
      if (type < 63) {
        types |= 1L << type;
      }
      count++;
    }
    return count == 0 ? -1 : types;
  }

  private static boolean has(long types, int type) {
    return (types >>> type & 1) != 0;
  }

  /** Starts tracking with a flow's first packet (sctp_new). */
  private static boolean begin(int[] words, int base, byte[] data, int at, int end) {
    int tag = Bytes.getInt(data, at + 4);
    for (int p = at + HEADER; p + 4 <= end; p = following(data, p)) {
      int type = data[p] & 0xff;
      if (next(0, NONE, type) == NONE) {
        return false;
      }
      if (type == INIT) {
        if (tag != 0 || p + 20 > end) {
          return false;
        }
        words[base + SCTP_TAG + 1] = Bytes.getInt(data, p + 4);
      } else if (type == HEARTBEAT) {
        words[base + SCTP_TAG] = tag;
      } else {
        words[base + SCTP_TAG + 1] = tag;
      }
    }
    return true;
  }

  /** Tracks a packet whose CRC is right (nf_conntrack_sctp_packet). */
  static int packet(
      int[] words,
      int base,
      int direction,
      byte[] data,
      int at,
      int end,
      TrackerSettings settings) {
    long types = chunks(data, at, end);
    if (types < 0) {
      return TcpTracker.INVALID;
    }
    boolean confirmed = (words[base + STATUS] & ConnectionFacts.STATUS_CONFIRMED) != 0;
    if (!confirmed
        && (has(types, ABORT)
            || has(types, SHUTDOWN_COMPLETE)
            || has(types, COOKIE_ACK)
            || !begin(words, base, data, at, end))) {
      return TcpTracker.INVALID;
    }
    int tag = Bytes.getInt(data, at + 4);
    long checkedLater =
        1L << INIT
            | 1L << SHUTDOWN_COMPLETE
            | 1L << COOKIE_ECHO
            | 1L << ABORT
            | 1L << SHUTDOWN_ACK
            | 1L << HEARTBEAT
            | 1L << HEARTBEAT_ACK;
    if ((types & checkedLater) == 0 && tag != words[base + SCTP_TAG + direction]) {
      return TcpTracker.INVALID;
    }
    int newState = NONE;
    boolean ignore = false;
    for (int p = at + HEADER; p + 4 <= end; p = following(data, p)) {
      int type = data[p] & 0xff;
      if (!tagFits(words, base, direction, type, data[p + 1], tag)) {
        return TcpTracker.INVALID;
      }
      if (type == HEARTBEAT || type == HEARTBEAT_ACK) {
        int result = heartbeat(words, base, direction, type, tag, has(types, DATA) || ignore);
        if (result == HEARTBEAT_INVALID) {
          return TcpTracker.INVALID;
        }
        if (result == HEARTBEAT_IGNORED) {
          ignore = true;
          continue;
        }
      }
      int oldState = FlowDescriptor.state(words, base);
      newState = next(direction, oldState, type);
      if (newState == INVALID_STATE || !noteTag(words, base, direction, type, data, p, end)) {
        return TcpTracker.INVALID;
      }
      ignore |= type == INIT && oldState == CLOSED && newState == CLOSED && confirmed;
      FlowDescriptor.setState(words, base, newState);
      if (newState == ESTABLISHED && oldState != newState) {
        words[base + STATUS] |= ConnectionFacts.STATUS_ASSURED;
      }
    }
    return ignore ? TcpTracker.IGNORED : settings.sctp[newState];
  }

  /** The special cases of RFC 9260 section 8.5.1. */
  private static boolean tagFits(
      int[] words, int base, int direction, int type, int chunkFlags, int tag) {
    switch (type) {
      case INIT:
        return tag == 0;
      case ABORT:
      case SHUTDOWN_COMPLETE:
        return tag == words[base + SCTP_TAG + (direction ^ (chunkFlags & 1))];
      case COOKIE_ECHO:
        return tag == words[base + SCTP_TAG + direction];
      case COOKIE_ACK:
        words[base + SCTP_FLAGS] &= ~(3 * FLAG_INIT);
        return true;
      default:
        return true;
    }
  }

  private static final int HEARTBEAT_FITS = 0;
  private static final int HEARTBEAT_IGNORED = 1;
  private static final int HEARTBEAT_INVALID = 2;

  /** A heartbeat with a foreign tag may tell that a path was picked up with new tags. */
  private static int heartbeat(
      int[] words, int base, int direction, int type, int tag, boolean strict) {
    int own = base + SCTP_TAG + direction;
    if (words[own] == 0) {
      words[own] = tag;
      return HEARTBEAT_FITS;
    }
    int flags = words[base + SCTP_FLAGS];
    if (tag == words[own]) {
      words[base + SCTP_FLAGS] = flags & ~FLAG_TAG_FAILED;
      return HEARTBEAT_FITS;
    }
    if (strict) {
      return HEARTBEAT_INVALID;
    }
    if (type == HEARTBEAT) {
      words[base + SCTP_FLAGS] =
          (flags & ~FLAG_LAST_DIRECTION) | FLAG_TAG_FAILED | direction * FLAG_LAST_DIRECTION;
      return HEARTBEAT_IGNORED;
    }
    if ((flags & FLAG_TAG_FAILED) == 0 || (flags & FLAG_LAST_DIRECTION) / 2 == direction) {
      return HEARTBEAT_INVALID;
    }
    words[base + SCTP_FLAGS] = flags & ~FLAG_TAG_FAILED;
    words[own] = tag;
    words[base + SCTP_TAG + 1 - direction] = 0;
    return HEARTBEAT_FITS;
  }

  /** Notes the tag that INIT and INIT ACK announce; false if it contradicts. */
  private static boolean noteTag(
      int[] words, int base, int direction, int type, byte[] data, int p, int end) {
    if (type != INIT && type != INIT_ACK) {
      return true;
    }
    if (p + 20 > end) {
      return false;
    }
    int announced = Bytes.getInt(data, p + 4);
    int other = base + SCTP_TAG + 1 - direction;
    int flags = words[base + SCTP_FLAGS];
    int initOwn = FLAG_INIT << direction;
    int initOther = FLAG_INIT << (1 - direction);
    if (type == INIT) {
      if ((flags & (initOwn | initOther)) == (initOwn | initOther)) {
        flags &= ~initOther;
      }
      words[base + SCTP_FLAGS] = flags | initOwn;
    } else {
      boolean both = (flags & (initOwn | initOther)) == (initOwn | initOther);
      boolean differs = words[other] != announced;
      if (differs && (both || ((flags & initOther) == 0 && words[other] != 0))) {
        return false;
      }
    }
    words[other] = announced;
    return true;
  }
}
