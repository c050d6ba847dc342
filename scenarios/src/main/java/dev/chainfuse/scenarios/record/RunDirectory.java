package dev.chainfuse.scenarios.record;

import dev.chainfuse.Engine;
import dev.chainfuse.LogLine;
import dev.chainfuse.Session;
import dev.chainfuse.host.Interface;
import dev.chainfuse.scenarios.InputException;
import dev.chainfuse.scenarios.capture.CaptureWriter;
import dev.chainfuse.scenarios.capture.LinkType;
import java.io.IOException;
import java.io.PrintStream;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The directory that {@code --out} names, and the files of a run in it. */
public final class RunDirectory implements AutoCloseable {
  public static final String COUNTERS = "counters.v4";
  public static final String CONNECTIONS = "conntrack.txt";
  public static final String SETS = "ipset.save";
  public static final String REPORT_JSON = "report.json";
  public static final String REPORT_HTML = "report.html";
  public static final String LATENCY = "latency.hgrm";
  public static final String VERDICTS = "verdicts.jsonl";

  /** What LOG, TRACE, NFLOG and ULOG rules wrote, if they wrote anything. */
  public static final String KERNEL_LOG = "kernel.log";

  private final Path directory;
  private final long originNanos;
  private final VerdictLines verdicts;
  private final List<@Nullable CaptureWriter> egress = new ArrayList<>();

  /**
   * Creates the directory if need be and opens the files that are written while the run lasts.
   *
   * @param originNanos nanoseconds since 1970 of virtual time 0
   */
  public RunDirectory(Path directory, Engine engine, long originNanos) {
    this.directory = directory;
    this.originNanos = originNanos;
    try {
      Files.createDirectories(directory);
    } catch (IOException e) {
      throw new InputException(directory + ": cannot be created: " + e.getMessage(), e);
    }
    verdicts = new VerdictLines(directory.resolve(VERDICTS), engine, originNanos);
    engine.host().topology().interfaces().forEach(i -> egress.add(null));
    for (Interface device : EgressDevices.of(engine.host().topology())) {
      Path file = directory.resolve("egress-" + device.name() + ".pcap");
      egress.set(device.number(), new CaptureWriter(file, LinkType.ETHERNET));
    }
  }

  VerdictLines verdicts() {
    return verdicts;
  }

  void frame(int device, long nanos, byte[] data, int at, int bytes) {
    CaptureWriter writer = egress.get(device);
    if (writer != null) {
      writer.write(originNanos + nanos, data, at, bytes);
    }
  }

  /** Writes what the session ends with. */
  public void writeEnd(Session session, long nowNanos) {
    text(COUNTERS, session::appendCounters);
    text(CONNECTIONS, out -> session.appendConnections(out, nowNanos));
    if (!session.engine().host().sets().names().isEmpty()) {
      text(SETS, out -> session.appendSets(out, nowNanos));
    }
    if (!session.log().isEmpty()) {
      text(KERNEL_LOG, out -> writeLog(session, out));
    }
  }

  /** As {@code dmesg} prints: seconds since the host started, here virtual time, and the line. */
  private static void writeLog(Session session, Appendable out) throws IOException {
    for (LogLine line : session.log()) {
      long micros = line.nanos() / 1000;
      out.append(String.format(Locale.ROOT, "[%5d.%06d] ", micros / 1_000_000, micros % 1_000_000));
      out.append(line.text()).append('\n');
    }
    long more = session.statistics().logged() - session.log().size();
    if (more > 0) {
      out.append(more + " more lines were not kept\n");
    }
  }

  /** Writes the latency's distribution. */
  public void writeLatency(BatchLatency latency) {
    Path file = directory.resolve(LATENCY);
    try (PrintStream out = new PrintStream(Files.newOutputStream(file), false, "UTF-8")) {
      latency.write(out);
    } catch (IOException e) {
      throw new InputException(file + ": cannot be written: " + e.getMessage(), e);
    }
  }

  /** Something that writes text. */
  @FunctionalInterface
  public interface Text {
    void write(Appendable out) throws IOException;
  }

  /** Writes one text file. */
  public void text(String name, Text text) {
    Path file = directory.resolve(name);
    try (Writer out = Files.newBufferedWriter(file, StandardCharsets.UTF_8)) {
      text.write(out);
    } catch (IOException e) {
      throw new InputException(file + ": cannot be written: " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    verdicts.close();
    for (CaptureWriter writer : egress) {
      if (writer != null) {
        writer.close();
      }
    }
  }
}
