package dev.chainfuse.forwarding;

/**
 * Numbers keys: a key keeps its slot as long as it is in. Allocated whole at construction.
 *
 * <pre>
 *   index   | . | 3 | . | 0 | 1 | . |      slot by hash of key, linear probing, at most half full;
 *                 |       |   |            removal closes the gap, so there are no tombstones
 *                 v       v   v
 *   keys    | k0 | k1 | -- | k3 |          key by slot
 *   next    |  . |  . |  4 |  . |          free slots, chained from `free`
 * </pre>
 */
final class SlotIndex {
  static final int NONE = -1;

  private final int[] index;
  private final int mask;
  private final int shift;
  private final long[] keys;
  private final int[] next;
  private final boolean[] used;
  private int free;
  private int size;

  SlotIndex(int capacity) {
    if (capacity < 1 || capacity > 1 << 28) {
      throw new IllegalArgumentException("capacity " + capacity + " is not within 1 to 2^28");
    }
    int entries = Math.max(8, Integer.highestOneBit(capacity * 2 - 1) << 1);
    index = new int[entries];
    java.util.Arrays.fill(index, NONE);
    mask = entries - 1;
    shift = 64 - Integer.numberOfTrailingZeros(entries);
    keys = new long[capacity];
    next = new int[capacity];
    used = new boolean[capacity];
    for (int i = 0; i < capacity; i++) {
      next[i] = i + 1 < capacity ? i + 1 : NONE;
    }
  }

  private int home(long key) {
    return (int) ((key * 0x9e37_79b9_7f4a_7c15L) >>> shift);
  }

  int size() {
    return size;
  }

  int capacity() {
    return keys.length;
  }

  boolean isUsed(int slot) {
    return used[slot];
  }

  long key(int slot) {
    return keys[slot];
  }

  /** The slot of {@code key}, or {@link #NONE}. */
  int find(long key) {
    for (int at = home(key); index[at] != NONE; at = (at + 1) & mask) {
      if (keys[index[at]] == key) {
        return index[at];
      }
    }
    return NONE;
  }

  /** Takes a slot for a key that is not in; {@link #NONE} if all are taken. */
  int add(long key) {
    int slot = free;
    if (slot == NONE) {
      return NONE;
    }
    free = next[slot];
    keys[slot] = key;
    used[slot] = true;
    size++;
    int at = home(key);
    while (index[at] != NONE) {
      at = (at + 1) & mask;
    }
    index[at] = slot;
    return slot;
  }

  void remove(int slot) {
    int at = home(keys[slot]);
    while (index[at] != slot) {
      at = (at + 1) & mask;
    }
    // Moves up every later entry of the run that may stand in the gap.
    int gap = at;
    for (at = (at + 1) & mask; index[at] != NONE; at = (at + 1) & mask) {
      int home = home(keys[index[at]]);
      if (((at - home) & mask) >= ((at - gap) & mask)) {
        index[gap] = index[at];
        gap = at;
      }
    }
    index[gap] = NONE;
    used[slot] = false;
    next[slot] = free;
    free = slot;
    size--;
  }
}
