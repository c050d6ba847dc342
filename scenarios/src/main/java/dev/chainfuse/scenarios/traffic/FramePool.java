package dev.chainfuse.scenarios.traffic;

import java.util.Arrays;

/** Frames under way, each in a slot of one array; slots are reused. */
final class FramePool {
  static final int SLOT_BYTES = 1_536;

  private byte[] data = new byte[64 * SLOT_BYTES];
  private int[] length = new int[64];
  private int[] interfaceNumber = new int[64];
  private int[] flow = new int[64];
  private int[] free = new int[64];
  private int freeCount;
  private int used;

  /** Copies a frame in and returns its slot. */
  int put(byte[] frame, int from, int bytes, int itsInterface, int itsFlow) {
    if (bytes > SLOT_BYTES) {
      throw new IllegalArgumentException("a frame of " + bytes + " bytes on a simulated link");
    }
    int slot = freeCount > 0 ? free[--freeCount] : fresh();
    System.arraycopy(frame, from, data, slot * SLOT_BYTES, bytes);
    length[slot] = bytes;
    interfaceNumber[slot] = itsInterface;
    flow[slot] = itsFlow;
    return slot;
  }

  private int fresh() {
    if (used == length.length) {
      int grown = used * 2;
      data = Arrays.copyOf(data, Math.multiplyExact(grown, SLOT_BYTES));
      length = Arrays.copyOf(length, grown);
      interfaceNumber = Arrays.copyOf(interfaceNumber, grown);
      flow = Arrays.copyOf(flow, grown);
      free = Arrays.copyOf(free, grown);
    }
    return used++;
  }

  void release(int slot) {
    free[freeCount++] = slot;
  }

  byte[] data() {
    return data;
  }

  int offset(int slot) {
    return slot * SLOT_BYTES;
  }

  int length(int slot) {
    return length[slot];
  }

  int interfaceNumber(int slot) {
    return interfaceNumber[slot];
  }

  int flow(int slot) {
    return flow[slot];
  }
}
