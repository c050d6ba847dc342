package dev.chainfuse.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Compares two runs of JMH, written with {@code -rf json}: every benchmark with equal parameters
 * became <em>faster</em>, <em>slower</em>, or it is <em>inconclusive</em>, because the 99.9 %
 * confidence intervals overlap, one is unknown (fewer than three iterations), or the change is
 * below a threshold. Scores of different benchmarks are never compared.
 */
public final class CompareRuns {
  private static final double LEAST_CHANGE = 0.02;

  private CompareRuns() {}

  /** Takes two files: before, after. Exit code 2 if they cannot be read. */
  public static void main(String[] args) {
    if (args.length != 2) {
      System.err.println("usage: CompareRuns BEFORE.json AFTER.json");
      System.exit(2);
    }
    try {
      Map<String, JmhResult> before = JmhResult.read(Path.of(args[0]));
      Map<String, JmhResult> after = JmhResult.read(Path.of(args[1]));
      compare(before, after).forEach(System.out::println);
    } catch (IOException e) {
      System.err.println("error: " + e.getMessage());
      System.exit(2);
    }
  }

  /** A line for each benchmark of either run. */
  static List<String> compare(Map<String, JmhResult> before, Map<String, JmhResult> after) {
    List<String> lines = new ArrayList<>();
    before.forEach(
        (name, old) -> {
          JmhResult young = after.get(name);
          lines.add(young == null ? "only before   " + name : line(name, old, young));
        });
    after.keySet().stream()
        .filter(name -> !before.containsKey(name))
        .forEach(name -> lines.add("only after    " + name));
    return lines;
  }

  private static String line(String name, JmhResult old, JmhResult young) {
    return String.format(
        Locale.ROOT,
        "%-13s %s: %.4g > %.4g %s (%+.1f %%)",
        verdict(old, young),
        name,
        old.score(),
        young.score(),
        young.unit(),
        100 * (young.score() / old.score() - 1));
  }

  /** {@code faster}, {@code slower} or {@code inconclusive}. */
  static String verdict(JmhResult old, JmhResult young) {
    boolean comparable = old.unit().equals(young.unit()) && old.mode().equals(young.mode());
    boolean lower = young.high() < old.low();
    boolean higher = young.low() > old.high();
    boolean large = Math.abs(young.score() / old.score() - 1) >= LEAST_CHANGE;
    if (!comparable || !large || !lower && !higher) {
      return "inconclusive";
    }
    boolean lowerIsFaster = !young.mode().equals("thrpt");
    return lower == lowerIsFaster ? "faster" : "slower";
  }
}
