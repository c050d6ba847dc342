package dev.chainfuse.classify;

import java.util.Arrays;

/**
 * Numbers distinct sets of boxes in the order of their arrival. A hash finds the candidates;
 * equality is always verified. Of each set the summary and the words that are not zero are kept.
 */
final class SetPool {
  private final int blocks;
  private final int limit;
  private long[] summaries;

  /** Words of set n start at {@code start[n]} in {@link #words}. */
  private int[] start = new int[16];

  private long[] words = new long[64];
  private int wordsUsed;
  private int[] hashes = new int[16];
  private int[] slots = new int[64];
  private int size;

  /**
   * @param boxes the greatest number of boxes
   * @param limit how many distinct sets are taken
   */
  SetPool(int boxes, int limit) {
    this.blocks = new BoxSet(boxes).summary.length;
    this.limit = limit;
    this.summaries = new long[blocks * 16];
  }

  int size() {
    return size;
  }

  /** The number of the set that is equal to {@code set}, or -1 if that would be one too many. */
  int intern(BoxSet set) {
    int hash = hash(set);
    int at = hash & (slots.length - 1);
    while (slots[at] != 0) {
      int number = slots[at] - 1;
      if (hashes[number] == hash && isEqual(number, set)) {
        return number;
      }
      at = (at + 1) & (slots.length - 1);
    }
    if (size == limit) {
      return -1;
    }
    append(set, hash);
    slots[at] = size;
    if (size * 2 > slots.length) {
      rehash();
    }
    return size - 1;
  }

  private static int hash(BoxSet set) {
    long hash = 0;
    for (int w = set.nextWord(0); w >= 0; w = set.nextWord(w + 1)) {
      hash = (hash ^ set.words[w]) * 0x9e37_79b9_7f4a_7c15L + w;
      hash ^= hash >>> 29;
    }
    hash *= 0xd6e8_feb8_6659_fd93L;
    return (int) (hash >>> 32);
  }

  private boolean isEqual(int number, BoxSet set) {
    int summary = number * blocks;
    if (!Arrays.equals(summaries, summary, summary + blocks, set.summary, 0, blocks)) {
      return false;
    }
    int at = start[number];
    for (int w = set.nextWord(0); w >= 0; w = set.nextWord(w + 1)) {
      if (words[at++] != set.words[w]) {
        return false;
      }
    }
    return true;
  }

  private void append(BoxSet set, int hash) {
    if (size == hashes.length) {
      hashes = Arrays.copyOf(hashes, size * 2);
      start = Arrays.copyOf(start, size * 2);
      summaries = Arrays.copyOf(summaries, size * 2 * blocks);
    }
    hashes[size] = hash;
    start[size] = wordsUsed;
    System.arraycopy(set.summary, 0, summaries, size * blocks, blocks);
    for (int w = set.nextWord(0); w >= 0; w = set.nextWord(w + 1)) {
      if (wordsUsed == words.length) {
        words = Arrays.copyOf(words, wordsUsed * 2);
      }
      words[wordsUsed++] = set.words[w];
    }
    size++;
  }

  private void rehash() {
    slots = new int[slots.length * 4];
    for (int number = 0; number < size; number++) {
      int at = hashes[number] & (slots.length - 1);
      while (slots[at] != 0) {
        at = (at + 1) & (slots.length - 1);
      }
      slots[at] = number + 1;
    }
  }

  /** Copies a set. */
  void copyTo(int number, BoxSet out) {
    out.clear();
    int at = start[number];
    for (int block = 0; block < blocks; block++) {
      long rest = summaries[number * blocks + block];
      for (; rest != 0; rest &= rest - 1) {
        out.put((block << 6) + Long.numberOfTrailingZeros(rest), words[at++]);
      }
    }
  }

  /**
   * Puts what two sets have in common into {@code out}, up to the first box in {@code last}.
   *
   * @param last words of boxes after which nothing matters
   * @return the number of words looked at
   */
  static int intersect(SetPool a, int numberA, SetPool b, int numberB, long[] last, BoxSet out) {
    out.clear();
    int atA = a.start[numberA];
    int atB = b.start[numberB];
    int looked = a.blocks;
    for (int block = 0; block < a.blocks; block++) {
      long summaryA = a.summaries[numberA * a.blocks + block];
      long summaryB = b.summaries[numberB * b.blocks + block];
      for (long both = summaryA & summaryB; both != 0; both &= both - 1) {
        long below = (both & -both) - 1;
        long common =
            a.words[atA + Long.bitCount(summaryA & below)]
                & b.words[atB + Long.bitCount(summaryB & below)];
        looked++;
        if (common != 0) {
          int word = (block << 6) + Long.numberOfTrailingZeros(both);
          long end = Long.lowestOneBit(common & last[word]);
          if (end != 0) {
            out.put(word, common & (end | (end - 1)));
            return looked;
          }
          out.put(word, common);
        }
      }
      atA += Long.bitCount(summaryA);
      atB += Long.bitCount(summaryB);
    }
    return looked;
  }
}
