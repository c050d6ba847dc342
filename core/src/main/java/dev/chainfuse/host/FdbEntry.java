package dev.chainfuse.host;

/**
 * An address in a bridge's forwarding database.
 *
 * @param bridge number of the bridge
 * @param port number of the port, or of the bridge itself for its own address
 * @param mac low 48 bits
 * @param state how it came and whether it goes
 * @param sticky does not move when the address is seen on another port
 * @param idleNanos time since the address was last seen, nanoseconds
 */
public record FdbEntry(
    int bridge, int port, long mac, State state, boolean sticky, long idleNanos) {
  /** What the entry is. */
  public enum State {
    /** Learned from a frame; ages. */
    LEARNED,
    /** Learned by a program; does not age. */
    EXTERNAL,
    /** Set by hand; does not age, but moves. */
    STATIC,
    /** The bridge's own: frames to it go up the stack. */
    LOCAL
  }
}
