package dev.chainfuse.classify;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Recursive flow classification (P. Gupta and N. McKeown, "Packet classification on multiple
 * fields", SIGCOMM 1999) without branches on data: each field that some rule reads is mapped to a
 * class by a {@link RangeTrie}, classes are joined pair by pair through {@link PairTable}s, and the
 * last class is the number of a hit list.
 *
 * <p>Immutable and safe to share. Look-ups allocate nothing.
 */
public final class DecisionTable {
  /** How many points go through one step before the next: their classes stay in the L1 cache. */
  private static final int CHUNK = 256;

  /**
   * A step of the evaluation. It works on a stack of two classes in one int:
   *
   * <pre>
   *   31               16 15                0
   *  +-------------------+-------------------+
   *  |       below       |        top        |
   *  +-------------------+-------------------+
   * </pre>
   *
   * Without a table the class of the field is pushed; with field and table it is joined to the top;
   * without a field the two are joined.
   */
  record Step(int field, @Nullable RangeTrie trie, @Nullable PairTable table) {}

  /**
   * What a table consists of.
   *
   * @param classes for each field of the problem: its number of classes; 1 if no rule reads it
   * @param tables the joining tables in the order of evaluation
   * @param hitLists the number of hit lists
   * @param work the elementary steps spent on building
   */
  public record Statistics(
      List<Integer> classes, List<TableShape> tables, int hitLists, long work) {}

  /** The size of a joining table; paged if equal stretches of 16 cells are stored once. */
  public record TableShape(int rows, int columns, boolean paged, long memoryBytes) {}

  private static final int PUSH = 0;
  private static final int JOIN = 1;
  private static final int MERGE = 2;

  private final int[] kinds;
  private final int[] fields;
  private final RangeTrie[] tries;
  private final PairTable[] tables;
  private final HitLists hitLists;

  /** For each hit list its first rule, or -1. */
  private final int[] firstRules;

  private final Statistics statistics;
  private final long memoryBytes;

  DecisionTable(List<Step> steps, HitLists hitLists, Statistics statistics) {
    int count = steps.size();
    this.kinds = new int[count];
    this.fields = new int[count];
    this.tries = new RangeTrie[count];
    this.tables = new PairTable[count];
    for (int i = 0; i < count; i++) {
      Step step = steps.get(i);
      kinds[i] = step.table() == null ? PUSH : step.trie() == null ? MERGE : JOIN;
      fields[i] = step.field();
      tries[i] = step.trie();
      tables[i] = step.table();
    }
    this.hitLists = hitLists;
    this.firstRules = hitLists.firstRules();
    this.statistics = statistics;
    this.memoryBytes = memoryOf(steps, hitLists);
  }

  /** Builds the table of a problem, or returns null if it would exceed the budget. */
  public static @Nullable DecisionTable build(ClassifierProblem problem, Budget budget) {
    return new DecisionTableBuilder(problem, budget).build();
  }

  /**
   * The hit list of one point.
   *
   * @param point holds the values of all fields in their order
   * @param offset where they start
   */
  public int classify(int[] point, int offset) {
    int stack = 0;
    for (int i = 0; i < kinds.length; i++) {
      switch (kinds[i]) {
        case PUSH -> stack = stack << 16 | tries[i].classOf(point[offset + fields[i]]);
        case JOIN ->
            stack =
                (stack & 0xffff_0000)
                    | tables[i].classOf(
                        stack & 0xffff, tries[i].classOf(point[offset + fields[i]]));
        default -> stack = tables[i].classOf(stack >>> 16, stack & 0xffff);
      }
    }
    return stack;
  }

  /**
   * The hit lists of many points; equal to classifying each alone.
   *
   * @param columns for each field the values of all points; columns of fields that no rule reads
   *     are not touched
   * @param from the first point
   * @param to the end of the points, exclusive
   * @param out takes the hit list of point i at index i
   */
  public void classify(int[][] columns, int from, int to, int[] out) {
    for (int start = from; start < to; start += CHUNK) {
      int end = Math.min(to, start + CHUNK);
      if (kinds.length == 0) {
        Arrays.fill(out, start, end, 0);
      }
      for (int i = 0; i < kinds.length; i++) {
        switch (kinds[i]) {
          case PUSH -> push(tries[i], columns[fields[i]], start, end, out, i == 0 ? 0 : -1);
          case JOIN -> join(tries[i], tables[i], columns[fields[i]], start, end, out);
          default -> merge(tables[i], start, end, out);
        }
      }
    }
  }

  /** The first push keeps none of what was in the stacks, the others keep all. */
  private static void push(RangeTrie trie, int[] column, int from, int to, int[] stacks, int kept) {
    for (int i = from; i < to; i++) {
      stacks[i] = (stacks[i] & kept) << 16 | trie.classOf(column[i]);
    }
  }

  private static void join(
      RangeTrie trie, PairTable table, int[] column, int from, int to, int[] stacks) {
    for (int i = from; i < to; i++) {
      int stack = stacks[i];
      stacks[i] = (stack & 0xffff_0000) | table.classOf(stack & 0xffff, trie.classOf(column[i]));
    }
  }

  private static void merge(PairTable table, int from, int to, int[] stacks) {
    for (int i = from; i < to; i++) {
      stacks[i] = table.classOf(stacks[i] >>> 16, stacks[i] & 0xffff);
    }
  }

  /** The first rule of each point's hit list, or -1; otherwise like the batched classify. */
  void firstMatch(int[][] columns, int from, int to, int[] out) {
    classify(columns, from, to, out);
    int[] first = firstRules;
    for (int i = from; i < to; i++) {
      out[i] = first[out[i]];
    }
  }

  /** The number of hit lists; they are numbered from 0. */
  public int hitLists() {
    return hitLists.start().length - 1;
  }

  /** The rules of a hit list in ascending order, in an array of its own. */
  public int[] rulesOf(int hitList) {
    return hitLists.rulesOf(hitList);
  }

  /**
   * Where the rules of a hit list start in {@link #hitListRule}; the next list's start is the end.
   */
  public int hitListStart(int hitList) {
    return hitLists.start()[hitList];
  }

  /** The rule at a position of the concatenation of all hit lists. */
  public int hitListRule(int position) {
    return hitLists.rules()[position];
  }

  /** What the table consists of. */
  public Statistics statistics() {
    return statistics;
  }

  /** The size of all arrays in bytes, headers included. */
  public long memoryBytes() {
    return memoryBytes;
  }

  static long memoryOf(List<Step> steps, HitLists hitLists) {
    long bytes = 16 + hitLists.start().length * 4L + 16 + hitLists.rules().length * 4L;
    bytes += 16 + (hitLists.start().length - 1) * 4L;
    for (Step step : steps) {
      bytes += step.trie() == null ? 0 : step.trie().memoryBytes();
      bytes += step.table() == null ? 0 : step.table().memoryBytes();
    }
    return bytes;
  }
}
