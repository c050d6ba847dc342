package dev.chainfuse.classify;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.chainfuse.Seeds;
import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Choice, bounds and sizes of the structures. */
class StructureTest {
  private static final Budget AMPLE = new Budget(1L << 28, 1L << 32);

  @Test
  void emptyRuleSetMatchesNothing() {
    ClassifierProblem problem = ClassifierProblem.builder(32, 8).build();
    DecisionTable table = table(problem);
    assertEquals(1, table.hitLists());
    assertArrayEquals(new int[0], table.rulesOf(table.classify(new int[] {5, 5}, 0)));
    assertEquals(-1, LinearScan.build(problem).firstMatch(new int[2], 0, 0));
    assertEquals(-1, TupleSearch.build(problem).firstMatch(new int[2], 0, 0));
    assertEquals(-1, Classifiers.build(problem, AMPLE).firstMatch(new int[2], 0, 3));
  }

  @Test
  void hitListIsCutAfterTheFirstRuleThatEnds() {
    ClassifierProblem problem =
        ClassifierProblem.builder(32)
            .rule(false)
            .box(0, 0xffff_ffffL)
            .rule(true)
            .box(0, 9)
            .box(20, 0xffff_ffffL)
            .rule(false)
            .box(5, 15)
            .build();
    DecisionTable table = table(problem);
    assertArrayEquals(new int[] {0, 1}, table.rulesOf(table.classify(new int[] {5}, 0)));
    assertArrayEquals(new int[] {0, 2}, table.rulesOf(table.classify(new int[] {12}, 0)));
    assertArrayEquals(new int[] {0}, table.rulesOf(table.classify(new int[] {17}, 0)));
    assertArrayEquals(new int[] {0, 1}, table.rulesOf(table.classify(new int[] {-1}, 0)));
    assertEquals(3, table.hitLists());
  }

  @Test
  void fieldsThatNoRuleReadsAreDropped() {
    ClassifierProblem problem =
        ClassifierProblem.builder(32, 16, 1).rule(true).box(0, 0xffff_ffffL, 80, 80, 0, 1).build();
    DecisionTable table = table(problem);
    int[] untouched = {};
    int[] out = new int[2];
    table.classify(new int[][] {untouched, {80, 81}, untouched}, 0, 2, out);
    assertEquals(List.of(1, 2, 1), table.statistics().classes());
    assertEquals(1, table.rulesOf(out[0]).length);
    assertEquals(0, table.rulesOf(out[1]).length);
    assertTrue(table.memoryBytes() < 4096);
  }

  @Test
  void whatExceedsTheBudgetAlwaysDoes() {
    ClassifierProblem problem = diagonal(600);
    DecisionTable table = table(problem);
    long memory = table.memoryBytes();
    long work = table.statistics().work();
    for (int i = 0; i < 3; i++) {
      assertNotNull(DecisionTable.build(problem, new Budget(memory, 1L << 32)));
      assertNull(DecisionTable.build(problem, new Budget(memory - 1, 1L << 32)));
      assertNull(DecisionTable.build(problem, new Budget(1L << 28, work / 2)));
      assertEquals(work, table(problem).statistics().work());
    }
    assertEquals(
        Classifier.Structure.TUPLE_SEARCH,
        Classifiers.build(problem, new Budget(memory - 1, 1L << 32)).structure());
    assertEquals(
        Classifier.Structure.DECISION_TABLE, Classifiers.build(problem, AMPLE).structure());
  }

  @Test
  void hostileProblemsStaySmall() {
    // Every pair of these boxes overlaps in its own way: a full cross product has n^4 cells.
    ClassifierProblem.Builder builder = ClassifierProblem.builder(32, 32, 16, 16);
    for (int i = 0; i < 1500; i++) {
      builder
          .rule(false)
          .box(i, 0xffff_0000L + i, 2L * i, 0x8000_0000L + i, i, 40_000 + i, 3L * i, 50_000 + i);
    }
    ClassifierProblem problem = builder.build();
    assertNull(DecisionTable.build(problem, Budget.DEFAULT));
    Classifier classifier = Classifiers.build(problem, Budget.DEFAULT);
    assertEquals(Classifier.Structure.TUPLE_SEARCH, classifier.structure());
    assertTrue(classifier.memoryBytes() < 16 << 20, () -> "" + classifier.memoryBytes());
    SplittableRandom random = new SplittableRandom(1);
    int[] points = RandomProblems.points(random, problem, 500);
    for (int i = 0; i < points.length; i += 4) {
      int from = random.nextInt(1500);
      assertEquals(
          RandomProblems.firstMatch(problem, points, i, from),
          classifier.firstMatch(points, i, from));
    }
  }

  @Test
  void memoryBytesIsTheSizeOfTheArrays() {
    Seeds.each(
        30,
        seed -> {
          ClassifierProblem problem = RandomProblems.problem(new SplittableRandom(seed), 40);
          LinearScan scan = LinearScan.build(problem);
          TupleSearch tuples = TupleSearch.build(problem);
          DecisionTable table = table(problem);
          close(arrayBytes(scan), scan.memoryBytes());
          close(arrayBytes(tuples), tuples.memoryBytes());
          close(arrayBytes(table), table.memoryBytes());
        });
  }

  @Test
  void badRangesAreRefused() {
    ClassifierProblem.Builder builder = ClassifierProblem.builder(8, 32);
    assertThrows(IllegalStateException.class, () -> builder.box(0, 1, 0, 1));
    builder.rule(true);
    assertThrows(IllegalArgumentException.class, () -> builder.box(0, 256, 0, 1));
    assertThrows(IllegalArgumentException.class, () -> builder.box(2, 1, 0, 1));
    assertThrows(IllegalArgumentException.class, () -> builder.box(0, 1));
    assertThrows(IllegalArgumentException.class, () -> ClassifierProblem.builder(33));
  }

  private static ClassifierProblem diagonal(int rules) {
    ClassifierProblem.Builder builder = ClassifierProblem.builder(32, 32);
    for (int i = 0; i < rules; i++) {
      builder.rule(false).box(i * 1000L, i * 1000L + 100_000, i * 777L, i * 777L + 50_000);
    }
    return builder.build();
  }

  private static DecisionTable table(ClassifierProblem problem) {
    return Objects.requireNonNull(DecisionTable.build(problem, AMPLE));
  }

  private static void close(long actual, long reported) {
    assertTrue(
        Math.abs(actual - reported) <= 1024 + actual / 50,
        () -> "arrays hold " + actual + " bytes, reported are " + reported);
  }

  /** The bytes of all arrays that an object of this package reaches, with 16 for a header. */
  private static long arrayBytes(Object object) {
    return arrayBytes(object, Collections.newSetFromMap(new IdentityHashMap<>()));
  }

  private static long arrayBytes(Object object, Set<Object> seen) {
    if (object == null || !seen.add(object)) {
      return 0;
    }
    Class<?> type = object.getClass();
    if (type.isArray()) {
      int length = Array.getLength(object);
      Class<?> of = type.getComponentType();
      long bytes = 16 + (long) length * (of == long.class ? 8 : of == char.class ? 2 : 4);
      for (int i = 0; !of.isPrimitive() && i < length; i++) {
        bytes += arrayBytes(Array.get(object, i), seen);
      }
      return bytes;
    }
    long bytes = 0;
    if (type.getPackageName().equals(StructureTest.class.getPackageName())) {
      for (Field field : type.getDeclaredFields()) {
        if (!Modifier.isStatic(field.getModifiers()) && !field.getType().isPrimitive()) {
          bytes += arrayBytes(get(field, object), seen);
        }
      }
    }
    return bytes;
  }

  private static Object get(Field field, Object object) {
    try {
      field.setAccessible(true);
      return field.get(object);
    } catch (IllegalAccessException e) {
      throw new AssertionError(e);
    }
  }
}
