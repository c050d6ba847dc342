package dev.chainfuse.event;

/**
 * The time of a simulation, in nanoseconds. It moves only when told and never back. One thread at a
 * time.
 */
public final class VirtualClock {
  private long nowNanos;

  /**
   * A clock that stands at {@code startNanos}.
   *
   * @param startNanos any value; only differences have a meaning
   */
  public VirtualClock(long startNanos) {
    nowNanos = startNanos;
  }

  /** The present time. */
  public long nowNanos() {
    return nowNanos;
  }

  /**
   * Moves to {@code nanos}.
   *
   * @throws IllegalArgumentException if that lies in the past
   */
  public void advanceTo(long nanos) {
    if (nanos < nowNanos) {
      throw new IllegalArgumentException(
          "time cannot go back from " + nowNanos + " to " + nanos + " ns");
    }
    nowNanos = nanos;
  }
}
