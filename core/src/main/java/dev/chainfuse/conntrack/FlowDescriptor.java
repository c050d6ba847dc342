package dev.chainfuse.conntrack;

/**
 * Layout of a flow's record: 32 ints, two cache lines. Line 0 is all that looking a flow up,
 * counting and rewriting need; line 1 is the protocol's own state.
 *
 * <pre>
 *        31                16 15       8 7        0
 *       +----------------------------------------+
 *  +0   |          original source               |
 *  +1   |          original destination          |
 *  +2   |   source port     |  destination port  |   original; see below for ICMP and GRE
 *  +3   |          reply source                  |
 *  +4   |          reply destination             |
 *  +5   |   source port     |  destination port  |   reply
 *  +6   |       zone        |  state  | protocol |   the key is this word without the state
 *  +7   |          status bits                   |   IPS_ bits, and from bit 24 our own
 *  +8   |          timeout                       |   jiffies of 4 ms: when it ends, or how long
 *  +9   |          mark                          |   it will live while it is not confirmed
 *  +10  |          journey, original             |   the packet path's cache; -1 none
 *  +11  |          journey, reply                |
 *  +12  |          packets, original             |   low words: the table keeps what overflows
 *  +13  |          bytes, original               |
 *  +14  |          packets, reply                |
 *  +15  |          bytes, reply                  |
 *       +========================================+
 *  +16  |  TCP end of original's data            |   UDP: jiffies at which the stream began + 2 s
 *  +17  |  TCP greatest end allowed              |   SCTP: verification tag, original
 *  +18  |  TCP greatest window                   |   SCTP: verification tag, reply
 *  +19  |  TCP greatest acknowledgement          |   SCTP: flags
 *  +20  |      0            |  flags  |  scale   |
 *  +21..25  the same five for the reply direction|
 *  +26  |  TCP last sequence number              |
 *  +27  |  TCP last acknowledgement              |
 *  +28  |  TCP last end of data                  |
 *  +29  |  last window      |last flgs|last scale|
 *  +30  |     0   |last dir |last set |  retrans |
 *  +31  |     references to the record           |   packets that wait with it
 *       +----------------------------------------+
 * </pre>
 *
 * For ICMP the "source port" is the id and the "destination port" is {@code type << 8 | code}; for
 * GRE they are the two keys; for other protocols without ports they are 0.
 */
public final class FlowDescriptor {
  /** Ints of a record. */
  public static final int WORDS = 32;

  public static final int ORIGINAL_SOURCE = 0;
  public static final int ORIGINAL_DESTINATION = ORIGINAL_SOURCE + 1;
  public static final int ORIGINAL_PORTS = ORIGINAL_DESTINATION + 1;
  public static final int REPLY_SOURCE = ORIGINAL_PORTS + 1;
  public static final int REPLY_DESTINATION = REPLY_SOURCE + 1;
  public static final int REPLY_PORTS = REPLY_DESTINATION + 1;

  /** Distance between a word of the original tuple and that of the reply tuple. */
  public static final int TUPLE_STRIDE = REPLY_SOURCE - ORIGINAL_SOURCE;

  public static final int KIND = REPLY_PORTS + 1;
  public static final int STATUS = KIND + 1;
  public static final int TIMEOUT = STATUS + 1;
  public static final int MARK = TIMEOUT + 1;
  public static final int ORIGINAL_JOURNEY = MARK + 1;
  public static final int REPLY_JOURNEY = ORIGINAL_JOURNEY + 1;
  public static final int ORIGINAL_PACKETS = REPLY_JOURNEY + 1;
  public static final int ORIGINAL_BYTES = ORIGINAL_PACKETS + 1;
  public static final int REPLY_PACKETS = ORIGINAL_BYTES + 1;
  public static final int REPLY_BYTES = REPLY_PACKETS + 1;

  /** Distance between a counter of the original direction and that of the reply direction. */
  public static final int COUNTER_STRIDE = REPLY_PACKETS - ORIGINAL_PACKETS;

  /** First word of line 1, the protocol's own state. */
  public static final int PROTOCOL_STATE = REPLY_BYTES + 1;

  static final int TCP_END = PROTOCOL_STATE;
  static final int TCP_MAX_END = TCP_END + 1;
  static final int TCP_MAX_WINDOW = TCP_MAX_END + 1;
  static final int TCP_MAX_ACK = TCP_MAX_WINDOW + 1;
  static final int TCP_SCALE_FLAGS = TCP_MAX_ACK + 1;

  /** Distance between a TCP word of the original direction and that of the reply direction. */
  static final int TCP_STRIDE = TCP_SCALE_FLAGS + 1 - TCP_END;

  static final int TCP_LAST_SEQUENCE = TCP_END + 2 * TCP_STRIDE;
  static final int TCP_LAST_ACK = TCP_LAST_SEQUENCE + 1;
  static final int TCP_LAST_END = TCP_LAST_ACK + 1;
  static final int TCP_LAST_WINDOW = TCP_LAST_END + 1;
  static final int TCP_LAST = TCP_LAST_WINDOW + 1;

  static final int UDP_STREAM = PROTOCOL_STATE;

  static final int SCTP_TAG = PROTOCOL_STATE + 1;
  static final int SCTP_FLAGS = SCTP_TAG + 2;

  /** How many waiting packets refer to the record. */
  static final int REFERENCES = TCP_LAST + 1;

  /** The bits of {@link #KIND} that belong to the key: protocol and zone. */
  public static final int KEY_MASK = 0xffff_00ff;

  static final int STATE_SHIFT = 8;

  private FlowDescriptor() {}

  /** The protocol's state, such as a TCP state number. */
  public static int state(int[] words, int base) {
    return words[base + KIND] >>> STATE_SHIFT & 0xff;
  }

  static void setState(int[] words, int base, int state) {
    words[base + KIND] = (words[base + KIND] & KEY_MASK) | state << STATE_SHIFT;
  }

  /** Protocol and zone, as {@link ConnectionTable#find} takes them. */
  public static int protocolZone(int[] words, int base) {
    return words[base + KIND] & KEY_MASK;
  }
}
