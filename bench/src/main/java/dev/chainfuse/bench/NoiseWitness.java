package dev.chainfuse.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * What the machine gives at this moment: how long a load takes that waits for the one before it, by
 * the size of what is loaded from, what the clock costs, and how much time other machines on the
 * same processor took. To be run before and after benchmarks: if two runs differ much, so does
 * everything that was measured between them.
 */
public final class NoiseWitness {
  private static final int LINE_LONGS = 8;
  private static final int SMALLEST = 16 << 10;
  private static final int LOADS = 1 << 20;
  private static final int REPETITIONS = 7;
  private static final int CLOCK_READINGS = 1 << 18;

  private NoiseWitness() {}

  /** Takes one argument, the largest working set in MB; 256 by default. */
  public static void main(String[] args) throws IOException {
    int most = (args.length > 0 ? Integer.parseInt(args[0]) : 256) << 20;
    System.out.printf(
        Locale.ROOT,
        "%s %s, %s %s, %d processors%n",
        System.getProperty("java.vm.name"),
        System.getProperty("java.vm.version"),
        System.getProperty("os.name"),
        System.getProperty("os.version"),
        Runtime.getRuntime().availableProcessors());
    print("/proc/cpuinfo", "model name");
    print("/sys/kernel/mm/transparent_hugepage/enabled", "");
    print("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "");
    long steal = stolenTicks();
    System.out.printf(Locale.ROOT, "clock %.1f ns a reading%n", clockNanos());
    System.out.printf(
        Locale.ROOT, "%12s %12s %12s %12s%n", "working set", "least ns", "median ns", "most ns");
    for (int bytes = SMALLEST; bytes <= most && bytes > 0; bytes *= 4) {
      double[] nanos = dependentLoads(bytes);
      System.out.printf(
          Locale.ROOT,
          "%9d KB %12.2f %12.2f %12.2f%n",
          bytes >> 10,
          nanos[0],
          nanos[REPETITIONS / 2],
          nanos[REPETITIONS - 1]);
    }
    System.out.printf(Locale.ROOT, "stolen %d ticks of 10 ms meanwhile%n", stolenTicks() - steal);
  }

  /** Nanoseconds a load, sorted: a walk in one random cycle through all lines. */
  private static double[] dependentLoads(int bytes) {
    int lines = bytes / (LINE_LONGS * Long.BYTES);
    long[] memory = new long[lines * LINE_LONGS];
    int[] order = new int[lines];
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 1; i < lines; i++) {
      int other = random.nextInt(i + 1);
      order[i] = order[other];
      order[other] = i;
    }
    for (int i = 0; i < lines; i++) {
      memory[order[i] * LINE_LONGS] = (long) order[(i + 1) % lines] * LINE_LONGS;
    }
    double[] nanos = new double[REPETITIONS];
    long at = walk(memory, 0);
    for (int i = 0; i < REPETITIONS; i++) {
      long start = System.nanoTime();
      at = walk(memory, at);
      nanos[i] = (double) (System.nanoTime() - start) / LOADS;
    }
    if (at < 0) {
      throw new IllegalStateException("the walk left its cycle");
    }
    Arrays.sort(nanos);
    return nanos;
  }

  private static long walk(long[] memory, long from) {
    long at = from;
    for (int i = 0; i < LOADS; i++) {
      at = memory[(int) at];
    }
    return at;
  }

  private static double clockNanos() {
    long start = System.nanoTime();
    long last = start;
    for (int i = 0; i < CLOCK_READINGS; i++) {
      last = System.nanoTime();
    }
    return (double) (last - start) / CLOCK_READINGS;
  }

  private static void print(String file, String wanted) throws IOException {
    Path path = Path.of(file);
    if (Files.isReadable(path)) {
      Files.readAllLines(path).stream()
          .filter(line -> line.startsWith(wanted))
          .findFirst()
          .ifPresent(line -> System.out.println(path.getFileName() + ": " + line.strip()));
    }
  }

  /** Ticks in which the hypervisor ran something else; 0 where it is not told (proc(5)). */
  private static long stolenTicks() throws IOException {
    Path file = Path.of("/proc/stat");
    if (!Files.isReadable(file)) {
      return 0;
    }
    String[] columns = Files.readAllLines(file).get(0).trim().split("\\s+");
    return columns.length > 8 ? Long.parseLong(columns[8]) : 0;
  }
}
