package dev.chainfuse.conntrack;

import static dev.chainfuse.conntrack.FlowDescriptor.TCP_END;
import static dev.chainfuse.conntrack.FlowDescriptor.TCP_LAST;
import static dev.chainfuse.conntrack.FlowDescriptor.TCP_LAST_WINDOW;
import static dev.chainfuse.conntrack.FlowDescriptor.TCP_SCALE_FLAGS;

import dev.chainfuse.packet.Ipv4;

/**
 * The TCP state table (tcp_conntracks of nf_conntrack_proto_tcp.c, Linux 6.18), the flags that a
 * segment may have, and access to the packed TCP words of a record.
 */
final class TcpStates {
  static final int INVALID_STATE = 10;
  static final int IGNORE_STATE = 11;

  // Rows of the table, enum tcp_bit_set.
  static final int SYN_SET = 0;
  static final int SYNACK_SET = 1;
  static final int FIN_SET = 2;
  static final int ACK_SET = 3;
  static final int RST_SET = 4;
  static final int NONE_SET = 5;

  private static final int STATES = 10;

  /** New states, by direction, row and old state; letters as in {@link #decode}. */
  private static final byte[] TRANSITIONS =
      decode(
          // NONE SS SR ES FW CW LA TW CL S2
          "s s g g g g g s s 2", // original: SYN
          "i i r i i i i i i r", // SYN/ACK
          "i i f f l l l t c i", // FIN
          "e i e e w w t t c i", // ACK
          "i c c c c c c c c c", // RST
          "i i i i i i i i i i", // none
          "i 2 i i i i i s i 2", // reply: SYN
          "i r g g g g g g g r",
          "i i f f l l l t c i",
          "i g r e w w t t c g",
          "i c c c c c c c c c",
          "i i i i i i i i i i");

  /**
   * Whether FIN, SYN, RST, ACK and URG go together; PSH, ECE and CWR always may (tcp_valid_flags).
   */
  private static final int[] VALID_FLAGS = {
    Ipv4.TCP_SYN,
    Ipv4.TCP_SYN | Ipv4.TCP_URG,
    Ipv4.TCP_SYN | Ipv4.TCP_ACK,
    Ipv4.TCP_RST,
    Ipv4.TCP_RST | Ipv4.TCP_ACK,
    Ipv4.TCP_FIN | Ipv4.TCP_ACK,
    Ipv4.TCP_FIN | Ipv4.TCP_ACK | Ipv4.TCP_URG,
    Ipv4.TCP_ACK,
    Ipv4.TCP_ACK | Ipv4.TCP_URG
  };

  private static final long VALID = validBits();

  private TcpStates() {}

  /** The state that a segment leads to, or {@link #INVALID_STATE} or {@link #IGNORE_STATE}. */
  static int next(int direction, int row, int oldState) {
    return TRANSITIONS[(6 * direction + row) * STATES + oldState];
  }

  private static byte[] decode(String... rows) {
    String letters = "-srefwltc2ig";
    byte[] out = new byte[rows.length * STATES];
    for (int row = 0; row < rows.length; row++) {
      for (int state = 0; state < STATES; state++) {
        out[row * STATES + state] = (byte) letters.indexOf(rows[row].charAt(2 * state));
      }
    }
    return out;
  }

  private static long validBits() {
    long bits = 0;
    for (int flags : VALID_FLAGS) {
      bits |= 1L << flags;
    }
    return bits;
  }

  /** Whether the segment has a whole header and a valid combination of flags (tcp_error). */
  static boolean wellFormed(byte[] data, int at, int end) {
    if (end - at < 20) {
      return false;
    }
    int headerLength = (data[at + 12] & 0xf0) >>> 2;
    int flags = data[at + 13] & ~(Ipv4.TCP_PSH | Ipv4.TCP_ECE | Ipv4.TCP_CWR) & 0x3f;
    return headerLength >= 20 && headerLength <= end - at && (VALID >>> flags & 1) != 0;
  }

  /** The row of the table for a segment's flags (get_conntrack_index). */
  static int row(int flags) {
    if ((flags & Ipv4.TCP_RST) != 0) {
      return RST_SET;
    }
    if ((flags & Ipv4.TCP_SYN) != 0) {
      return (flags & Ipv4.TCP_ACK) != 0 ? SYNACK_SET : SYN_SET;
    }
    if ((flags & Ipv4.TCP_FIN) != 0) {
      return FIN_SET;
    }
    return (flags & Ipv4.TCP_ACK) != 0 ? ACK_SET : NONE_SET;
  }

  static int lastDirection(int[] words, int base) {
    return words[base + TCP_LAST] >>> 16 & 0xff;
  }

  static int lastRow(int[] words, int base) {
    return words[base + TCP_LAST] >>> 8 & 0xff;
  }

  static int retransmissions(int[] words, int base) {
    return words[base + TCP_LAST] & 0xff;
  }

  static void setLast(int[] words, int base, int direction, int row, int retransmissions) {
    words[base + TCP_LAST] = direction << 16 | row << 8 | (retransmissions & 0xff);
  }

  /** Flags of the direction whose TCP words begin at {@code side}. */
  static int flags(int[] words, int side) {
    return words[side + TCP_SCALE_FLAGS - TCP_END] >>> 8 & 0xff;
  }

  static int scale(int[] words, int side) {
    return words[side + TCP_SCALE_FLAGS - TCP_END] & 0xff;
  }

  static void setScaleFlags(int[] words, int side, int scale, int flags) {
    words[side + TCP_SCALE_FLAGS - TCP_END] = flags << 8 | scale;
  }

  static int lastFlags(int[] words, int base) {
    return words[base + TCP_LAST_WINDOW] >>> 8 & 0xff;
  }

  static void setLastFlags(int[] words, int base, int flags) {
    words[base + TCP_LAST_WINDOW] = (words[base + TCP_LAST_WINDOW] & 0xffff_00ff) | flags << 8;
  }
}
