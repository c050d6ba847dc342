package dev.chainfuse.classify;

import java.util.Comparator;
import java.util.function.IntToLongFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The sets of boxes that are still possible, for each class of one or several fields: a node of a
 * decision table under construction.
 *
 * @param sets the distinct sets; a set's number is the class
 */
record FieldSets(SetPool sets) {

  /** The most classes that a {@code char} tells apart. */
  static final int MOST_CLASSES = 1 << 16;

  int classes() {
    return sets.size();
  }

  /**
   * The classes of a single field; fills in the class of each interval; null if the classes or the
   * work are too many.
   */
  static @Nullable FieldSets of(
      ClassifierProblem problem,
      int field,
      Pruning pruning,
      long[] starts,
      int[] classes,
      Work work) {
    int boxes = problem.boxes();
    SetPool sets = new SetPool(boxes, MOST_CLASSES);
    int[] byLow = order(boxes, box -> problem.low(box, field));
    int[] byHigh = order(boxes, box -> problem.high(box, field));
    BoxSet current = new BoxSet(boxes);
    BoxSet pruned = new BoxSet(boxes);
    int entering = 0;
    int leaving = 0;
    for (int i = 0; i < starts.length; i++) {
      while (leaving < boxes && problem.high(byHigh[leaving], field) < starts[i]) {
        current.remove(byHigh[leaving++]);
      }
      while (entering < boxes && problem.low(byLow[entering], field) <= starts[i]) {
        current.add(byLow[entering++]);
      }
      pruned.copyFrom(current);
      pruning.prune(pruned);
      classes[i] = sets.intern(pruned);
      if (classes[i] < 0 || !work.spend(pruned.words.length)) {
        return null;
      }
    }
    return new FieldSets(sets);
  }

  private static int[] order(int boxes, IntToLongFunction key) {
    return IntStream.range(0, boxes)
        .boxed()
        .sorted(Comparator.comparingLong(key::applyAsLong))
        .mapToInt(Integer::intValue)
        .toArray();
  }

  /**
   * The classes of all pairs, row by row in {@code cells}; null if the classes or the work are too
   * many.
   */
  static @Nullable FieldSets combine(
      FieldSets rows, FieldSets columns, int boxes, Pruning pruning, char[] cells, Work work) {
    SetPool sets = new SetPool(boxes, MOST_CLASSES);
    BoxSet both = new BoxSet(boxes);
    int cell = 0;
    for (int row = 0; row < rows.classes(); row++) {
      for (int column = 0; column < columns.classes(); column++) {
        int looked =
            SetPool.intersect(rows.sets, row, columns.sets, column, pruning.ending(), both);
        pruning.prune(both);
        int number = sets.intern(both);
        if (number < 0 || !work.spend(looked + 4)) {
          return null;
        }
        cells[cell++] = (char) number;
      }
    }
    return new FieldSets(sets);
  }
}
