package dev.chainfuse.bench;

import dev.chainfuse.event.EventQueue;
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
 * How long does an event take in the hold model (D. W. Jones, "An empirical comparison of
 * priority-queue and event-set implementations", CACM 1986): the first event is removed and a new
 * one added, an exponentially distributed time later, while {@code events} wait.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(
    value = 2,
    jvmArgsAppend = {"-Xms1g", "-Xmx1g", "-XX:+UseG1GC"})
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class EventLoopBenchmark {
  private static final int HOLDS = 4096;
  private static final int DRAWS = 1 << 16;
  private static final double MEAN_NANOS = 1_000_000;

  /** Events that wait. */
  @Param({"1000", "100000", "1000000"})
  public int events = 1000;

  private EventQueue queue = new EventQueue(1);
  private final long[] increments = new long[DRAWS];
  private int draw;
  private long now;

  /** Fills the queue. */
  @Setup
  public void fill() {
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < DRAWS; i++) {
      increments[i] = 1 + (long) (-Math.log(1 - random.nextDouble()) * MEAN_NANOS);
    }
    queue = new EventQueue(events);
    for (int i = 0; i < events; i++) {
      queue.add(increments[random.nextInt(DRAWS)], i & 7, i);
    }
  }

  /** One event out, one in. */
  @Benchmark
  @OperationsPerInvocation(HOLDS)
  public long hold() {
    EventQueue q = queue;
    for (int i = 0; i < HOLDS; i++) {
      long nanos = q.nextNanos();
      if (nanos < now) {
        throw new IllegalStateException("an event at " + nanos + " comes after one at " + now);
      }
      now = nanos;
      int kind = q.nextKind();
      long payload = q.nextPayload();
      q.removeNext();
      // The payload shifts the draw, so that events do not follow a pattern.
      draw = draw + 1 + (int) (payload & 3) & DRAWS - 1;
      q.add(nanos + increments[draw], kind, payload);
    }
    return now;
  }

  /** Every event that was put in must still be there, once. */
  @TearDown
  public void verify() {
    long left = 0;
    long payloads = 0;
    for (; !queue.isEmpty(); queue.removeNext()) {
      left++;
      payloads += queue.nextPayload();
    }
    if (left != events || payloads != (long) events * (events - 1) / 2) {
      throw new IllegalStateException(left + " events are left of " + events);
    }
  }
}
