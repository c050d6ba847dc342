package dev.chainfuse.scenarios.cli;

import dev.chainfuse.Host;
import dev.chainfuse.analysis.Explainer;
import dev.chainfuse.analysis.Explanation;
import dev.chainfuse.scenarios.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
    name = "explain",
    mixinStandardHelpOptions = true,
    header = "Says what becomes of one packet, and which rule decided.",
    description = {
      "",
      "The packet is words key=value: in (interface; without it the host sends), src, dst, proto"
          + " (tcp, udp, icmp or a number), sport, dport, flags (SYN,ACK), ttl, tos, payload, seq,"
          + " ack, id.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  chainfuse explain --host myhost --packet 'in=eno1 src=203.0.113.9 dst=198.51.100.10"
          + " proto=tcp dport=8080 flags=SYN'",
      "  chainfuse explain --host myhost --packet 'src=192.168.0.1 dst=192.168.0.3 proto=icmp'"
    })
final class ExplainCommand implements Callable<Integer> {
  @Option(names = "--host", required = true, paramLabel = "DIR", description = "Host directory.")
  Path host = Path.of("");

  @Option(
      names = "--packet",
      required = true,
      paramLabel = "PACKET",
      description = {
        "What comes, e.g. 'in=eno1 src=10.0.0.9 dst=10.0.0.1 proto=tcp dport=80 flags=SYN'; may be"
            + " repeated: each finds the connections that those before it left."
      })
  List<String> packets = new ArrayList<>();

  @Option(
      names = "--conntrack",
      paramLabel = "FILE",
      description = "Connections that exist already, as conntrack -L prints them.")
  @Nullable Path connections;

  @Mixin HostOptions hostOptions = new HostOptions();

  @Spec CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    Host loaded = hostOptions.load(host);
    String directory = host + host.getFileSystem().getSeparator();
    Output output = new Output(spec);
    try (Explainer explainer = new Explainer(loaded)) {
      if (connections != null) {
        explainer.readConnections(connections.toString(), lines(connections), 0);
      }
      for (String packet : packets) {
        Explanation explanation = explain(explainer, packet);
        output.lines(List.of("== " + packet));
        output.text(explanation.toText().replace(directory, ""));
      }
    } catch (IllegalArgumentException e) {
      throw new InputException(String.valueOf(e.getMessage()), e);
    }
    return Main.DONE;
  }

  private static Explanation explain(Explainer explainer, String packet) {
    try {
      return explainer.explain(PacketText.read(packet), 0);
    } catch (IllegalArgumentException e) {
      throw new InputException("--packet: " + e.getMessage(), e);
    }
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      throw new InputException(file + ": cannot be read: " + e.getMessage(), e);
    }
  }
}
