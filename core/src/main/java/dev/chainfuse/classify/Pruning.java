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
  private final long[] certain;
  private final long[] ending;
  private final boolean last;

  /**
   * @param looked the fields that are looked at
   */
  Pruning(ClassifierProblem problem, BitSet looked) {
    this.problem = problem;
    this.certain = new long[Math.max(1, (problem.boxes() + 63) >>> 6)];
    this.ending = new long[certain.length];
    boolean all = true;
    for (int field = 0; field < problem.fields(); field++) {
      all &= looked.get(field) || !problem.isRead(field);
    }
    this.last = all;
    for (int box = 0; box < problem.boxes(); box++) {
      if (isCertain(box, looked)) {
        certain[box >>> 6] |= 1L << box;
        if (problem.ends(problem.ruleOf(box))) {
          ending[box >>> 6] |= 1L << box;
        }
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

  /** Words of the boxes that are certain and end the search. */
  long[] ending() {
    return ending;
  }

  /** Prunes the set in place. */
  void prune(BoxSet set) {
    for (int w = set.nextWord(0); w >= 0; w = set.nextWord(w + 1)) {
      long sure = set.words[w] & certain[w];
      while (sure != 0) {
        int box = (w << 6) + Long.numberOfTrailingZeros(sure);
        int rule = problem.ruleOf(box);
        if (problem.ends(rule)) {
          set.remove(box + 1, problem.boxes());
        } else {
          set.remove(box + 1, problem.firstBox(rule + 1));
        }
        if (last && problem.firstBox(rule) != box) {
          // When nothing remains to be looked at, a rule is told by its first box.
          set.remove(box);
          set.add(problem.firstBox(rule));
        }
        sure &= sure - 1;
        sure &= set.word(w);
      }
    }
  }
}
