package dev.chainfuse.scenarios.traffic;

/**
 * A full-duplex link between the host's interface and what is behind it.
 *
 * @param bitsPerSecond 0 for unlimited
 * @param delayNanos propagation, one way
 * @param queueBytes frames that would wait behind more than this many bytes are lost
 */
public record LinkSpec(long bitsPerSecond, long delayNanos, long queueBytes) {
  /** 1 Gbit/s, 50 microseconds, 512 KiB. */
  public static final LinkSpec DEFAULT = new LinkSpec(1_000_000_000, 50_000, 512 << 10);

  private static final int SHORTEST_FRAME = 64;

  /** Check sequence; preamble, start and gap (IEEE 802.3, clauses 3 and 4.4). */
  private static final int CHECK_SEQUENCE = 4;

  private static final int BETWEEN_FRAMES = 20;

  /** Nanoseconds that a frame of {@code bytes} bytes without check sequence keeps the link busy. */
  long busyNanos(int bytes) {
    if (bitsPerSecond == 0) {
      return 0;
    }
    long bits = 8L * (Math.max(bytes + CHECK_SEQUENCE, SHORTEST_FRAME) + BETWEEN_FRAMES);
    return (bits * 1_000_000_000L + bitsPerSecond - 1) / bitsPerSecond;
  }

  /** Nanoseconds that a full queue takes to drain. */
  long queueNanos() {
    if (bitsPerSecond == 0) {
      return Long.MAX_VALUE / 4;
    }
    return (long) (queueBytes * 8e9 / bitsPerSecond);
  }
}
