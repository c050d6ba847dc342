package dev.chainfuse.classify;

import java.util.Arrays;
import java.util.SplittableRandom;

/** Random problems of many shapes, points near the edges of their boxes, and plain answers. */
final class RandomProblems {
  private static final int[][] SHAPES = {
    {32, 32, 16, 16, 8},
    {32, 32},
    {1},
    {1, 1, 1, 8},
    {32},
    {16, 8, 3},
    {32, 17, 24, 9, 2, 1, 1, 16, 16, 8, 32, 4},
    {12, 12, 12, 32, 32, 32},
  };

  private RandomProblems() {}

  /** A problem of up to {@code mostRules} rules. */
  static ClassifierProblem problem(SplittableRandom random, int mostRules) {
    int[] widths = SHAPES[random.nextInt(SHAPES.length)];
    ClassifierProblem.Builder builder = ClassifierProblem.builder(widths);
    int rules = random.nextInt(mostRules + 1);
    int endsOf10 = random.nextInt(11);
    int wholeOf10 = random.nextInt(11);
    int[] boxChoices = {1, 1, 1, 4, 9};
    int mostBoxes = boxChoices[random.nextInt(boxChoices.length)];
    long[][] pool = pool(random, widths);
    for (int rule = 0; rule < rules; rule++) {
      builder.rule(random.nextInt(10) < endsOf10);
      int boxes = mostBoxes == 1 ? 1 : random.nextInt(mostBoxes + 1);
      for (int box = 0; box < boxes; box++) {
        builder.box(box(random, widths, wholeOf10, pool));
      }
    }
    return builder.build();
  }

  /** Ranges that many boxes share, so that boxes overlap and nest. */
  private static long[][] pool(SplittableRandom random, int[] widths) {
    long[][] pool = new long[widths.length][];
    for (int field = 0; field < widths.length; field++) {
      pool[field] = new long[16];
      for (int i = 0; i < 16; i += 2) {
        range(random, widths[field], pool[field], i);
      }
    }
    return pool;
  }

  private static long[] box(SplittableRandom random, int[] widths, int wholeOf10, long[][] pool) {
    long[] bounds = new long[widths.length * 2];
    for (int field = 0; field < widths.length; field++) {
      if (random.nextInt(10) < wholeOf10) {
        bounds[field * 2 + 1] = (1L << widths[field]) - 1;
      } else if (random.nextInt(3) == 0) {
        int at = random.nextInt(8) * 2;
        bounds[field * 2] = pool[field][at];
        bounds[field * 2 + 1] = pool[field][at + 1];
      } else {
        range(random, widths[field], bounds, field * 2);
      }
    }
    return bounds;
  }

  private static void range(SplittableRandom random, int width, long[] bounds, int at) {
    long greatest = (1L << width) - 1;
    long value = random.nextLong(greatest + 1);
    switch (random.nextInt(6)) {
      case 0 -> { // a prefix
        long free = (1L << random.nextInt(width + 1)) - 1;
        bounds[at] = value & ~free;
        bounds[at + 1] = value | free;
      }
      case 1 -> { // a single value
        bounds[at] = value;
        bounds[at + 1] = value;
      }
      case 2 -> { // up to the greatest
        bounds[at] = value;
        bounds[at + 1] = greatest;
      }
      case 3 -> { // an extreme alone
        bounds[at] = random.nextBoolean() ? 0 : greatest;
        bounds[at + 1] = bounds[at];
      }
      case 4 -> { // near the middle
        bounds[at] = Math.max(0, greatest / 2 - random.nextInt(3));
        bounds[at + 1] = Math.min(greatest, greatest / 2 + random.nextInt(3));
      }
      default -> {
        long other = random.nextLong(greatest + 1);
        bounds[at] = Math.min(value, other);
        bounds[at + 1] = Math.max(value, other);
      }
    }
  }

  /** Points whose values lie on, beside or between the ends of ranges; one after another. */
  static int[] points(SplittableRandom random, ClassifierProblem problem, int count) {
    int fields = problem.fields();
    int[] points = new int[count * fields];
    for (int point = 0; point < count; point++) {
      int box = problem.boxes() == 0 ? -1 : random.nextInt(problem.boxes());
      for (int field = 0; field < fields; field++) {
        long greatest = problem.greatest(field);
        long value = random.nextLong(greatest + 1);
        if (box >= 0 && random.nextInt(8) != 0) {
          long low = problem.low(box, field);
          long high = problem.high(box, field);
          value =
              switch (random.nextInt(4)) {
                case 0 -> low - random.nextInt(2);
                case 1 -> high + random.nextInt(2);
                default -> low + random.nextLong(high - low + 1);
              };
        }
        points[point * fields + field] = (int) Math.max(0, Math.min(greatest, value));
      }
    }
    return points;
  }

  /** The values of each field. */
  static int[][] columns(int[] points, int fields) {
    int count = points.length / fields;
    int[][] columns = new int[fields][count];
    for (int point = 0; point < count; point++) {
      for (int field = 0; field < fields; field++) {
        columns[field][point] = points[point * fields + field];
      }
    }
    return columns;
  }

  /** The hit list by definition. */
  static int[] hitList(ClassifierProblem problem, int[] points, int offset) {
    int[] hits = new int[problem.rules()];
    int count = 0;
    for (int rule = 0; rule < problem.rules(); rule++) {
      if (matches(problem, rule, points, offset)) {
        hits[count++] = rule;
        if (problem.ends(rule)) {
          break;
        }
      }
    }
    return Arrays.copyOf(hits, count);
  }

  /** The first match by definition. */
  static int firstMatch(ClassifierProblem problem, int[] points, int offset, int from) {
    for (int rule = from; rule < problem.rules(); rule++) {
      if (matches(problem, rule, points, offset)) {
        return rule;
      }
    }
    return -1;
  }

  private static boolean matches(ClassifierProblem problem, int rule, int[] points, int offset) {
    for (int box = problem.firstBox(rule); box < problem.firstBox(rule + 1); box++) {
      boolean inside = true;
      for (int field = 0; field < problem.fields(); field++) {
        long value = points[offset + field] & 0xffff_ffffL;
        inside &= problem.low(box, field) <= value && value <= problem.high(box, field);
      }
      if (inside) {
        return true;
      }
    }
    return false;
  }
}
