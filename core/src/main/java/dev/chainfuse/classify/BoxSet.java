package dev.chainfuse.classify;

import java.util.Arrays;

/**
 * A changeable set of boxes: words of 64, and a summary with a bit for each word that is not zero.
 * Words without their bit in the summary have no meaning, so that emptying a set is cheap.
 */
final class BoxSet {
  final long[] words;
  final long[] summary;

  BoxSet(int boxes) {
    this.words = new long[Math.max(1, (boxes + 63) >>> 6)];
    this.summary = new long[(words.length + 63) >>> 6];
  }

  void clear() {
    Arrays.fill(summary, 0);
  }

  void copyFrom(BoxSet other) {
    System.arraycopy(other.words, 0, words, 0, words.length);
    System.arraycopy(other.summary, 0, summary, 0, summary.length);
  }

  /** Sets a word. */
  void put(int word, long bits) {
    words[word] = bits;
    if (bits == 0) {
      summary[word >>> 6] &= ~(1L << word);
    } else {
      summary[word >>> 6] |= 1L << word;
    }
  }

  long word(int word) {
    return (summary[word >>> 6] >>> word & 1) == 0 ? 0 : words[word];
  }

  void add(int box) {
    put(box >>> 6, word(box >>> 6) | 1L << box);
  }

  void remove(int box) {
    put(box >>> 6, word(box >>> 6) & ~(1L << box));
  }

  /** The first word at or after {@code from} that is not zero, or -1. */
  int nextWord(int from) {
    int block = from >>> 6;
    if (block >= summary.length) {
      return -1;
    }
    long rest = summary[block] & -1L << from;
    while (rest == 0) {
      if (++block == summary.length) {
        return -1;
      }
      rest = summary[block];
    }
    return (block << 6) + Long.numberOfTrailingZeros(rest);
  }

  /** Removes boxes {@code from} to {@code to}, exclusive. */
  void remove(int from, int to) {
    if (from >= to) {
      return;
    }
    int last = (to - 1) >>> 6;
    for (int w = nextWord(from >>> 6); w >= 0 && w <= last; w = nextWord(w + 1)) {
      long gone = -1L;
      if (w == from >>> 6) {
        gone &= -1L << from;
      }
      if (w == last) {
        gone &= -1L >>> -to;
      }
      put(w, words[w] & ~gone);
    }
  }
}
