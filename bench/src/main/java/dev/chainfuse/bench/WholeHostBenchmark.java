package dev.chainfuse.bench;

import java.io.IOException;
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
 * How long does one packet take through the whole host: from frame to frame, with ARP cache,
 * bridge, all hooks, connection tracking, NAT, routing and counters?
 *
 * <p>An operation is one packet. Frames are rewritten in place, so each has to be made anew: {@code
 * process} holds their making, {@code generation} is that alone, to be subtracted. Connections are
 * opened from outside to published ports and from inside to the outside, half of them each; one
 * packet of 1,024 belongs to none (ARP, ping, expired time to live, IP options).
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(
    value = 2,
    jvmArgsAppend = {"-Xms3g", "-Xmx3g", "-XX:+UseG1GC"})
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class WholeHostBenchmark {
  private static final int PACKETS = 4096;

  /** {@code article}, {@code docker-28.5}, or a host directory. */
  @Param("article")
  public String host = "article";

  /** {@code established} connections, or the {@code first} packet of each. */
  @Param({"established", "first"})
  public String flow = "established";

  /** Connections in the table. */
  @Param({"1000", "65536", "1048576"})
  public int flows = 1000;

  /** Mean length of a frame, without its check sequence; TCP's first packets always have 54. */
  @Param({"64", "512", "1460"})
  public int frameBytes = 64;

  /** Packets a batch; a power of two, at most 4,096. */
  @Param({"1", "32", "256"})
  public int batch = 256;

  /** {@code tcp} or {@code udp}. */
  @Param("tcp")
  public String protocol = "tcp";

  /** Who verifies TCP's and UDP's checksums: the {@code engine}, or the {@code nic} before it. */
  @Param("engine")
  public String checksums = "engine";

  private @Nullable HostRun run;

  /** Loads the host and opens the connections. */
  @Setup
  public void open() throws IOException {
    if (batch < 1 || PACKETS % batch != 0) {
      throw new IllegalArgumentException("batch must divide " + PACKETS + ": " + batch);
    }
    HostRun opened =
        new HostRun(new HostRun.Plan(host, flow, flows, frameBytes, batch, protocol, checksums));
    System.out.println("\n# checksum of the first verdicts and frames: " + opened.checksum());
    run = opened;
  }

  /** The whole host. */
  @Benchmark
  @OperationsPerInvocation(PACKETS)
  public long process() {
    HostRun r = opened();
    for (int done = 0; done < PACKETS; done += batch) {
      r.generate();
      r.process();
    }
    return r.sum();
  }

  /** The making of the frames alone. */
  @Benchmark
  @OperationsPerInvocation(PACKETS)
  public long generation() {
    HostRun r = opened();
    long sum = 0;
    for (int done = 0; done < PACKETS; done += batch) {
      r.generate();
      sum += r.lastByte();
    }
    return sum;
  }

  private HostRun opened() {
    HostRun r = run;
    if (r == null) {
      throw new IllegalStateException("not set up");
    }
    return r;
  }

  /** Every packet must have gone where it had to. */
  @TearDown
  public void verify() {
    HostRun r = opened();
    System.out.println("\n# " + r.verify());
    r.close();
  }
}
