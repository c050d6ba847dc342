package dev.chainfuse.bench;

import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.packet.Skb;
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
 * How long does it take to read a frame's header fields into columns? An operation is one frame.
 * {@code frames}: 256 stay in the cache (warm), 262,144 frames of 64 to 128 bytes do not (cold).
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(
    value = 2,
    jvmArgsAppend = {"-Xms1g", "-Xmx1g", "-XX:+UseG1GC"})
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class ParseBenchmark {
  private static final int PACKETS = 4096;
  private static final int STRIDE = 128;
  private static final int BATCH = 256;

  /** Frames in turn; a multiple of 256. */
  @Param({"256", "262144"})
  public int frames = BATCH;

  private byte[] data = new byte[0];
  private int cursor;
  private final Skb skb = new Skb();
  private final int[] sources = new int[BATCH];
  private final int[] destinations = new int[BATCH];
  private final int[] ports = new int[BATCH];
  private final int[] kinds = new int[BATCH];
  private long expected;

  /** Makes the frames: TCP, UDP and a few others, of irregular lengths. */
  @Setup
  public void make() {
    if (frames < BATCH || frames % BATCH != 0) {
      throw new IllegalArgumentException("frames must be a multiple of " + BATCH + ": " + frames);
    }
    SplittableRandom random = new SplittableRandom(1);
    data = new byte[Math.multiplyExact(frames, STRIDE)];
    for (int i = 0; i < frames; i++) {
      int at = i * STRIDE + 2;
      int protocol = random.nextInt(3) == 0 ? Ipv4.UDP : Ipv4.TCP;
      int source = random.nextInt();
      int destination = random.nextInt();
      int both = random.nextInt();
      FrameTemplates.common(data, at, 1, 2, protocol, source, destination, both);
      FrameTemplates.complete(data, at, random.nextInt(64, STRIDE - 2), 1, 1, Ipv4.TCP_ACK);
      expected += source * 3L + destination * 5L + both;
    }
  }

  /** A batch at a time. */
  @Benchmark
  @OperationsPerInvocation(PACKETS)
  public int[] columns() {
    for (int done = 0; done < PACKETS; done += BATCH) {
      parse(cursor);
      cursor = cursor + BATCH < frames ? cursor + BATCH : 0;
    }
    return kinds;
  }

  private void parse(int from) {
    Skb s = skb;
    s.data = data;
    for (int i = 0; i < BATCH; i++) {
      s.frame = (from + i) * STRIDE + 2;
      s.network = s.frame + Ipv4.ETHERNET_HEADER;
      s.parse();
      sources[i] = s.source;
      destinations[i] = s.destination;
      ports[i] = s.sourcePort << 16 | s.destinationPort;
      kinds[i] = s.protocol << 16 | s.totalLength;
    }
  }

  /** The columns of all frames must hold what was written into the frames. */
  @TearDown
  public void verify() {
    long found = 0;
    for (int from = 0; from < frames; from += BATCH) {
      parse(from);
      for (int i = 0; i < BATCH; i++) {
        found += sources[i] * 3L + destinations[i] * 5L + ports[i];
      }
    }
    if (found != expected) {
      throw new IllegalStateException("checksum of the columns is " + found + ", not " + expected);
    }
  }
}
