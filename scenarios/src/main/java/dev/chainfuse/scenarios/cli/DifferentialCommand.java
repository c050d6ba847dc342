package dev.chainfuse.scenarios.cli;

import dev.chainfuse.scenarios.InputException;
import dev.chainfuse.scenarios.differential.Differential;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
    name = "differential",
    mixinStandardHelpOptions = true,
    header = "Compares both engines with this machine's kernel on random cases.",
    description = {
      "",
      "Makes hosts in network namespaces of their own, which are gone when the program is, loads"
          + " random rules, sends random frames, and compares every frame that leaves, what is"
          + " delivered, all counters and connections. A disagreement is made small and written to"
          + " a case directory. Needs root and, on Debian: apt-get install iptables nftables"
          + " conntrack iproute2 gcc libc6-dev",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  chainfuse differential --cases 2000 --packets 500 --jobs 2",
      "  chainfuse differential --seed 7 --out disagreements",
      "  chainfuse differential --case disagreements/case-7-12"
    })
final class DifferentialCommand implements Callable<Integer> {
  enum Backend {
    LEGACY,
    NFT
  }

  @Option(names = "--seed", paramLabel = "N", defaultValue = "1", description = "Default: 1.")
  long seed = 1;

  @Option(names = "--cases", paramLabel = "N", defaultValue = "200", description = "Default: 200.")
  int cases = 200;

  @Option(
      names = "--packets",
      paramLabel = "N",
      defaultValue = "200",
      description = "Packets a case; 200 by default.")
  int packets = 200;

  @Option(
      names = "--backend",
      paramLabel = "BACKEND",
      defaultValue = "LEGACY",
      description = "legacy (the default) or nft: which iptables loads the rules.")
  Backend backend = Backend.LEGACY;

  @Option(
      names = "--jobs",
      paramLabel = "N",
      defaultValue = "1",
      description = "How many cases run at once, each on a CPU of its own; 1 by default.")
  int jobs = 1;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      defaultValue = "86400",
      description = "Begin no further case after so long.")
  long seconds = 86_400;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Write each disagreement to a case directory there.")
  @Nullable Path out;

  @Option(names = "--case", paramLabel = "DIR", description = "Run one case directory again.")
  @Nullable Path one;

  @Spec CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws InterruptedException, IOException {
    if (jobs < 1 || cases < 1 || packets < 1) {
      throw new ParameterException(
          spec.commandLine(), "--jobs, --cases and --packets must be positive");
    }
    boolean nft = backend == Backend.NFT;
    String unable = Differential.unable(nft);
    if (unable != null) {
      throw new InputException("cannot compare with the kernel: " + unable);
    }
    Output output = new Output(spec);
    if (one != null) {
      List<String> lines = Differential.repeat(one, nft);
      output.lines(lines.isEmpty() ? List.of("both agree") : lines);
      return lines.isEmpty() ? Main.DONE : Main.NOT_AS_EXPECTED;
    }
    PrintWriter err = spec.commandLine().getErr();
    Differential differential =
        new Differential(
            new Differential.Options(seed, cases, packets, nft, jobs, out, seconds),
            line -> {
              err.println(line);
              err.flush();
            });
    int found = differential.run();
    output.lines(differential.lines());
    return found == 0 ? Main.DONE : Main.NOT_AS_EXPECTED;
  }
}
