package dev.chainfuse;

/** How many connections a session can hold at once. */
public record Flows(int maximum) {
  public Flows {
    if (maximum < 1 || maximum > 1 << 26) {
      throw new IllegalArgumentException("flows " + maximum + " is not within 1 to " + (1 << 26));
    }
  }

  /**
   * Memory for at most {@code maximum} connections, allocated when the session opens. The host's
   * {@code nf_conntrack_max}, if lower, still applies.
   */
  public static Flows atMost(int maximum) {
    return new Flows(maximum);
  }
}
