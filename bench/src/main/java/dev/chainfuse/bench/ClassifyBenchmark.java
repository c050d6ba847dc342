package dev.chainfuse.bench;

import dev.chainfuse.classify.Budget;
import dev.chainfuse.classify.Classifier;
import dev.chainfuse.classify.ClassifierProblem;
import dev.chainfuse.classify.Classifiers;
import dev.chainfuse.classify.LinearScan;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * How long does it take to find the first of many five-tuple filters that matches a header?
 *
 * <p>Parameters: {@code filterSet} and number of {@code rules} of generated filters, or {@code
 * rules}: a ClassBench filter file with its trace beside it. {@code engine}: {@code scan} looks at
 * one filter after another, {@code fused} is what the engine uses. {@code batch}: headers a call; 1
 * takes them one at a time. No header waits for the verdict before. An operation is one header.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(
    value = 2,
    jvmArgsAppend = {"-Xms2g", "-Xmx2g", "-XX:+UseG1GC"})
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class ClassifyBenchmark {
  private static final int HEADERS = 1 << 16;

  /** The family of generated filters. */
  @Param({"acl1", "fw1", "ipc1"})
  public String filterSet = "acl1";

  /** The number of generated filters, or a ClassBench filter file. */
  @Param({"100", "1000", "10000"})
  public String rules = "1000";

  /** What looks up. */
  @Param({"scan", "fused"})
  public String engine = "fused";

  /** Headers a call, a power of two. */
  @Param({"1", "32", "256"})
  public int batch = 256;

  private FilterSet filters = new FilterSet(ClassifierProblem.builder(8).build(), new int[0]);
  private Classifier classifier = Classifiers.build(filters.problem(), Budget.DEFAULT);
  private LinearScan scan = LinearScan.build(filters.problem());
  private boolean scans;
  private int[] points = new int[0];
  private int[][] columns = new int[0][];
  private final int[] verdicts = new int[HEADERS];

  /** Builds filters and headers. */
  @Setup
  public void build() throws IOException {
    filters =
        RuleCount.isNumber(rules)
            ? GeneratedFilters.of(filterSet, RuleCount.parse(rules), 1)
            : FilterSet.read(Path.of(rules));
    points = filters.shuffledHeaders(HEADERS, 1);
    columns = new int[FilterSet.FIELDS][HEADERS];
    for (int i = 0; i < points.length; i++) {
      columns[i % FilterSet.FIELDS][i / FilterSet.FIELDS] = points[i];
    }
    scan = LinearScan.build(filters.problem());
    scans =
        switch (engine) {
          case "scan" -> true;
          case "fused" -> false;
          default -> throw new IllegalArgumentException("engine must be scan or fused: " + engine);
        };
    long start = System.nanoTime();
    classifier = Classifiers.build(filters.problem(), Budget.DEFAULT);
    System.out.printf(
        "%n# %d filters, %s, %d bytes, built in %d ms%n",
        filters.problem().rules(),
        scans ? "LINEAR_SCAN" : classifier.structure(),
        scans ? scan.memoryBytes() : classifier.memoryBytes(),
        (System.nanoTime() - start) / 1_000_000);
  }

  /** Headers that do not wait for each other. */
  @Benchmark
  @OperationsPerInvocation(HEADERS)
  public int[] independent() {
    int[] out = verdicts;
    if (batch == 1) {
      oneByOne(out);
    } else if (scans) {
      for (int from = 0; from < HEADERS; from += batch) {
        scan.firstMatch(columns, from, from + batch, out);
      }
    } else {
      for (int from = 0; from < HEADERS; from += batch) {
        classifier.firstMatch(columns, from, from + batch, out);
      }
    }
    return out;
  }

  private void oneByOne(int[] out) {
    if (scans) {
      for (int i = 0; i < HEADERS; i++) {
        out[i] = scan.firstMatch(points, i * FilterSet.FIELDS, 0);
      }
    } else {
      for (int i = 0; i < HEADERS; i++) {
        out[i] = classifier.firstMatch(points, i * FilterSet.FIELDS, 0);
      }
    }
  }

  /** The verdicts of the last run must be those of a linear scan. */
  @TearDown
  public void sameVerdictsAsLinearScan() {
    long expected = 0;
    long found = 0;
    for (int i = 0; i < HEADERS; i++) {
      expected = expected * 31 + scan.firstMatch(points, i * FilterSet.FIELDS, 0);
      found = found * 31 + verdicts[i];
    }
    if (expected != found) {
      throw new IllegalStateException(
          "checksum of verdicts is " + found + " but a linear scan gives " + expected);
    }
  }
}
