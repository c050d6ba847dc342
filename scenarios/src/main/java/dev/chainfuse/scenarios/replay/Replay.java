package dev.chainfuse.scenarios.replay;

import dev.chainfuse.Engine;
import dev.chainfuse.Flows;
import dev.chainfuse.HostSockets;
import dev.chainfuse.PacketBatch;
import dev.chainfuse.Session;
import dev.chainfuse.SessionOptions;
import dev.chainfuse.host.Interface;
import dev.chainfuse.host.Topology;
import dev.chainfuse.scenarios.InputException;
import dev.chainfuse.scenarios.record.Recorder;
import dev.chainfuse.scenarios.record.RunDirectory;
import dev.chainfuse.scenarios.scenario.Nearest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Sends the frames of capture files into a host, merged by time; the frames' times are the clock.
 * Frames of the same time go in the order of the inputs. One thread; used once.
 */
public final class Replay implements AutoCloseable {
  private static final long SECOND = 1_000_000_000L;
  private static final int FIRST_MAX_FRAME = 1_534;

  private final Engine engine;
  private final List<ReplayInput> inputs = new ArrayList<>();
  private final RecordedChoices choices;
  private final @Nullable Long untilNanos;
  private final long originNanos;
  private final Session session;
  private final @Nullable RunDirectory directory;
  private final Recorder recorder;
  private PacketBatch batch;
  private long nowNanos;

  /**
   * Opens all files.
   *
   * @param out directory for the results; null for none
   * @param batchSize packets that the session gets at once; does not change the result
   * @throws InputException if a file is wrong or names an interface that the host does not have
   */
  public Replay(
      Engine engine, Flows flows, ReplayFiles files, long seed, int batchSize, @Nullable Path out) {
    this(engine, flows, files, seed, batchSize, out, HostSockets.listeningOnUdp(Set.of()));
  }

  /**
   * Opens all files.
   *
   * @param sockets what the host's sockets answer; without it no UDP port is open
   */
  public Replay(
      Engine engine,
      Flows flows,
      ReplayFiles files,
      long seed,
      int batchSize,
      @Nullable Path out,
      HostSockets sockets) {
    this.engine = engine;
    choices =
        files.choices() == null
            ? new RecordedChoices(seed)
            : RecordedChoices.read(files.choices(), seed);
    untilNanos = files.untilNanos();
    try {
      open(files);
    } catch (InputException e) {
      inputs.forEach(ReplayInput::close);
      throw e;
    }
    originNanos = origin();
    batch = PacketBatch.allocate(batchSize, FIRST_MAX_FRAME);
    session =
        engine.open(
            flows,
            SessionOptions.DEFAULT
                .withSeed(seed)
                .withChoices(choices)
                .withSockets(sockets)
                .withEpoch(originNanos));
    directory = out == null ? null : new RunDirectory(out, engine, originNanos);
    recorder = new Recorder(directory);
  }

  private void open(ReplayFiles files) {
    Topology topology = engine.host().topology();
    files
        .inputs()
        .forEach(
            (name, file) -> {
              Interface device = topology.find(name);
              if (device == null) {
                throw new InputException(
                    file
                        + ": the host has no interface '"
                        + name
                        + "'; "
                        + Nearest.advice(
                            name, topology.interfaces().stream().map(Interface::name).toList()));
              }
              if (device.isBridge() || device.isLoopback()) {
                throw new InputException(
                    file + ": frames reach a host by a card or a bridge's port, not by " + name);
              }
              inputs.add(new ReplayInput(file, device.number()));
            });
    if (files.local() != null) {
      inputs.add(new ReplayInput(files.local(), PacketBatch.LOCAL));
    }
  }

  /** The whole second in which the first frame came: virtual time 0. */
  private long origin() {
    long first =
        inputs.stream()
            .filter(ReplayInput::present)
            .mapToLong(ReplayInput::nanos)
            .min()
            .orElse(untilNanos == null ? 0 : untilNanos);
    return Math.floorDiv(first, SECOND) * SECOND;
  }

  /**
   * Sends everything.
   *
   * @param progress told the virtual time now and then
   */
  public void run(LongConsumer progress) {
    while (true) {
      ReplayInput next = earliest();
      if (next == null || untilNanos != null && next.nanos() > untilNanos) {
        break;
      }
      if (next.bytes() + 14 > batch.maxFrameBytes()) {
        process(progress);
        batch = PacketBatch.allocate(batch.capacity(), next.bytes() + 14);
      }
      next.addTo(batch, next.nanos() - originNanos);
      next.advance();
      if (batch.isFull()) {
        process(progress);
      }
    }
    process(progress);
    if (untilNanos != null && untilNanos - originNanos > nowNanos) {
      nowNanos = untilNanos - originNanos;
      session.advance(nowNanos);
      recorder.timer(session);
    }
    if (directory != null) {
      directory.writeEnd(session, nowNanos);
    }
  }

  private @Nullable ReplayInput earliest() {
    ReplayInput earliest = null;
    for (ReplayInput input : inputs) {
      if (input.present() && (earliest == null || input.nanos() < earliest.nanos())) {
        earliest = input;
      }
    }
    return earliest;
  }

  private void process(LongConsumer progress) {
    if (batch.size() == 0) {
      return;
    }
    long start = System.nanoTime();
    session.process(batch);
    long elapsed = System.nanoTime() - start;
    recorder.batch(session, batch, elapsed);
    nowNanos = batch.timeNanos(batch.size() - 1);
    batch.clear();
    progress.accept(nowNanos);
  }

  /** Virtual time until the end, if it is known before the run; else 0. */
  public long lengthNanos() {
    return untilNanos == null ? 0 : untilNanos - originNanos;
  }

  public Session session() {
    return session;
  }

  public Recorder recorder() {
    return recorder;
  }

  /** Null without {@code --out}. */
  public @Nullable RunDirectory directory() {
    return directory;
  }

  /** What did not go as recorded. */
  public List<String> notes() {
    return choices.notes();
  }

  /** Virtual time; after {@link #run} the end. */
  public long nowNanos() {
    return nowNanos;
  }

  @Override
  public void close() {
    inputs.forEach(ReplayInput::close);
    if (directory != null) {
      directory.close();
    }
  }
}
