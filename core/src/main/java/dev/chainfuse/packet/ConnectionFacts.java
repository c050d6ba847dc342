package dev.chainfuse.packet;

/**
 * What matches may ask about a tracked connection, named by its flow number. Addresses are
 * big-endian ints, ports unsigned 16-bit; for ICMP the original source port is the id and the
 * destination port {@code type << 8 | code} . Implemented by each engine's connection table.
 */
public abstract class ConnectionFacts {
  /** Flow number of "no connection". */
  public static final int NO_FLOW = -1;

  /** Index of the original direction. */
  public static final int ORIGINAL = 0;

  /** Index of the reply direction. */
  public static final int REPLY = 1;

  // Status bits, include/uapi/linux/netfilter/nf_conntrack_common.h.
  public static final int STATUS_EXPECTED = 1;
  public static final int STATUS_SEEN_REPLY = 1 << 1;
  public static final int STATUS_ASSURED = 1 << 2;
  public static final int STATUS_CONFIRMED = 1 << 3;
  public static final int STATUS_SRC_NAT = 1 << 4;
  public static final int STATUS_DST_NAT = 1 << 5;
  public static final int STATUS_SEQ_ADJUST = 1 << 6;
  public static final int STATUS_SRC_NAT_DONE = 1 << 7;
  public static final int STATUS_DST_NAT_DONE = 1 << 8;
  public static final int STATUS_DYING = 1 << 9;

  public abstract int protocol(int flow);

  public abstract int source(int flow, int direction);

  public abstract int destination(int flow, int direction);

  public abstract int sourcePort(int flow, int direction);

  public abstract int destinationPort(int flow, int direction);

  /** The status bits. */
  public abstract int status(int flow);

  /** The connection mark. */
  public abstract int mark(int flow);

  public abstract void setMark(int flow, int mark);

  public abstract int zone(int flow);

  /** Whole seconds until the entry times out, as {@code --ctexpire} sees them; never negative. */
  public abstract int secondsLeft(int flow, long nowNanos);

  /** Packets counted in {@code direction}. */
  public abstract long packets(int flow, int direction);

  /** IP bytes counted in {@code direction}. */
  public abstract long bytes(int flow, int direction);

  /**
   * The confirmed connection with that tuple in one of its directions, if it has not timed out.
   *
   * @param ports source port in the high, destination port in the low half, as the tuple has them
   * @param protocolZone protocol in the low byte, zone in the high half
   * @return its flow number, or {@link #NO_FLOW}
   */
  public int live(int source, int destination, int ports, int protocolZone, long nowNanos) {
    return NO_FLOW;
  }

  /** Whether a TCP connection has ended: its state is TIME_WAIT or CLOSE. */
  public boolean closed(int flow) {
    return false;
  }

  /**
   * The protocol's part of the packet's own tuple, as {@link #live} takes it, unsigned 32-bit;
   * negative if it cannot be read. The packet is no later fragment.
   */
  public long tuplePorts(Skb skb) {
    return 0;
  }
}
