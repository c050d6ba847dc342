package dev.chainfuse.classify;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.chainfuse.Seeds;
import java.util.Arrays;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Every structure gives the answer that the definition gives, for random problems. */
class ClassifierPropertyTest {
  private static final Budget AMPLE = new Budget(1L << 28, 1L << 32);
  private static final int POINTS = 200;

  @Test
  void decisionTableFindsTheHitList() {
    Seeds.each(
        300,
        seed -> {
          SplittableRandom random = new SplittableRandom(seed);
          ClassifierProblem problem = RandomProblems.problem(random, 40);
          DecisionTable table = Objects.requireNonNull(DecisionTable.build(problem, AMPLE));
          int[] points = RandomProblems.points(random, problem, POINTS);
          for (int i = 0; i < points.length; i += problem.fields()) {
            assertArrayEquals(
                RandomProblems.hitList(problem, points, i),
                table.rulesOf(table.classify(points, i)));
          }
        });
  }

  @Test
  void decisionTableOfABatchEqualsOneByOne() {
    Seeds.each(
        100,
        seed -> {
          SplittableRandom random = new SplittableRandom(seed);
          ClassifierProblem problem = RandomProblems.problem(random, 30);
          DecisionTable table = Objects.requireNonNull(DecisionTable.build(problem, AMPLE));
          int[] points = RandomProblems.points(random, problem, 700);
          int[][] columns = RandomProblems.columns(points, problem.fields());
          int from = random.nextInt(5);
          int to = from + random.nextInt(695);
          int[] out = new int[700];
          Arrays.fill(out, 0x7fff_ffff);
          table.classify(columns, from, to, out);
          for (int i = 0; i < out.length; i++) {
            boolean inside = from <= i && i < to;
            assertEquals(
                inside ? table.classify(points, i * problem.fields()) : 0x7fff_ffff, out[i]);
          }
        });
  }

  @Test
  void scanAndTupleSearchFindTheFirstMatch() {
    Seeds.each(
        300,
        seed -> {
          SplittableRandom random = new SplittableRandom(seed);
          ClassifierProblem problem = RandomProblems.problem(random, 60);
          LinearScan scan = LinearScan.build(problem);
          TupleSearch tuples = TupleSearch.build(problem);
          int[] points = RandomProblems.points(random, problem, POINTS);
          for (int i = 0; i < points.length; i += problem.fields()) {
            int from = random.nextBoolean() ? 0 : random.nextInt(problem.rules() + 2);
            int expected = RandomProblems.firstMatch(problem, points, i, from);
            assertEquals(expected, scan.firstMatch(points, i, from), "scan");
            assertEquals(expected, tuples.firstMatch(points, i, from), "tuples");
          }
        });
  }

  @Test
  void classifierFindsTheFirstMatchWhateverItsStructure() {
    Budget[] budgets = {AMPLE, new Budget(0, 0)};
    Seeds.each(
        200,
        seed -> {
          SplittableRandom random = new SplittableRandom(seed);
          ClassifierProblem problem = RandomProblems.problem(random, 30);
          int[] points = RandomProblems.points(random, problem, POINTS);
          int[][] columns = RandomProblems.columns(points, problem.fields());
          for (Budget budget : budgets) {
            Classifier classifier = Classifiers.build(problem, budget);
            int[] out = new int[POINTS];
            classifier.firstMatch(columns, 0, POINTS, out);
            for (int i = 0; i < POINTS; i++) {
              int at = i * problem.fields();
              int from = random.nextInt(problem.rules() + 2);
              assertEquals(
                  RandomProblems.firstMatch(problem, points, at, from),
                  classifier.firstMatch(points, at, from),
                  () -> classifier.structure() + " from " + from);
              assertEquals(RandomProblems.firstMatch(problem, points, at, 0), out[i]);
            }
          }
        });
  }
}
