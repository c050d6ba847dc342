package dev.chainfuse.bench;

import dev.chainfuse.conntrack.FlowDescriptor;
import dev.chainfuse.conntrack.FlowTable;
import dev.chainfuse.packet.Ipv4;
import java.util.SplittableRandom;
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
 * How long does it take to find a connection, to find that there is none, and to enter and remove
 * one? An operation is one look-up, or one connection entered and removed. Tuples are drawn
 * uniformly, either direction.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(
    value = 2,
    jvmArgsAppend = {"-Xms2g", "-Xmx2g", "-XX:+UseG1GC"})
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class ConnectionBenchmark {
  private static final int LOOKUPS = 4096;
  private static final int QUERIES = 1 << 21;
  private static final int BATCH = 64;
  private static final int FIELDS = 3;
  private static final int KEY = Ipv4.TCP;
  private static final int INSIDE = 10 << 24;
  private static final int OUTSIDE = 198 << 24 | 18 << 16;

  /** Connections in the table. */
  @Param({"1000", "65536", "1048576"})
  public int flows = 1000;

  private FlowTable table = new FlowTable(1, 1);

  /** Source, destination and ports of each query. */
  private int[] hits = new int[0];

  private int[] misses = new int[0];
  private final int[] hashes = new int[BATCH];
  private int cursor;
  private long looked;
  private long found;
  private long touched;
  private int fresh;

  /** Enters the connections and draws the queries. */
  @Setup
  public void fill() {
    table = new FlowTable(flows + 1, 1);
    for (int n = 0; n < flows; n++) {
      table.insert(make(n), false);
    }
    fresh = flows;
    SplittableRandom random = new SplittableRandom(1);
    hits = new int[QUERIES * FIELDS];
    misses = new int[QUERIES * FIELDS];
    for (int i = 0; i < QUERIES; i++) {
      int flow = random.nextInt(flows);
      query(hits, i, flow, random.nextInt(2));
      query(misses, i, flow, random.nextInt(2));
      misses[i * FIELDS + 2] ^= 1 << 31;
    }
  }

  /** A connection with the tuples of number {@code n}, masqueraded. */
  private int make(int n) {
    int flow = table.allocate();
    int[] words = table.words(flow);
    int base = table.base(flow);
    int port = 1024 + (n * 0x2545 & 0x7fff);
    int inside = INSIDE + (n >>> 15 & 0xff);
    int outside = OUTSIDE + n;
    words[base + FlowDescriptor.ORIGINAL_SOURCE] = inside;
    words[base + FlowDescriptor.ORIGINAL_DESTINATION] = outside;
    words[base + FlowDescriptor.ORIGINAL_PORTS] = port << 16 | 443;
    words[base + FlowDescriptor.REPLY_SOURCE] = outside;
    words[base + FlowDescriptor.REPLY_DESTINATION] = INSIDE - 1;
    words[base + FlowDescriptor.REPLY_PORTS] = 443 << 16 | port;
    words[base + FlowDescriptor.KIND] = KEY;
    return flow;
  }

  private void query(int[] queries, int i, int flow, int direction) {
    queries[i * FIELDS] = table.source(flow, direction);
    queries[i * FIELDS + 1] = table.destination(flow, direction);
    queries[i * FIELDS + 2] = table.ports(flow, direction);
  }

  /** Present; each look-up waits for the one before. */
  @Benchmark
  @OperationsPerInvocation(LOOKUPS)
  public long hitDependent() {
    int[] q = hits;
    int at = cursor;
    int sum = 0;
    int zero = 0;
    for (int i = 0; i < LOOKUPS; i++) {
      int k = at + i * FIELDS + zero;
      int handle = table.find(q[k], q[k + 1], q[k + 2], KEY);
      // Always 0, but only the look-up tells.
      zero = handle >>> 31;
      sum += 1 - zero;
    }
    return count(sum);
  }

  /** Present; a batch is hashed, then touched, then looked up, as the packet path does. */
  @Benchmark
  @OperationsPerInvocation(LOOKUPS)
  public long hitBatched() {
    return batched(hits);
  }

  /** Absent, batched. */
  @Benchmark
  @OperationsPerInvocation(LOOKUPS)
  public long missBatched() {
    return batched(misses);
  }

  private long batched(int[] q) {
    int sum = 0;
    for (int from = 0; from < LOOKUPS; from += BATCH) {
      int at = cursor + from * FIELDS;
      for (int i = 0; i < BATCH; i++) {
        int k = at + i * FIELDS;
        hashes[i] = table.hash(q[k], q[k + 1], q[k + 2], KEY);
      }
      long touch = 0;
      for (int i = 0; i < BATCH; i++) {
        touch += table.touchRecord(FlowTable.handle(table.touchIndex(hashes[i])));
      }
      touched += touch;
      for (int i = 0; i < BATCH; i++) {
        int k = at + i * FIELDS;
        sum += table.findHashed(hashes[i], q[k], q[k + 1], q[k + 2], KEY) >= 0 ? 1 : 0;
      }
    }
    return count(sum);
  }

  private long count(int sum) {
    cursor = (cursor + LOOKUPS * FIELDS) % (QUERIES * FIELDS);
    looked += LOOKUPS;
    found += sum;
    return found + touched;
  }

  /** A new connection enters and leaves. */
  @Benchmark
  @OperationsPerInvocation(LOOKUPS)
  public int insertAndRemove() {
    for (int i = 0; i < LOOKUPS; i++) {
      fresh = fresh < flows * 8 ? fresh + 1 : flows;
      int flow = make(fresh);
      table.insert(flow, false);
      table.remove(flow);
      table.free(flow);
    }
    return table.allocated();
  }

  /** All hits must have been found, no miss, and the table must be as it was. */
  @TearDown
  public void verify() {
    if (found != 0 && found != looked || table.allocated() != flows) {
      throw new IllegalStateException(
          found + " of " + looked + " found, " + table.allocated() + " connections");
    }
    int absent = 0;
    for (int i = 0; i < 1000 * FIELDS; i += FIELDS) {
      absent += table.find(misses[i], misses[i + 1], misses[i + 2], KEY) < 0 ? 1 : 0;
      absent -= table.find(hits[i], hits[i + 1], hits[i + 2], KEY) < 0 ? 1000 : 0;
    }
    if (absent != 1000) {
      throw new IllegalStateException("of 1000 absent connections " + absent + " were not found");
    }
  }
}
