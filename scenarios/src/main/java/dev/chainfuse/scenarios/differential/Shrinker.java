package dev.chainfuse.scenarios.differential;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Makes a case that disagrees smaller while it does: fewer frames, fewer rules. */
final class Shrinker {
  private static final int MOST_RUNS = 160;

  private final Laboratory laboratory;
  private int runs;

  /** Which disagreement is followed: a smaller case may show another. */
  private final String what;

  Shrinker(Laboratory laboratory, String what) {
    this.laboratory = laboratory;
    this.what = what;
  }

  /** The smallest case found; the same if the disagreement does not show again. */
  Case shrink(Case whole) {
    Case smallest = whole;
    int before;
    do {
      before = smallest.steps().size() + smallest.rules().length();
      Case at = smallest;
      smallest = at.withSteps(fewer(at.steps(), steps -> disagrees(at.withSteps(steps))));
      Case now = smallest;
      List<String> lines = List.of(now.rules().split("\n"));
      List<Integer> rules = new ArrayList<>();
      for (int i = 0; i < lines.size(); i++) {
        if (lines.get(i).startsWith("-A")) {
          rules.add(i);
        }
      }
      List<Integer> kept = fewer(rules, k -> disagrees(now.withRules(text(lines, k))));
      smallest = now.withRules(text(lines, kept));
    } while (smallest.steps().size() + smallest.rules().length() < before && runs < MOST_RUNS);
    return smallest;
  }

  /** The file with only those of its rules. */
  private static String text(List<String> lines, List<Integer> rules) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < lines.size(); i++) {
      if (!lines.get(i).startsWith("-A") || rules.contains(i)) {
        out.append(lines.get(i)).append('\n');
      }
    }
    return out.toString();
  }

  /** Whether both sides still differ; rules that iptables refuses do not count. */
  boolean disagrees(Case small) {
    runs++;
    try {
      Trial.Disagreement shown = laboratory.run(small).disagreement();
      return shown != null && shown.what().equals(what);
    } catch (Laboratory.RefusedException | dev.chainfuse.rules.text.RuleFileException e) {
      return false;
    }
  }

  private interface Test<T> {
    boolean holds(List<T> items);
  }

  /** Leaves out ever smaller runs of items. */
  private <T> List<T> fewer(List<T> items, Test<T> test) {
    List<T> kept = Objects.requireNonNull(items);
    for (int size = Math.max(1, kept.size() / 2); size > 0; size /= 2) {
      for (int at = kept.size() - size; at >= -size + 1 && runs < MOST_RUNS; at -= size) {
        int from = Math.max(0, at);
        List<T> without = new ArrayList<>(kept.subList(0, from));
        without.addAll(kept.subList(Math.min(kept.size(), at + size), kept.size()));
        if (without.size() < kept.size() && test.holds(without)) {
          kept = without;
        }
      }
    }
    return kept;
  }
}
