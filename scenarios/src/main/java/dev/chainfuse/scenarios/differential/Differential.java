package dev.chainfuse.scenarios.differential;

import dev.chainfuse.rules.text.RuleFileException;
import dev.chainfuse.scenarios.InputException;
import dev.chainfuse.scenarios.report.TextTable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Compares both engines with this machine's kernel on random hosts, rules and frames. Case {@code
 * n} of a seed is always the same host and rules, and the same frames as long as the kernel's
 * answers are.
 */
public final class Differential {
  private static final int CASES_A_TOPOLOGY = 10;

  /**
   * What to run.
   *
   * @param packets a case
   * @param nft load rules by iptables-nft instead of iptables-legacy
   * @param jobs how many run at once, each on a CPU of its own
   * @param out where disagreements are written; null: nowhere
   * @param seconds after which no further case begins
   */
  public record Options(
      long seed, int cases, int packets, boolean nft, int jobs, @Nullable Path out, long seconds) {}

  private final Options options;
  private final Consumer<String> progress;
  private final Coverage coverage = new Coverage();
  private final AtomicInteger next = new AtomicInteger();
  private final List<String> found = Collections.synchronizedList(new ArrayList<>());
  private final List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
  private final long endNanos;

  /**
   * @param progress is told of each disagreement, from several threads
   */
  public Differential(Options options, Consumer<String> progress) {
    this.options = options;
    this.progress = progress;
    endNanos = System.nanoTime() + options.seconds() * 1_000_000_000L;
  }

  private LabScripts.Backend backend() {
    return options.nft() ? LabScripts.Backend.NFT : LabScripts.Backend.LEGACY;
  }

  /** Why it cannot run here; null if it can. */
  public static @Nullable String unable(boolean nft) {
    return KernelProgram.unable(nft ? LabScripts.Backend.NFT : LabScripts.Backend.LEGACY);
  }

  /**
   * Runs.
   *
   * @return how many disagreements were found
   * @throws InputException if the kernel's side cannot be built
   */
  public int run() throws InterruptedException {
    List<Thread> threads = new ArrayList<>();
    for (int job = 0; job < options.jobs(); job++) {
      int cpu = job % Runtime.getRuntime().availableProcessors();
      Thread thread = new Thread(() -> work(cpu), "differential-" + job);
      thread.setUncaughtExceptionHandler((t, e) -> failures.add(e));
      thread.start();
      threads.add(thread);
    }
    for (Thread thread : threads) {
      thread.join();
    }
    if (!failures.isEmpty()) {
      Throwable first = failures.get(0);
      throw first instanceof InputException e
          ? e
          : new IllegalStateException("a job failed: " + first, first);
    }
    return found.size();
  }

  private void work(int cpu) {
    try (Laboratory laboratory = new Laboratory(backend(), cpu)) {
      while (System.nanoTime() - endNanos < 0) {
        int first = next.getAndAdd(CASES_A_TOPOLOGY);
        int last = Math.min(options.cases(), first + CASES_A_TOPOLOGY);
        if (first >= last) {
          return;
        }
        LabTopology lab = RandomTopology.draw(random(first, 1));
        for (int n = first; n < last && System.nanoTime() - endNanos < 0; n++) {
          one(laboratory, lab, n);
        }
      }
    }
  }

  private SplittableRandom random(int number, int what) {
    return new SplittableRandom(options.seed() * 1_000_003 + number * 7L + what * 0x9e37_79b9L);
  }

  private void one(Laboratory laboratory, LabTopology lab, int number) {
    Pool pool = new Pool(lab);
    String rules = RandomRuleText.draw(random(number, 2), pool);
    pool.learn(rules);
    RandomTraffic traffic = new RandomTraffic(lab, pool, random(number, 3), options.packets());
    Trial trial;
    try {
      trial = laboratory.run(lab, rules, traffic);
    } catch (Laboratory.RefusedException e) {
      coverage.refused();
      return;
    } catch (RuleFileException e) {
      // iptables took them, so this is a disagreement about the language.
      report("case " + number + ": rules refused: " + e.getMessage());
      return;
    }
    Trial.Disagreement disagreement = trial.disagreement();
    boolean repeated = disagreement != null && settle(laboratory, lab, rules, trial, number);
    coverage.add(trial, rules, repeated);
  }

  private boolean settle(
      Laboratory laboratory, LabTopology lab, String rules, Trial trial, int number) {
    Case whole = new Case(lab, rules, trial.steps());
    Shrinker shrinker =
        new Shrinker(laboratory, Objects.requireNonNull(trial.disagreement()).what());
    // A busy machine may be late once, so a disagreement must show more often than not.
    boolean once = shrinker.disagrees(whole);
    boolean twice = shrinker.disagrees(whole);
    boolean repeats = once && twice || (once || twice) && shrinker.disagrees(whole);
    Case small = repeats ? shrinker.shrink(whole) : whole;
    Trial again = repeats ? laboratory.run(small) : trial;
    if (!repeats || again.disagreement() == null) {
      coverage.notRepeated();
      report("case " + number + ": not repeated: " + words(trial));
      write("once-", number, laboratory, whole, trial, trial.disagreement());
      return false;
    }
    Trial.Disagreement shown = again.disagreement();
    Trial.Disagreement first = trial.disagreement();
    report(
        "case "
            + number
            + ": "
            + words(trial)
            + "; shrunk to "
            + small.steps().size()
            + " frames: "
            + words(again));
    write("case-", number, laboratory, small, again, shown != null ? shown : first);
    found.add("case " + number);
    return true;
  }

  private void write(
      String kind,
      int number,
      Laboratory laboratory,
      Case of,
      Trial trial,
      Trial.@Nullable Disagreement shown) {
    if (options.out() == null) {
      return;
    }
    Path directory = options.out().resolve(kind + options.seed() + "-" + number);
    try {
      CaseReport.write(directory, of, laboratory.files(), trial, shown);
    } catch (IOException e) {
      throw new InputException(directory + ": cannot be written: " + e.getMessage(), e);
    }
  }

  private static String words(Trial trial) {
    Trial.Disagreement d = trial.disagreement();
    return d == null
        ? "gone"
        : d.what()
            + " ("
            + d.kind()
            + (d.step() < 0 ? ", at the end" : ", frame " + d.step())
            + ")";
  }

  private void report(String line) {
    progress.accept(line);
  }

  /** Runs a case directory again, shows both answers side by side if they differ. */
  public static List<String> repeat(Path directory, boolean nft) throws IOException {
    LabScripts.Backend backend = nft ? LabScripts.Backend.NFT : LabScripts.Backend.LEGACY;
    try (Laboratory laboratory = new Laboratory(backend, 0)) {
      Case of = Case.read(directory);
      Trial trial = laboratory.run(of);
      Trial.Disagreement shown = trial.disagreement();
      FinalState state = trial.state();
      if (state != null) {
        Recording.write(directory, of, laboratory.files(), trial.answers(), state);
      }
      return shown == null ? List.of() : CaseReport.lines(of, shown);
    } catch (Laboratory.RefusedException e) {
      throw new InputException(directory + ": iptables refuses the rules: " + e.getMessage(), e);
    }
  }

  /** The table by feature, how packets ended, and the sums. */
  public List<String> lines() {
    List<String> lines = new ArrayList<>();
    TextTable table =
        new TextTable("feature", "cases", "rules", "rules hit", "hits", "disagreements");
    coverage
        .features()
        .forEach(
            (name, row) ->
                table.row(name, row.cases, row.rules, row.rulesHit, row.hits, row.disagreements));
    lines.add("== By feature");
    lines.addAll(table.lines());
    TextTable ends = new TextTable("packets that were", "packets");
    coverage.ends().forEach(ends::row);
    lines.add("== By end");
    lines.addAll(ends.lines());
    Coverage.Totals totals = coverage.totals();
    lines.add("== Sums");
    lines.add(
        String.format(
            "  %,d cases, %,d packets, %,d rules hit: %,d disagreements",
            totals.cases(), totals.packets(), totals.rulesHit(), totals.disagreements()));
    lines.add(
        String.format(
            "  %,d did not repeat; cases that ended early: %,d at what is not modelled, %,d because"
                + " the machine was busy; %,d rule files refused by iptables",
            totals.notRepeated(), totals.notModelled(), totals.disturbed(), totals.refused()));
    return lines;
  }
}
