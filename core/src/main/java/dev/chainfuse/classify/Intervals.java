package dev.chainfuse.classify;

import java.util.Arrays;

/**
 * A partition of a field's values into consecutive intervals, each with a class.
 *
 * @param starts the first value of each interval, ascending; the first is 0
 * @param classes the class of each interval
 * @param width the width of the field in bits
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Intervals(long[] starts, int[] classes, int width) {

  /** The distinct values where a range of some box begins, or follows the end of one; with 0. */
  static long[] startsOf(ClassifierProblem problem, int field) {
    int boxes = problem.boxes();
    long[] starts = new long[boxes * 2 + 1];
    for (int box = 0; box < boxes; box++) {
      starts[box * 2 + 1] = problem.low(box, field);
      long after = problem.high(box, field) + 1;
      starts[box * 2 + 2] = after > problem.greatest(field) ? 0 : after;
    }
    return distinct(starts);
  }

  /** The values in ascending order, each once; changes its argument. */
  static long[] distinct(long[] values) {
    Arrays.sort(values);
    int kept = 0;
    for (int i = 0; i < values.length; i++) {
      if (i == 0 || values[i] != values[i - 1]) {
        values[kept++] = values[i];
      }
    }
    return Arrays.copyOf(values, kept);
  }
}
