package dev.chainfuse.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.chainfuse.classify.Budget;
import dev.chainfuse.classify.Classifier;
import dev.chainfuse.classify.Classifiers;
import dev.chainfuse.classify.LinearScan;
import dev.chainfuse.classify.TupleSearch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Filter sets of ClassBench, real ones where they are at hand, classify as a linear scan does. */
class ClassBenchTest {
  @TempDir Path folder;

  @Test
  void readsFiltersAndTrace() throws IOException {
    Path file = folder.resolve("two");
    Files.writeString(
        file,
        """
        @10.1.0.0/16\t0.0.0.0/0\t0 : 65535\t53 : 53\t0x11/0xFF\t0x0000/0x0000\t
        @0.0.0.0/0\t255.255.255.255/32\t1 : 2\t0 : 65535\t0x00/0x00\t0x0000/0x0000\t
        """);
    Files.writeString(
        folder.resolve("two_trace"), "167837953\t4294967295\t2\t53\t17\t0\t0\n7 7 7 7 7 0 1\n");

    FilterSet set = FilterSet.read(file);
    Classifier classifier = Classifiers.build(set.problem(), Budget.DEFAULT);

    assertEquals(2, set.problem().rules());
    assertEquals(2, set.headerCount());
    assertEquals(0, classifier.firstMatch(set.headers(), 0, 0));
    assertEquals(1, classifier.firstMatch(set.headers(), 0, 1));
    assertEquals(-1, classifier.firstMatch(set.headers(), FilterSet.FIELDS, 0));
  }

  @Test
  void generatedSetsClassifyAsALinearScan() {
    for (String family : List.of("acl1", "fw1", "ipc1")) {
      for (int size : new int[] {10, 300, 5000}) {
        check(family + " " + size, GeneratedFilters.of(family, size, 7), 3000);
      }
    }
  }

  @Test
  void filesClassifyAsALinearScan() throws IOException {
    Path files =
        Path.of(System.getProperty("chainfuse.classbench", "../../shared/classbench"))
            .toAbsolutePath();
    if (!Files.isDirectory(files)) {
      System.out.println("SKIPPED: no ClassBench files in " + files + " (-Dchainfuse.classbench)");
      return;
    }
    List<Path> sets;
    try (Stream<Path> all = Files.list(files)) {
      sets = all.filter(file -> file.toString().matches(".*_10?k\\.gz")).sorted().toList();
    }
    assertFalse(sets.isEmpty());
    for (Path set : sets) {
      check(
          String.valueOf(set.getFileName()),
          FilterSet.read(set),
          Integer.getInteger("headers", 5000));
    }
  }

  private static void check(String name, FilterSet set, int mostHeaders) {
    LinearScan scan = LinearScan.build(set.problem());
    Classifier classifier = Classifiers.build(set.problem(), Budget.DEFAULT);
    TupleSearch tuples = TupleSearch.build(set.problem());
    int count = Math.min(mostHeaders, set.headerCount());
    int[] points = set.shuffledHeaders(count, 1);
    int[][] columns = new int[FilterSet.FIELDS][count];
    for (int i = 0; i < points.length; i++) {
      columns[i % FilterSet.FIELDS][i / FilterSet.FIELDS] = points[i];
    }
    int[] batch = new int[count];
    classifier.firstMatch(columns, 0, count, batch);
    for (int i = 0; i < count; i++) {
      int expected = scan.firstMatch(points, i * FilterSet.FIELDS, 0);
      assertEquals(expected, batch[i], name);
      assertEquals(expected, classifier.firstMatch(points, i * FilterSet.FIELDS, 0), name);
      assertEquals(expected, tuples.firstMatch(points, i * FilterSet.FIELDS, 0), name);
    }
  }
}
