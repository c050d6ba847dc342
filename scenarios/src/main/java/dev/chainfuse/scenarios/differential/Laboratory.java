package dev.chainfuse.scenarios.differential;

import dev.chainfuse.Host;
import dev.chainfuse.host.HostDirectory;
import dev.chainfuse.host.Topology;
import dev.chainfuse.rules.text.RuleReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Runs cases on the kernel and on the engines. Each case gets a new host: the kernel remembers more
 * than its tools can take back, such as the tokens of its ICMP errors for each address
 * (inet_getpeer in net/ipv4/inetpeer.c), neighbours that failed, parts of packets.
 */
final class Laboratory implements AutoCloseable {
  /** iptables does not take the rules. */
  static final class RefusedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    RefusedException(String message) {
      super(message);
    }
  }

  private static final long SOON_NANOS = 30_000_000;
  private static final long LATE_NANOS = 150_000_000;

  private final LabScripts.Backend backend;
  private final int cpu;
  private @Nullable KernelHost kernel;

  // What the last host looked like: an equal one looks the same.
  private @Nullable LabTopology described;
  private Map<String, String> files = Map.of();
  private @Nullable Topology topology;

  Laboratory(LabScripts.Backend backend, int cpu) {
    this.backend = backend;
    this.cpu = cpu;
  }

  /** Runs a case whose frames are known. */
  Trial run(Case known) {
    Host host = begin(known.lab(), known.rules());
    return Trial.of(known, host, oracle());
  }

  /** Runs a case whose frames are made on the way. */
  Trial run(LabTopology lab, String rules, Trial.Source source) {
    Host host = begin(lab, rules);
    return Trial.run(lab, host, oracle(), source);
  }

  /** The files that describe the host of the last case. */
  Map<String, String> files() {
    return files;
  }

  private KernelHost kernel() {
    if (kernel == null) {
      throw new IllegalStateException("no case was run");
    }
    return kernel;
  }

  private Host begin(LabTopology lab, String rules) {
    close();
    Map<String, String> known = lab.equals(described) ? files : null;
    KernelHost made = new KernelHost(lab, backend, cpu, known);
    kernel = made;
    if (known == null) {
      described = lab;
      files = made.files();
      topology = load(files);
    }
    String refused = made.begin(rules);
    if (refused != null) {
      throw new RefusedException(refused.strip());
    }
    return Host.of(
        "lab", Objects.requireNonNull(topology), RuleReader.read("rules.v4", rules).rules());
  }

  private Trial.Oracle oracle() {
    KernelHost at = kernel();
    return new Trial.Oracle() {
      private @Nullable EngineHost ahead;

      @Override
      public boolean dropsWhatIsCutShort() {
        return backend == LabScripts.Backend.LEGACY;
      }

      @Override
      public long start() {
        return at.now();
      }

      @Override
      public void letTimersPass(EngineHost engine, Step step) {
        ahead = engine;
        long soonest = at.now() + step.waitMicros() * 1000L + SOON_NANOS;
        while (engine.nextTimerNanos() <= soonest) {
          long due = engine.nextTimerNanos();
          engine.advance(due);
          long left = due + LATE_NANOS - at.now();
          if (left > 0) {
            LockSupport.parkNanos(left);
          }
          soonest = at.now() + step.waitMicros() * 1000L + SOON_NANOS;
        }
      }

      @Override
      public Answer send(Step step) {
        Answer answer = at.send(step);
        EngineHost engine = ahead;
        boolean late = engine != null && engine.nextTimerNanos() <= answer.nanos();
        return late ? answer.asDisturbed() : answer;
      }

      @Override
      public Draw draw(int protocol, int source, int destination, int ports) {
        return Draw.find(at.connections(), protocol, source, destination, ports);
      }

      @Override
      public FinalState state() {
        return at.state();
      }
    };
  }

  private static Topology load(Map<String, String> files) {
    try {
      Path directory = Files.createTempDirectory("chainfuse-lab");
      try {
        for (Map.Entry<String, String> file : files.entrySet()) {
          Files.writeString(directory.resolve(file.getKey()), file.getValue());
        }
        return HostDirectory.load(directory);
      } finally {
        for (String file : files.keySet()) {
          Files.deleteIfExists(directory.resolve(file));
        }
        Files.delete(directory);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    if (kernel != null) {
      kernel.close();
      kernel = null;
    }
  }
}
