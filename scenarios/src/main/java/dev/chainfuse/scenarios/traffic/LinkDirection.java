package dev.chainfuse.scenarios.traffic;

/** One direction of a link: frames follow each other. */
final class LinkDirection {
  /** Answer of {@link #arrivalNanos}: the queue was full. */
  static final long LOST = -1;

  private final LinkSpec spec;
  private long freeNanos;
  private long lost;

  LinkDirection(LinkSpec spec) {
    this.spec = spec;
  }

  /** When a frame handed over at {@code nanos} has arrived whole at the other end, or LOST. */
  long arrivalNanos(long nanos, int bytes) {
    long start = Math.max(nanos, freeNanos);
    if (start - nanos > spec.queueNanos()) {
      lost++;
      return LOST;
    }
    freeNanos = start + spec.busyNanos(bytes);
    return freeNanos + spec.delayNanos();
  }

  long lost() {
    return lost;
  }
}
