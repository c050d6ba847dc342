package dev.chainfuse.classify;

import java.util.BitSet;

/**
 * Removes from a set what cannot change the result any more. A box is <em>certain</em> when the
 * fields that remain to be looked at do not narrow it: its rule matches, so the rule's later boxes
 * are needless, and if the rule ends the search, so are all later rules.
 *
 * <p>Only boxes after the certain one are removed, never those before it: of two sets that are
 * joined, each may hold a box that is certain to it, and the lower of the two must survive in both.
 */
final class Pruning {
  private final ClassifierProblem problem;
  private final int words;
  private final long[] certain;
  private final boolean last;

  /**
   * @param looked the fields that are looked at
   */
  Pruning(ClassifierProblem problem, BitSet looked) {
    this.problem = problem;
    this.words = Math.max(1, (problem.boxes() + 63) >>> 6);
    this.certain = new long[words];
    boolean all = true;
    for (int field = 0; field < problem.fields(); field++) {
      all &= looked.get(field) || !problem.isRead(field);
    }
    this.last = all;
    for (int box = 0; box < problem.boxes(); box++) {
      if (isCertain(box, looked)) {
        certain[box >>> 6] |= 1L << box;
      }
    }
  }

  private boolean isCertain(int box, BitSet looked) {
    for (int field = 0; field < problem.fields(); field++) {
      if (!looked.get(field) && !problem.isWhole(box, field)) {
        return false;
      }
    }
    return true;
  }

  int words() {
    return words;
  }

  /** Prunes the set in place. */
  void prune(long[] set) {
    for (int w = 0; w < words; w++) {
      long sure = set[w] & certain[w];
      while (sure != 0) {
        int box = (w << 6) + Long.numberOfTrailingZeros(sure);
        int rule = problem.ruleOf(box);
        if (problem.ends(rule)) {
          clear(set, box + 1, problem.boxes());
          if (last) {
            canonical(set, box, rule);
          }
          return;
        }
        if (problem.firstBox(rule + 1) - problem.firstBox(rule) > 1) {
          clear(set, box + 1, problem.firstBox(rule + 1));
          if (last) {
            canonical(set, box, rule);
          }
        }
        sure &= sure - 1;
        sure &= set[w];
      }
    }
  }

  /** When nothing remains to be looked at, a rule is told by its first box. */
  private void canonical(long[] set, int box, int rule) {
    int first = problem.firstBox(rule);
    clear(set, first, box + 1);
    set[first >>> 6] |= 1L << first;
  }

  private static void clear(long[] set, int from, int to) {
    if (from >= to) {
      return;
    }
    int firstWord = from >>> 6;
    int lastWord = (to - 1) >>> 6;
    long firstMask = -1L << from;
    long lastMask = -1L >>> -to;
    if (firstWord == lastWord) {
      set[firstWord] &= ~(firstMask & lastMask);
      return;
    }
    set[firstWord] &= ~firstMask;
    for (int w = firstWord + 1; w < lastWord; w++) {
      set[w] = 0;
    }
    set[lastWord] &= ~lastMask;
  }
}
