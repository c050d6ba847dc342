package dev.chainfuse.scenarios.cli;

import dev.chainfuse.Engine;
import dev.chainfuse.Flows;
import dev.chainfuse.Host;
import dev.chainfuse.Packet;
import dev.chainfuse.RuleCounts;
import dev.chainfuse.Session;
import dev.chainfuse.Verdict;
import dev.chainfuse.rules.RuleNumbers;
import dev.chainfuse.rules.text.SaveWriter;
import dev.chainfuse.scenarios.InputException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
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
  private static final int FLOWS = 1_024;

  @Option(names = "--host", required = true, paramLabel = "DIR", description = "Host directory.")
  Path host = Path.of("");

  @Option(
      names = "--packet",
      required = true,
      paramLabel = "PACKET",
      description = "What comes, e.g. 'in=eno1 src=… dst=… proto=tcp dport=80 flags=SYN'.")
  String packet = "";

  @Mixin HostOptions hostOptions = new HostOptions();

  @Spec CommandSpec spec;

  @Override
  public Integer call() {
    Host loaded = hostOptions.load(host);
    Packet asked = PacketText.read(packet);
    Engine engine = Engine.compile(loaded, hostOptions.engine);
    try (Session session = engine.open(Flows.atMost(FLOWS))) {
      RuleCounts before = session.counts();
      Verdict verdict;
      try {
        verdict = session.verdict(asked, 0);
      } catch (IllegalArgumentException e) {
        throw new InputException("--packet: " + e.getMessage(), e);
      }
      new Output(spec).lines(lines(engine, verdict, before, session.counts()));
    }
    return Main.DONE;
  }

  private List<String> lines(Engine engine, Verdict verdict, RuleCounts before, RuleCounts after) {
    String directory = host + host.getFileSystem().getSeparator();
    List<String> lines = new ArrayList<>();
    lines.add("== " + packet);
    lines.add("  verdict     " + verdict.action().name().toLowerCase(Locale.ROOT).replace('_', '-'));
    lines.add("  decided by  " + verdict.decidedBy().toString().replace(directory, ""));
    if (!verdict.egress().isEmpty()) {
      lines.add("  leaves by   " + verdict.egress());
      lines.add("  leaves as   " + verdict.translated());
    }
    lines.add("");
    lines.add("== Rules and policies that counted");
    RuleNumbers numbers = engine.numbers();
    for (int i = 0; i < numbers.ruleCount(); i++) {
      if (after.rulePackets(i) != before.rulePackets(i)) {
        RuleNumbers.Place place = numbers.rule(i);
        lines.add(
            String.format(
                Locale.ROOT,
                "  %-8s %s  (%s)",
                place.table().text(),
                SaveWriter.rule(place.chain().name(), place.rule()),
                place.rule().position().toString().replace(directory, "")));
      }
    }
    for (int i = 0; i < numbers.policyCount(); i++) {
      if (after.policyPackets(i) != before.policyPackets(i)) {
        RuleNumbers.Policy policy = numbers.policy(i);
        lines.add(
            String.format(
                Locale.ROOT,
                "  %-8s %s policy %s",
                policy.table().text(),
                policy.chain().name(),
                policy.chain().policy()));
      }
    }
    return lines;
  }
}
