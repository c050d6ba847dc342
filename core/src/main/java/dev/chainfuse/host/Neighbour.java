package dev.chainfuse.host;

/**
 * An entry of the ARP cache.
 *
 * @param device number of the interface
 * @param address its IPv4 address
 * @param mac low 48 bits; 0 if unknown
 * @param state as {@code ip neigh} prints it
 */
public record Neighbour(int device, int address, long mac, State state) {
  /** NUD_, include/uapi/linux/neighbour.h. */
  public enum State {
    NONE,
    INCOMPLETE,
    REACHABLE,
    STALE,
    DELAY,
    PROBE,
    FAILED,
    NOARP,
    PERMANENT;

    /** Whether the hardware address is known (NUD_VALID). */
    public boolean isValid() {
      return this != NONE && this != INCOMPLETE && this != FAILED;
    }
  }
}
