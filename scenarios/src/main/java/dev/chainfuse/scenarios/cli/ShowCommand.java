package dev.chainfuse.scenarios.cli;

import dev.chainfuse.Engine;
import dev.chainfuse.Host;
import dev.chainfuse.fuse.FusedRules;
import dev.chainfuse.rules.RuleSet;
import dev.chainfuse.rules.TableName;
import dev.chainfuse.rules.text.CounterSource;
import dev.chainfuse.rules.text.ListingWriter;
import dev.chainfuse.rules.text.RuleReader;
import dev.chainfuse.rules.text.SaveWriter;
import dev.chainfuse.rules.text.SetReader;
import dev.chainfuse.rules.text.SetWriter;
import dev.chainfuse.scenarios.InputException;
import dev.chainfuse.scenarios.record.RunDirectory;
import dev.chainfuse.scenarios.show.BridgeText;
import dev.chainfuse.scenarios.show.HostTree;
import dev.chainfuse.scenarios.show.InterfaceText;
import dev.chainfuse.scenarios.show.RouteText;
import dev.chainfuse.scenarios.show.RunTraffic;
import dev.chainfuse.scenarios.show.SegmentText;
import dev.chainfuse.scenarios.show.SetText;
import dev.chainfuse.stateful.SavedSets;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "show",
    mixinStandardHelpOptions = true,
    header = "Shows what was loaded or what a run left, in the form of the ordinary tools.",
    description = {
      "",
      "  rules       iptables-save; with --list as iptables -vnL",
      "  interfaces  ifconfig -a",
      "  bridges     brctl show",
      "  routes      ip route; with --all every table",
      "  conntrack   conntrack -L, of a run",
      "  sets        ipset save; bytes an entry on standard error",
      "  host        a tree: bridges, ports, neighbours, published ports",
      "  tables      what the rules were compiled to: segments, structure, bytes, depth",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  chainfuse show host --host myhost",
      "  chainfuse show rules --list -t nat -x --host myhost --run results",
      "  chainfuse show rules /etc/iptables/rules.v4",
      "  chainfuse show interfaces --host myhost --run results",
      "  chainfuse show sets --host myhost"
    })
final class ShowCommand implements Callable<Integer> {
  enum What {
    RULES,
    INTERFACES,
    BRIDGES,
    ROUTES,
    CONNTRACK,
    SETS,
    HOST,
    TABLES;

    /** As it is typed. */
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Parameters(index = "0", paramLabel = "WHAT", description = "${COMPLETION-CANDIDATES}")
  What what = What.HOST;

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "FILE",
      description = "A bare rules file, instead of --host.")
  @Nullable Path file;

  @Option(names = "--host", paramLabel = "DIR", description = "Host directory.")
  @Nullable Path host;

  @Option(names = "--run", paramLabel = "DIR", description = "What a run wrote with --out.")
  @Nullable Path run;

  @Option(names = "--save", description = "Rules as iptables-save prints them; the default.")
  boolean save;

  @Option(names = "--list", description = "Rules as iptables -vnL prints them.")
  boolean list;

  @Option(
      names = {"-t", "--table"},
      paramLabel = "TABLE",
      description = "With --list: filter (the default), nat, mangle, raw or security.")
  @Nullable String table;

  @Option(
      names = {"-x", "--exact"},
      description = "With --list: exact counters.")
  boolean exact;

  @Option(names = "--line-numbers", description = "With --list: number the rules.")
  boolean lineNumbers;

  @Option(
      names = "--names",
      description = "With --list: protocols by name, as older iptables and the article print.")
  boolean names;

  @Option(
      names = "--extended",
      description = "Connections as conntrack -L -o extended prints them.")
  boolean extended;

  @Option(names = "--all", description = "Routes of every table.")
  boolean all;

  @Mixin HostOptions hostOptions = new HostOptions();

  @Spec CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    Output output = new Output(spec);
    if (what == What.RULES) {
      output.text(rules());
      return Main.DONE;
    }
    if (what == What.CONNTRACK) {
      output.text(connections());
      return Main.DONE;
    }
    if (what == What.SETS) {
      sets(output);
      return Main.DONE;
    }
    Host loaded = host();
    switch (what) {
      case INTERFACES ->
          output.text(
              InterfaceText.write(
                  loaded.topology(),
                  run == null ? Map.of() : RunTraffic.read(run.resolve(RunDirectory.REPORT_JSON))));
      case BRIDGES -> output.text(BridgeText.write(loaded.topology()));
      case ROUTES -> output.text(RouteText.write(loaded.topology(), all));
      case HOST -> output.text(HostTree.write(loaded));
      default -> output.lines(SegmentText.lines(fused(loaded)));
    }
    return Main.DONE;
  }

  private Host host() {
    if (host == null) {
      throw new ParameterException(spec.commandLine(), "say which host: --host DIR");
    }
    return hostOptions.load(host);
  }

  private FusedRules fused(Host loaded) {
    FusedRules fused = Engine.compile(loaded, Engine.Kind.FUSED).fused();
    if (fused == null) {
      throw new IllegalStateException("a fused engine without tables");
    }
    return fused;
  }

  private String rules() {
    RuleSet rules;
    boolean counted = run != null;
    if (run != null) {
      rules = RuleReader.read(existing(run.resolve(RunDirectory.COUNTERS))).rules();
    } else if (file != null) {
      rules = HostOptions.edit(read(file), hostOptions.apply, SetReader.beside(file).names());
    } else {
      rules = host().rules();
    }
    if (!list) {
      return new SaveWriter(counted, CounterSource.LOADED, "").write(rules);
    }
    ListingWriter.Dialect dialect =
        names ? ListingWriter.Dialect.PROTOCOL_NAMES : ListingWriter.Dialect.PROTOCOL_NUMBERS;
    return new ListingWriter(CounterSource.LOADED, exact, lineNumbers, dialect)
        .write(rules, tableName());
  }

  private RuleSet read(Path path) {
    return (hostOptions.lenient
            ? RuleReader.readLeniently(existing(path))
            : RuleReader.read(existing(path)))
        .rules();
  }

  private TableName tableName() {
    for (TableName name : TableName.values()) {
      if (name.text().equals(table == null ? "filter" : table)) {
        return name;
      }
    }
    throw new ParameterException(spec.commandLine(), "-t: there is no table '" + table + "'");
  }

  private String connections() {
    if (run == null) {
      throw new ParameterException(
          spec.commandLine(), "a host at its start has no connections; name a run: --run DIR");
    }
    Path path = existing(run.resolve(RunDirectory.CONNECTIONS));
    try {
      String text = Files.readString(path);
      return extended ? text.replaceAll("(?m)^(?=.)", "ipv4     2 ") : text;
    } catch (IOException e) {
      throw new InputException(path + ": cannot be read: " + e.getMessage(), e);
    }
  }

  /** As {@code ipset save}: of a run, a bare file, or the host's directory. */
  private void sets(Output output) {
    SavedSets sets =
        run != null
            ? SetReader.read(existing(run.resolve(RunDirectory.SETS)))
            : file != null ? SetReader.read(existing(file)) : host().sets();
    output.write(out -> SetWriter.write(sets.all(), 0, out));
    output.notes(SetText.sizes(sets));
  }

  private static Path existing(Path path) {
    if (!Files.isRegularFile(path)) {
      throw new InputException(path + ": no such file");
    }
    return path;
  }
}
