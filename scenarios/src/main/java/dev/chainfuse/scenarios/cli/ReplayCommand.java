package dev.chainfuse.scenarios.cli;

import dev.chainfuse.Engine;
import dev.chainfuse.Flows;
import dev.chainfuse.Host;
import dev.chainfuse.HostSockets;
import dev.chainfuse.scenarios.InputException;
import dev.chainfuse.scenarios.replay.Replay;
import dev.chainfuse.scenarios.replay.ReplayFiles;
import dev.chainfuse.scenarios.report.Report;
import dev.chainfuse.scenarios.report.ReportBuilder;
import dev.chainfuse.scenarios.report.ReportFiles;
import dev.chainfuse.scenarios.report.ReportJson;
import dev.chainfuse.scenarios.report.ReportText;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
    name = "replay",
    mixinStandardHelpOptions = true,
    header = "Sends captured frames into a host, at the times of the captures.",
    description = {
      "",
      "Without --in, --local and --choices the host directory's in-IFACE.pcap, local-out.pcap and"
          + " nat-choices.tsv are taken. Captures: pcap or pcapng, whole frames (tcpdump -s 0),"
          + " taken at the lowest-level device: a card or a bridge's port, not the bridge.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  chainfuse replay --host recording --out results",
      "  chainfuse replay --host myhost --in eth0=web.pcap --out results",
      "  chainfuse replay --host myhost --in eth0=web.pcap --apply 'iptables -P FORWARD DROP'"
    })
final class ReplayCommand implements Callable<Integer> {
  private static final int CONNECTIONS = 262_144;

  @Option(names = "--host", required = true, paramLabel = "DIR", description = "Host directory.")
  Path host = Path.of("");

  @Option(
      names = "--in",
      paramLabel = "IFACE=FILE",
      description = "Frames that reach an interface; may be repeated.")
  Map<String, Path> inputs = new TreeMap<>();

  @Option(
      names = "--local",
      paramLabel = "FILE",
      description = "IPv4 packets that programs on the host send (link type 228).")
  @Nullable Path local;

  @Option(
      names = "--choices",
      paramLabel = "FILE",
      description = "Ports and ICMP ids that NAT drew at random, tab separated.")
  @Nullable Path choices;

  @Option(
      names = "--until",
      paramLabel = "EPOCH_SECONDS",
      description =
          "When it ends and the connection table is read; else by the directory's run.txt, else"
              + " with the last frame.")
  @Nullable String until;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Of everything random that no file says; 1 by default.")
  long seed = 1;

  @Option(
      names = "--batch",
      paramLabel = "N",
      defaultValue = "64",
      description = "Packets handed to the engine at once, 1 to 256; does not change results.")
  int batch = 64;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Write verdicts, captures, counters, connections and report there.")
  @Nullable Path out;

  @Option(names = "--json", description = "Print the report as JSON.")
  boolean json;

  @Option(
      names = "--listen-udp",
      paramLabel = "PORT",
      description =
          "A program of the host listens there; datagrams to other UDP ports are answered by port"
              + " unreachable. May be repeated.")
  Set<Integer> listening = new TreeSet<>();

  @Option(
      names = "--listen-tcp",
      paramLabel = "PORT",
      description =
          "A program of the host listens there; segments to other TCP ports are answered by a"
              + " reset. May be repeated; without it the host's TCP is silent.")
  @Nullable Set<Integer> listeningTcp;

  @Mixin HostOptions hostOptions = new HostOptions();

  @Spec CommandSpec spec = CommandSpec.create();

  private HostSockets sockets() {
    try {
      return new HostSockets(listening, listeningTcp);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(
          spec.commandLine(), "--listen-udp, --listen-tcp: " + e.getMessage(), e);
    }
  }

  @Override
  public Integer call() {
    if (batch < 1 || batch > 256) {
      throw new ParameterException(spec.commandLine(), "--batch is not within 1 to 256");
    }
    Host loaded = hostOptions.load(host);
    ReplayFiles files = files();
    Engine engine = Engine.compile(loaded, hostOptions.engine);
    Flows flows = Flows.atMost(CONNECTIONS);
    HostSockets sockets = sockets();
    try (Replay replay = new Replay(engine, flows, files, seed, batch, out, sockets)) {
      Output.withProgress(
          "replay",
          replay.lengthNanos(),
          progress -> {
            replay.run(progress);
            return replay;
          });
      Report report =
          new ReportBuilder(
                  "replay of " + loaded.name(), engine, replay.session(), replay.recorder())
              .directory(host)
              .apply(hostOptions.apply)
              .notes(replay.notes())
              .build(replay.nowNanos());
      if (replay.directory() != null) {
        ReportFiles.write(replay.directory(), report, replay.recorder().latency());
      }
      Output output = new Output(spec);
      if (json) {
        output.text(ReportJson.write(List.of(report)));
      } else {
        output.lines(ReportText.lines(report));
      }
    }
    return Main.DONE;
  }

  private ReplayFiles files() {
    ReplayFiles found = ReplayFiles.in(host);
    boolean given = !inputs.isEmpty() || local != null;
    Long end = found.untilNanos();
    if (until != null) {
      try {
        end = ReplayFiles.epochNanos(until);
      } catch (IllegalArgumentException e) {
        throw new InputException("--until: " + e.getMessage(), e);
      }
    } else if (given) {
      end = null;
    }
    ReplayFiles files =
        new ReplayFiles(
            given ? inputs : found.inputs(),
            given ? local : found.local(),
            choices != null ? choices : given ? null : found.choices(),
            end);
    if (files.inputs().isEmpty() && files.local() == null) {
      throw new InputException(
          host + ": no in-IFACE.pcap there; name captures with --in IFACE=FILE");
    }
    return files;
  }
}
