package dev.chainfuse;

import dev.chainfuse.host.HostDirectory;
import dev.chainfuse.host.Topology;
import dev.chainfuse.rules.RuleSet;
import dev.chainfuse.rules.text.Problem;
import dev.chainfuse.rules.text.ReadResult;
import dev.chainfuse.rules.text.RuleReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A host as it was loaded: interfaces, addresses, routes, settings and rules. Immutable and
 * thread-safe.
 */
public final class Host {
  private final String name;
  private final Topology topology;
  private final RuleSet rules;
  private final List<Problem> skipped;

  private Host(String name, Topology topology, RuleSet rules, List<Problem> skipped) {
    this.name = name;
    this.topology = topology;
    this.rules = rules;
    this.skipped = List.copyOf(skipped);
  }

  /**
   * Loads a host directory: {@code rules.v4} as {@code iptables-save} prints it (without the file
   * no table is loaded), and what {@link HostDirectory#load} reads.
   *
   * @throws dev.chainfuse.host.HostFileException if a file of the directory cannot be read
   * @throws dev.chainfuse.rules.text.RuleFileException if a rule is refused; all errors are in it
   */
  public static Host load(Path directory) {
    return load(directory, false);
  }

  /**
   * Loads a host directory.
   *
   * @param lenient skip rules that are refused; they are listed by {@link #skippedRules}, and
   *     results must not be taken for the host's
   */
  public static Host load(Path directory, boolean lenient) {
    Topology topology = HostDirectory.load(directory);
    Path file = directory.resolve("rules.v4");
    ReadResult read = new ReadResult(RuleSet.EMPTY, List.of(), List.of());
    if (Files.exists(file)) {
      read = lenient ? RuleReader.readLeniently(file) : RuleReader.read(file);
    }
    Path last = directory.toAbsolutePath().normalize().getFileName();
    return new Host(last == null ? "/" : last.toString(), topology, read.rules(), read.skipped());
  }

  /** A host of parts. */
  public static Host of(String name, Topology topology, RuleSet rules) {
    return new Host(name, topology, rules, List.of());
  }

  /** The same host with other rules. */
  public Host withRules(RuleSet next) {
    return new Host(name, topology, next, skipped);
  }

  /** The directory's name, or as given. */
  public String name() {
    return name;
  }

  /** Its interfaces, addresses, routes and settings. */
  public Topology topology() {
    return topology;
  }

  /** Its iptables rules. */
  public RuleSet rules() {
    return rules;
  }

  /** Rules that were skipped when it was loaded leniently; empty if it is whole. */
  public List<Problem> skippedRules() {
    return skipped;
  }
}
