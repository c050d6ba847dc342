package dev.chainfuse.classify;

import java.util.Arrays;

/**
 * Numbers distinct bit sets of one size in the order of their arrival. A hash finds the candidates;
 * equality is always verified word by word.
 */
final class SetPool {
  private final int words;
  private final int limit;
  private long[] sets;
  private int[] slots = new int[64];
  private int size;

  /**
   * @param words the length of each set in 64-bit words
   * @param limit how many distinct sets are taken
   */
  SetPool(int words, int limit) {
    this.words = words;
    this.limit = limit;
    this.sets = new long[words * 16];
  }

  int size() {
    return size;
  }

  /** The words of all sets; set {@code n} starts at {@code n * words}. */
  long[] words() {
    return sets;
  }

  /** The number of the set that is equal to {@code set}, or -1 if that would be one too many. */
  int intern(long[] set) {
    int mask = slots.length - 1;
    int at = hash(set) & mask;
    while (slots[at] != 0) {
      int number = slots[at] - 1;
      int start = number * words;
      if (Arrays.equals(sets, start, start + words, set, 0, words)) {
        return number;
      }
      at = (at + 1) & mask;
    }
    if (size == limit) {
      return -1;
    }
    if ((size + 1) * words > sets.length) {
      sets = Arrays.copyOf(sets, Math.max(sets.length * 2, words));
    }
    System.arraycopy(set, 0, sets, size * words, words);
    slots[at] = ++size;
    if (size * 2 > slots.length) {
      grow();
    }
    return size - 1;
  }

  private void grow() {
    int[] grown = new int[slots.length * 4];
    long[] set = new long[words];
    for (int number = 0; number < size; number++) {
      System.arraycopy(sets, number * words, set, 0, words);
      int at = hash(set) & (grown.length - 1);
      while (grown[at] != 0) {
        at = (at + 1) & (grown.length - 1);
      }
      grown[at] = number + 1;
    }
    slots = grown;
  }

  private static int hash(long[] set) {
    long hash = 0;
    for (long word : set) {
      hash = (hash ^ word) * 0x9e37_79b9_7f4a_7c15L;
      hash ^= hash >>> 29;
    }
    return (int) (hash ^ hash >>> 32);
  }
}
