package dev.chainfuse;

import java.util.Arrays;

/**
 * Frames that a session sent besides those rewritten in place in the batch: copies of flooded
 * frames, answers of the host (ICMP errors, resets, ARP), and frames that had waited. In the order
 * in which they were sent; {@link #cause} tells which packet of the batch each belongs to. Cleared
 * at each {@link Session#process} and {@link Session#advance}. The buffers grow to the largest need
 * and are then reused.
 */
public final class Emissions {
  /** Cause index of a frame that a timer caused. */
  public static final int TIMER = -1;

  private byte[] data = new byte[64 * 1024];
  private int used;
  private int[] offset = new int[64];
  private int[] length = new int[64];
  private int[] egress = new int[64];
  private int[] batchIndex = new int[64];
  private long[] cause = new long[64];
  private long[] timeNanos = new long[64];
  private int size;

  Emissions() {}

  void clear() {
    used = 0;
    size = 0;
  }

  /** Copies a frame in. */
  void add(
      byte[] frame,
      int from,
      int bytes,
      int interfaceNumber,
      int index,
      long causeSequence,
      long nanos) {
    if (used + bytes > data.length) {
      data = Arrays.copyOf(data, Math.max(data.length * 2, used + bytes));
    }
    if (size == offset.length) {
      int grown = size * 2;
      offset = Arrays.copyOf(offset, grown);
      length = Arrays.copyOf(length, grown);
      egress = Arrays.copyOf(egress, grown);
      batchIndex = Arrays.copyOf(batchIndex, grown);
      cause = Arrays.copyOf(cause, grown);
      timeNanos = Arrays.copyOf(timeNanos, grown);
    }
    System.arraycopy(frame, from, data, used, bytes);
    offset[size] = used;
    length[size] = bytes;
    egress[size] = interfaceNumber;
    batchIndex[size] = index;
    cause[size] = causeSequence;
    timeNanos[size] = nanos;
    size++;
    used += bytes;
  }

  /** How many frames. */
  public int size() {
    return size;
  }

  /** The array that holds the frames. */
  public byte[] data() {
    return data;
  }

  /** Where frame {@code index} begins in {@link #data}. */
  public int offset(int index) {
    return offset[index];
  }

  /** Bytes of frame {@code index}. */
  public int length(int index) {
    return length[index];
  }

  /** Lowest-level device by which it left. */
  public int egress(int index) {
    return egress[index];
  }

  /**
   * Index in the processed batch of the packet during whose processing it left, or {@link #TIMER}.
   */
  public int batchIndex(int index) {
    return batchIndex[index];
  }

  /**
   * {@link PacketBatch#sequence} of the packet that caused it, perhaps long ago; -1 if none did.
   */
  public long cause(int index) {
    return cause[index];
  }

  /** Virtual time at which it left. */
  public long timeNanos(int index) {
    return timeNanos[index];
  }
}
