package dev.chainfuse.scenarios.report;

import dev.chainfuse.scenarios.show.InterfaceTraffic;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The figures of one run. Immutable. Everything but {@link #latency} is the same for the same input
 * and seed.
 *
 * @param title scenario or directory, and variant
 * @param about what it shows; may be empty
 * @param host its name
 * @param engine {@code fused} or {@code reference}
 * @param seed of everything random; null for a replay
 * @param apply commands that edited the rules
 * @param virtualNanos from virtual time 0 to the end
 * @param framesIn frames that reached the host, and packets that it made
 * @param framesOut frames that left it
 * @param reach who reached whom; empty for a replay
 * @param expectations what was expected and whether it came; empty if nothing was
 * @param drops what dropped packets, most first
 * @param rules rules and policies that counted, in order
 * @param outcomes packets by outcome, those that occurred
 * @param reasons ended packets by reason, copies included, those that occurred; "not modelled"
 *     always
 * @param connections figures of the connection table
 * @param interfaces what each interface moved, by name
 * @param latency of the engine on this machine
 * @param series counts over virtual time
 * @param notes what the reader must know
 */
public record Report(
    String title,
    String about,
    String host,
    String engine,
    @Nullable Long seed,
    List<String> apply,
    long virtualNanos,
    long framesIn,
    long framesOut,
    List<Reach> reach,
    List<Checked> expectations,
    List<Drop> drops,
    List<RuleCount> rules,
    Map<String, Long> outcomes,
    Map<String, Long> reasons,
    Map<String, Long> connections,
    Map<String, InterfaceTraffic> interfaces,
    Latency latency,
    Timeline series,
    List<String> notes) {

  public Report {
    apply = List.copyOf(apply);
    reach = List.copyOf(reach);
    expectations = List.copyOf(expectations);
    drops = List.copyOf(drops);
    rules = List.copyOf(rules);
    notes = List.copyOf(notes);
  }

  /** Whether everything came as expected. */
  public boolean asExpected() {
    return expectations.stream().allMatch(Checked::met);
  }

  /**
   * Flows of one kind from one station.
   *
   * @param what {@code tcp 80}
   * @param meanNanos from intended start to the whole answer, mean of those that reached; 0 if none
   * @param reasons why flows failed, and how many
   */
  public record Reach(
      String traffic,
      String from,
      String to,
      String what,
      long flows,
      long reached,
      long meanNanos,
      Map<String, Long> reasons) {
    /** {@code reached}, {@code failed}, {@code partly} or {@code none started}. */
    public String result() {
      return flows == 0
          ? "none started"
          : reached == flows ? "reached" : reached == 0 ? "failed" : "partly";
    }
  }

  /** An expectation with its place. */
  public record Checked(String place, String text, boolean met, String actual) {}

  /**
   * What dropped packets.
   *
   * @param decision {@code filter FORWARD rule 1 (rules.v4:20)}
   * @param rule its text; empty for what is no rule
   * @param sources addresses and packets, most first
   */
  public record Drop(String decision, String rule, long packets, Map<String, Long> sources) {}

  /** A rule or policy and what it counted. */
  public record RuleCount(
      String table, String chain, String text, String place, long packets, long bytes) {}

  /**
   * The engine's time a packet: means of batches.
   *
   * @param meanNanos whole time over packets
   * @param percentiles of batch means: percentile and nanoseconds
   */
  public record Latency(
      String label,
      long packets,
      long batches,
      double meanNanos,
      long mostNanos,
      Map<String, Long> percentiles) {}

  /**
   * Packets over virtual time.
   *
   * @param widthNanos of a bin
   * @param counts by outcome, one number a bin
   */
  public record Timeline(long widthNanos, Map<String, List<Long>> counts) {}
}
