package dev.chainfuse.classify;

import org.jspecify.annotations.Nullable;

/**
 * The compiled form of a {@link ClassifierProblem}, whichever structure suits it. Immutable and
 * safe to share; look-ups allocate nothing. Made by {@link Classifiers}.
 */
public final class Classifier {
  /** The structure behind a classifier. */
  public enum Structure {
    /** One box after another. */
    LINEAR_SCAN,
    /** Recursive flow classification; the only one with hit lists. */
    DECISION_TABLE,
    /** Hash tables by prefix lengths. */
    TUPLE_SEARCH
  }

  private final LinearScan scan;
  private final @Nullable DecisionTable table;
  private final @Nullable TupleSearch tuples;

  Classifier(LinearScan scan, @Nullable DecisionTable table, @Nullable TupleSearch tuples) {
    this.scan = scan;
    this.table = table;
    this.tuples = tuples;
  }

  /** The structure behind this classifier. */
  public Structure structure() {
    if (table != null) {
      return Structure.DECISION_TABLE;
    }
    return tuples != null ? Structure.TUPLE_SEARCH : Structure.LINEAR_SCAN;
  }

  /** The decision table with its hit lists, if that is the structure. */
  public @Nullable DecisionTable table() {
    return table;
  }

  /**
   * The first rule that matches, whether or not an earlier one ends the search.
   *
   * @param point holds the values of all fields in their order
   * @param offset where they start
   * @param from the first rule to look at; 0 or more
   * @return the rule, at least {@code from}, or -1 if none matches
   */
  public int firstMatch(int[] point, int offset, int from) {
    if (table != null) {
      return firstInList(table, point, offset, from);
    }
    if (tuples != null) {
      return tuples.firstMatch(point, offset, from);
    }
    return scan.firstMatch(point, offset, from);
  }

  private int firstInList(DecisionTable lists, int[] point, int offset, int from) {
    int list = lists.classify(point, offset);
    int end = lists.hitListStart(list + 1);
    for (int at = lists.hitListStart(list); at < end; at++) {
      if (lists.hitListRule(at) >= from) {
        return lists.hitListRule(at);
      }
    }
    // The list may have been cut by a rule before {@code from}.
    return from == 0 ? -1 : scan.firstMatch(point, offset, from);
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
    if (table != null) {
      table.firstMatch(columns, from, to, out);
    } else if (tuples != null) {
      tuples.firstMatch(columns, from, to, out);
    } else {
      scan.firstMatch(columns, from, to, out);
    }
  }

  /** Whether {@link #hitList} may be asked. */
  public boolean hasHitLists() {
    return table != null;
  }

  /**
   * The number of a point's hit list; its rules are in {@link #table()}.
   *
   * @throws IllegalStateException unless {@link #hasHitLists()}
   */
  public int hitList(int[] point, int offset) {
    if (table == null) {
      throw new IllegalStateException("a " + structure() + " has no hit lists");
    }
    return table.classify(point, offset);
  }

  /** The size of all arrays in bytes, headers included. */
  public long memoryBytes() {
    return scan.memoryBytes()
        + (table == null ? 0 : table.memoryBytes())
        + (tuples == null ? 0 : tuples.memoryBytes());
  }
}
