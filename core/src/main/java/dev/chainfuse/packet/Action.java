package dev.chainfuse.packet;

/** What became of a packet that was handed to a session. */
public enum Action {
  /**
   * Left the host by another way than it came, routed; also a packet of the host's own that left.
   */
  FORWARDED,
  /** Delivered to the host itself. */
  LOCAL,
  /** Left by ports of the bridge that it came by. */
  BRIDGED,
  /** Gone without an answer. */
  DROPPED,
  /** Gone, and a rule answered with an ICMP error or a TCP reset. */
  REJECTED,
  /** Handed to a queue of user space (NFQUEUE). */
  QUEUED,
  /** Waits for a neighbour's MAC address or for further fragments. */
  HELD,
  /** Ended in the host's own protocols: ARP, spanning tree, IGMP that the bridge snooped. */
  CONSUMED,
  /** Not a frame that this engine can read: cut short, or longer than the batch's slots. */
  INVALID_FRAME;

  private static final Action[] ALL = values();

  /** The constant with that ordinal. */
  public static Action of(int ordinal) {
    return ALL[ordinal];
  }
}
