package dev.chainfuse.classify;

import java.util.Arrays;
import java.util.Comparator;
import java.util.function.IntToLongFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The sets of boxes that are still possible, for each class of one or several fields: a node of a
 * decision table under construction.
 *
 * @param sets the distinct sets; a set's number is the class
 * @param words the length of a set in 64-bit words
 */
record FieldSets(SetPool sets, int words) {

  /** The most classes that a {@code char} tells apart. */
  static final int MOST_CLASSES = 1 << 16;

  int classes() {
    return sets.size();
  }

  /** The classes of a single field; fills in the class of each interval; null if too many. */
  static @Nullable FieldSets of(
      ClassifierProblem problem, int field, Pruning pruning, long[] starts, int[] classes) {
    int boxes = problem.boxes();
    int words = pruning.words();
    SetPool sets = new SetPool(words, MOST_CLASSES);
    int[] byLow = order(boxes, box -> problem.low(box, field));
    int[] byHigh = order(boxes, box -> problem.high(box, field));
    long[] current = new long[words];
    long[] pruned = new long[words];
    int entering = 0;
    int leaving = 0;
    for (int i = 0; i < starts.length; i++) {
      while (leaving < boxes && problem.high(byHigh[leaving], field) < starts[i]) {
        int box = byHigh[leaving++];
        current[box >>> 6] &= ~(1L << box);
      }
      while (entering < boxes && problem.low(byLow[entering], field) <= starts[i]) {
        int box = byLow[entering++];
        current[box >>> 6] |= 1L << box;
      }
      System.arraycopy(current, 0, pruned, 0, words);
      pruning.prune(pruned);
      classes[i] = sets.intern(pruned);
      if (classes[i] < 0) {
        return null;
      }
    }
    return new FieldSets(sets, words);
  }

  private static int[] order(int boxes, IntToLongFunction key) {
    return IntStream.range(0, boxes)
        .boxed()
        .sorted(Comparator.comparingLong(key::applyAsLong))
        .mapToInt(Integer::intValue)
        .toArray();
  }

  /** The classes of all pairs, row by row in {@code cells}; null if they are too many. */
  static @Nullable FieldSets combine(FieldSets rows, FieldSets columns, Pruning pruning, char[] cells) {
    int words = pruning.words();
    SetPool sets = new SetPool(words, MOST_CLASSES);
    long[] left = rows.sets.words();
    long[] right = columns.sets.words();
    long[] both = new long[words];
    int cell = 0;
    for (int row = 0; row < rows.classes(); row++) {
      for (int column = 0; column < columns.classes(); column++) {
        for (int w = 0; w < words; w++) {
          both[w] = left[row * words + w] & right[column * words + w];
        }
        pruning.prune(both);
        int number = sets.intern(both);
        if (number < 0) {
          return null;
        }
        cells[cell++] = (char) number;
      }
    }
    return new FieldSets(sets, words);
  }

  /** The set of a class, to be read only. */
  long[] setOf(int number) {
    return Arrays.copyOfRange(sets.words(), number * words, (number + 1) * words);
  }
}
