package dev.chainfuse.classify;

import java.util.ArrayList;
import java.util.List;

/**
 * Several fields side by side in a long, so that one subtraction compares all of them. Each lane is
 * a field's width with a guard bit above:
 *
 * <pre>
 *   63         42   41      40    25   24      23     8    7      6 ...
 *  +---------------+-----+---------+-----+----------+-----+---------+
 *  |    unused     |  g  | field b |  g  | field a  |  g  | field c |
 *  +---------------+-----+---------+-----+----------+-----+---------+
 * </pre>
 *
 * With guards set in the minuend, a guard survives the subtraction if and only if its lane did not
 * borrow. Fields that do not fit into one word continue in the next.
 */
final class Lanes {
  private final int[] fields;
  private final int[] masks;
  private final int[] shifts;

  /** Fields of word w are {@code wordStart[w]} to {@code wordStart[w + 1]}, exclusive. */
  private final int[] wordStart;

  private final long[] guards;

  Lanes(ClassifierProblem problem, int[] fields) {
    this.fields = fields;
    this.masks = new int[fields.length];
    this.shifts = new int[fields.length];
    List<Integer> starts = new ArrayList<>();
    List<Long> guardOfWord = new ArrayList<>();
    int used = 64;
    long guard = 0;
    for (int k = 0; k < fields.length; k++) {
      int width = problem.width(fields[k]);
      if (used + width + 1 > 64) {
        if (k > 0) {
          guardOfWord.add(guard);
        }
        starts.add(k);
        used = 0;
        guard = 0;
      }
      masks[k] = (int) problem.greatest(fields[k]);
      shifts[k] = used;
      guard |= 1L << (used + width);
      used += width + 1;
    }
    if (starts.isEmpty()) {
      starts.add(0);
    }
    guardOfWord.add(guard);
    starts.add(fields.length);
    this.wordStart = starts.stream().mapToInt(Integer::intValue).toArray();
    this.guards = guardOfWord.stream().mapToLong(Long::longValue).toArray();
  }

  /** The number of words, at least 1. */
  int words() {
    return guards.length;
  }

  /** The lanes of a point. */
  long pack(int word, int[] point, int offset) {
    long packed = 0;
    for (int k = wordStart[word]; k < wordStart[word + 1]; k++) {
      packed |= (point[offset + fields[k]] & masks[k] & 0xffff_ffffL) << shifts[k];
    }
    return packed;
  }

  /** The lanes of a point that is given by columns. */
  long pack(int word, int[][] columns, int i) {
    long packed = 0;
    for (int k = wordStart[word]; k < wordStart[word + 1]; k++) {
      packed |= (columns[fields[k]][i] & masks[k] & 0xffff_ffffL) << shifts[k];
    }
    return packed;
  }

  /** The low ends of a box. */
  long low(int word, ClassifierProblem problem, int box) {
    long packed = 0;
    for (int k = wordStart[word]; k < wordStart[word + 1]; k++) {
      packed |= problem.low(box, fields[k]) << shifts[k];
    }
    return packed;
  }

  /** The high ends of a box, with guards. */
  long guardedHigh(int word, ClassifierProblem problem, int box) {
    long packed = guards[word];
    for (int k = wordStart[word]; k < wordStart[word + 1]; k++) {
      packed |= problem.high(box, fields[k]) << shifts[k];
    }
    return packed;
  }

  long guard(int word) {
    return guards[word];
  }

  /** Whether each lane of a point is within its range. */
  static boolean within(long packed, long low, long guardedHigh, long guard) {
    return (((packed | guard) - low) & (guardedHigh - packed) & guard) == guard;
  }

  long memoryBytes() {
    return 16 * 5 + 4L * (3 * fields.length + wordStart.length) + 8L * guards.length;
  }
}
