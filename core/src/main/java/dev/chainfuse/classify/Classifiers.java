package dev.chainfuse.classify;

/** Chooses the structure for a problem. */
public final class Classifiers {
  /** Up to so many boxes are looked at one after another. */
  static final int FEW_BOXES = 4;

  /** Above so many boxes a decision table is not tried. */
  static final int TABLE_BOXES = 16_384;

  private Classifiers() {}

  /**
   * Compiles a problem: few boxes into a linear scan, up to a few thousand into a decision table if
   * the budget allows it, anything else into a tuple search. Never fails, and time and memory of
   * what exceeds the budget are about linear in the number of boxes.
   *
   * @param budget what the decision table may cost
   */
  public static Classifier build(ClassifierProblem problem, Budget budget) {
    LinearScan scan = LinearScan.build(problem);
    if (problem.boxes() <= FEW_BOXES || problem.fields() == 0) {
      return new Classifier(scan, null, null);
    }
    if (problem.boxes() <= TABLE_BOXES) {
      DecisionTable table = DecisionTable.build(problem, budget);
      if (table != null) {
        return new Classifier(scan, table, null);
      }
    }
    return new Classifier(scan, null, TupleSearch.build(problem));
  }
}
