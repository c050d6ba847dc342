package dev.chainfuse.classify;

import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * Looks at one box after another, in packed arrays: the field that excludes most boxes first, the
 * others only where it matches. Immutable and safe to share; look-ups allocate nothing.
 */
public final class LinearScan {
  private final int[] firstBox;
  private final int[] ruleOfBox;

  /** The fields that some box narrows, the most selective first. */
  private final int[] fields;

  private final int[] masks;

  /** {@code low[k][box]}: the low end of the box in field {@code fields[k]}. */
  private final int[][] low;

  /** {@code span[k][box]}: high end minus low end, unsigned, in field {@code fields[k]}. */
  private final int[][] span;

  private LinearScan(ClassifierProblem problem, int[] fields) {
    int boxes = problem.boxes();
    this.fields = fields;
    this.firstBox = new int[problem.rules() + 1];
    for (int rule = 0; rule <= problem.rules(); rule++) {
      firstBox[rule] = problem.firstBox(rule);
    }
    this.ruleOfBox = new int[boxes];
    this.masks = new int[fields.length];
    this.low = new int[fields.length][boxes];
    this.span = new int[fields.length][boxes];
    for (int box = 0; box < boxes; box++) {
      ruleOfBox[box] = problem.ruleOf(box);
    }
    for (int k = 0; k < fields.length; k++) {
      masks[k] = (int) problem.greatest(fields[k]);
      for (int box = 0; box < boxes; box++) {
        low[k][box] = (int) problem.low(box, fields[k]);
        span[k][box] = (int) (problem.high(box, fields[k]) - problem.low(box, fields[k]));
      }
    }
  }

  /** The scan of a problem. */
  public static LinearScan build(ClassifierProblem problem) {
    int[] fields =
        IntStream.range(0, problem.fields())
            .filter(problem::isRead)
            .boxed()
            .sorted(Comparator.comparingDouble(field -> passing(problem, field)))
            .mapToInt(Integer::intValue)
            .toArray();
    return new LinearScan(problem, fields);
  }

  /** How many boxes a point that lies in some box passes in a field, by the widths of ranges. */
  private static double passing(ClassifierProblem problem, int field) {
    double bits = 0;
    for (int box = 0; box < problem.boxes(); box++) {
      double size = problem.high(box, field) - problem.low(box, field) + 1.0;
      bits += Math.log(size / (problem.greatest(field) + 1.0));
    }
    return bits;
  }

  /**
   * The first rule that matches.
   *
   * @param point holds the values of all fields in their order
   * @param offset where they start
   * @param from the first rule to look at
   * @return the rule, at least {@code from}, or -1 if none matches
   */
  public int firstMatch(int[] point, int offset, int from) {
    int end = ruleOfBox.length;
    if (from >= firstBox.length) {
      return -1;
    }
    int box = firstBox[from];
    if (fields.length == 0) {
      return box < end ? ruleOfBox[box] : -1;
    }
    int[] low0 = low[0];
    int[] span0 = span[0];
    int value = point[offset + fields[0]] & masks[0];
    for (; box < end; box++) {
      if (within(value, low0[box], span0[box]) && othersMatch(point, offset, box)) {
        return ruleOfBox[box];
      }
    }
    return -1;
  }

  /**
   * The first rule that matches each of many points.
   *
   * @param columns for each field the values of all points
   * @param from the first point
   * @param to the end of the points, exclusive
   * @param out takes the rule, or -1, of point i at index i
   */
  public void firstMatch(int[][] columns, int from, int to, int[] out) {
    for (int i = from; i < to; i++) {
      out[i] = firstMatch(columns, i);
    }
  }

  private int firstMatch(int[][] columns, int i) {
    int end = ruleOfBox.length;
    if (fields.length == 0) {
      return end > 0 ? ruleOfBox[0] : -1;
    }
    int[] low0 = low[0];
    int[] span0 = span[0];
    int value = columns[fields[0]][i] & masks[0];
    for (int box = 0; box < end; box++) {
      if (within(value, low0[box], span0[box]) && othersMatch(columns, i, box)) {
        return ruleOfBox[box];
      }
    }
    return -1;
  }

  private boolean othersMatch(int[][] columns, int i, int box) {
    for (int k = 1; k < fields.length; k++) {
      if (!within(columns[fields[k]][i] & masks[k], low[k][box], span[k][box])) {
        return false;
      }
    }
    return true;
  }

  private boolean othersMatch(int[] point, int offset, int box) {
    for (int k = 1; k < fields.length; k++) {
      if (!within(point[offset + fields[k]] & masks[k], low[k][box], span[k][box])) {
        return false;
      }
    }
    return true;
  }

  private static boolean within(int value, int low, int span) {
    return Integer.compareUnsigned(value - low, span) <= 0;
  }

  /** The size of all arrays in bytes, headers included. */
  public long memoryBytes() {
    long bytes = 16 * 2 + 4L * (firstBox.length + ruleOfBox.length);
    bytes += 16 * 2 + 4L * 2 * fields.length;
    return bytes + 2L * fields.length * (16 + 4 + 4L * ruleOfBox.length) + 32;
  }
}
