package dev.chainfuse.path;

/** Frames and bytes that each interface received and sent, and received frames that it dropped. */
public final class InterfaceCounters {
  private static final int RX = 0;
  private static final int TX = 2;
  private static final int DROPPED = 4;
  private static final int STRIDE = 8;

  /**
   * Eight longs an interface, a cache line.
   *
   * <pre>
   *   +0 rx frames | +1 rx bytes | +2 tx frames | +3 tx bytes | +4 rx dropped | 3 unused
   * </pre>
   */
  private final long[] counts;

  InterfaceCounters(int interfaces) {
    counts = new long[interfaces * STRIDE];
  }

  /**
   * What one packet moved, while recording: {@code ~(device << 1)} received, {@code ~(device << 1 |
   * 1)} sent. Negative, so that a list can mix them with numbers of rules.
   */
  int[] hits = new int[16];

  int hitCount;
  boolean recording;

  void startRecording() {
    hitCount = 0;
    recording = true;
  }

  private void record(int device, int sent) {
    if (hitCount == hits.length) {
      hits = java.util.Arrays.copyOf(hits, hitCount * 2);
    }
    hits[hitCount++] = ~(device << 1 | sent);
  }

  /** Counts what {@link #hits} recorded, for many packets. */
  void count(int hit, long frames, long bytes) {
    int code = ~hit;
    if ((code & 1) == 0) {
      received(code >>> 1, frames, bytes);
    } else {
      sent(code >>> 1, frames, bytes);
    }
  }

  void received(int device, int bytes) {
    if (recording) {
      record(device, 0);
    }
    received(device, 1, bytes);
  }

  void received(int device, long frames, long bytes) {
    counts[device * STRIDE + RX] += frames;
    counts[device * STRIDE + RX + 1] += bytes;
  }

  void sent(int device, int bytes) {
    if (recording) {
      record(device, 1);
    }
    sent(device, 1, bytes);
  }

  void sent(int device, long frames, long bytes) {
    counts[device * STRIDE + TX] += frames;
    counts[device * STRIDE + TX + 1] += bytes;
  }

  void dropped(int device) {
    counts[device * STRIDE + DROPPED]++;
  }

  public long receivedFrames(int device) {
    return counts[device * STRIDE + RX];
  }

  /** Bytes with the Ethernet header. */
  public long receivedBytes(int device) {
    return counts[device * STRIDE + RX + 1];
  }

  public long sentFrames(int device) {
    return counts[device * STRIDE + TX];
  }

  /** Bytes with the Ethernet header. */
  public long sentBytes(int device) {
    return counts[device * STRIDE + TX + 1];
  }

  public long droppedFrames(int device) {
    return counts[device * STRIDE + DROPPED];
  }
}
