package dev.chainfuse.bench;

import dev.chainfuse.conntrack.FlowTable;
import dev.chainfuse.fuse.ChainFuser;
import dev.chainfuse.fuse.FuseBudget;
import dev.chainfuse.fuse.FusedEvaluator;
import dev.chainfuse.packet.Skb;
import dev.chainfuse.reference.RuleInterpreter;
import dev.chainfuse.rules.Chain;
import dev.chainfuse.rules.Hook;
import dev.chainfuse.rules.Rule;
import dev.chainfuse.rules.RuleEvaluator;
import dev.chainfuse.rules.RuleSet;
import dev.chainfuse.rules.Table;
import dev.chainfuse.rules.TableName;
import dev.chainfuse.rules.text.RuleReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
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
 * How long does it take to run one packet through the rules of one hook, counters included, without
 * any flow cache? An operation is one packet.
 *
 * <p>{@code engine}: {@code reference} interprets rule by rule, {@code scan} compares packed rules
 * one after another, {@code fused} is what the engine uses. Packets lie near the rules, in
 * irregular order; half belong to an established connection.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(
    value = 2,
    jvmArgsAppend = {"-Xms2g", "-Xmx2g", "-XX:+UseG1GC"})
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class ClassifyHookBenchmark {
  private static final int PACKETS = 256;
  private static final int DRAWN = 1 << 16;
  private static final int CHECKED = 1 << 11;

  /** What runs the rules. */
  @Param({"reference", "scan", "fused"})
  public String engine = "fused";

  /** The number of generated rules in filter FORWARD, or an {@code iptables-save} file. */
  @Param({"10", "100", "1000", "10000"})
  public String rules = "1000";

  /** The family of generated rules: acl1, fw1 or ipc1. */
  @Param("fw1")
  public String filterSet = "fw1";

  /** The table that is run. */
  @Param("filter")
  public String table = "filter";

  /** The hook that is run. */
  @Param("FORWARD")
  public String hook = "FORWARD";

  private final VerdictContext context = new VerdictContext();
  private TableName tableName = TableName.FILTER;
  private @Nullable RuleEvaluator evaluator;
  private @Nullable RuleEvaluator reference;
  private @Nullable PacketsNearRules packets;
  private int cursor;
  private long sum;

  /** Reads or generates the rules, compiles them and draws the packets. */
  @Setup
  public void compile() {
    RuleSet set =
        RuleCount.isNumber(rules)
            ? RuleReader.read(
                    "generated", GeneratedFilters.rules(filterSet, RuleCount.parse(rules), 1))
                .rules()
            : RuleReader.read(Path.of(rules)).rules();
    tableName = TableName.valueOf(table.toUpperCase(Locale.ROOT));
    context.hook = Hook.valueOf(hook.toUpperCase(Locale.ROOT));
    RuleHost host = new RuleHost(set);
    long start = System.nanoTime();
    evaluator =
        switch (engine) {
          case "reference" -> new RuleInterpreter(set, host, 1);
          case "scan" -> new FusedEvaluator(ChainFuser.compile(set, host, FuseBudget.SCAN), 1);
          case "fused" -> new FusedEvaluator(ChainFuser.compile(set, host), 1);
          default ->
              throw new IllegalArgumentException(
                  "engine must be reference, scan or fused: " + engine);
        };
    System.out.printf(
        Locale.ROOT, "%n# compiled in %d ms%n", (System.nanoTime() - start) / 1_000_000);
    reference = new RuleInterpreter(set, host, 1);
    packets = new PacketsNearRules(rulesOfTable(set), host, DRAWN, 1);
    Skb skb = context.skb;
    FlowTable connections = new FlowTable(1, 1);
    skb.connections = connections;
    skb.flow = connections.allocate();
  }

  private List<Rule> rulesOfTable(RuleSet set) {
    List<Rule> all = new ArrayList<>();
    Table found = set.table(tableName);
    if (found != null) {
      for (Chain chain : found.chains()) {
        all.addAll(chain.rules());
      }
    }
    if (all.isEmpty()) {
      throw new IllegalArgumentException(rules + " has no rules in table " + table);
    }
    return all;
  }

  /** Packets that do not wait for each other. */
  @Benchmark
  @OperationsPerInvocation(PACKETS)
  public long independent() {
    RuleEvaluator e = set(evaluator);
    PacketsNearRules p = set(packets);
    long s = sum;
    int from = cursor;
    for (int i = from; i < from + PACKETS; i++) {
      p.load(i, context.skb);
      s += e.run(tableName, context) + e.decidedBy();
    }
    sum = s;
    cursor = from + PACKETS & DRAWN - 1;
    return s;
  }

  private static <T> T set(@Nullable T value) {
    if (value == null) {
      throw new IllegalStateException("not set up");
    }
    return value;
  }

  /** Verdicts and deciding rules of some packets must be the reference's. */
  @TearDown
  public void sameVerdictsAsReference() {
    long found = 0;
    for (int i = 0; i < CHECKED; i++) {
      int packet = i * (DRAWN / CHECKED);
      long verdict = run(set(evaluator), packet);
      long expected = run(set(reference), packet);
      if (verdict != expected) {
        throw new IllegalStateException(
            "packet " + packet + ": verdict " + verdict + " but the reference says " + expected);
      }
      found = found * 31 + verdict;
    }
    System.out.println("\n# checksum of the verdicts: " + Long.toHexString(found));
  }

  private long run(RuleEvaluator rulesOfHook, int packet) {
    set(packets).load(packet, context.skb);
    int verdict = rulesOfHook.run(tableName, context);
    return (long) verdict << 32 | rulesOfHook.decidedBy() & 0xffff_ffffL;
  }
}
