package dev.chainfuse;

import dev.chainfuse.host.HostDirectory;
import dev.chainfuse.host.Topology;
import dev.chainfuse.rules.RuleSet;
import dev.chainfuse.rules.text.Problem;
import dev.chainfuse.rules.text.ReadResult;
import dev.chainfuse.rules.text.RuleReader;
import dev.chainfuse.rules.text.SetReader;
import dev.chainfuse.stateful.SavedSets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A host as it was loaded: interfaces, addresses, routes, settings and rules. Immutable and
 * thread-safe.
 */
public final class Host {
  private final String name;
  private final Topology topology;
  private final RuleSet rules;
  private final SavedSets sets;
  private final List<Problem> skipped;

  private Host(
      String name, Topology topology, RuleSet rules, SavedSets sets, List<Problem> skipped) {
    this.name = name;
    this.topology = topology;
    this.rules = rules;
    this.sets = sets;
    this.skipped = List.copyOf(skipped);
  }

  /**
   * Loads a host directory: {@code rules.v4} as {@code iptables-save} prints it (without the file
   * no table is loaded), {@code ipset.save} as {@code ipset save} prints it, and what {@link
   * HostDirectory#load} reads.
   *
   * @throws dev.chainfuse.host.HostFileException if a file of the directory cannot be read
   * @throws dev.chainfuse.rules.text.RuleFileException if a rule or a set is refused; all errors
   *     are in it
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
    Path setFile = directory.resolve(SetReader.FILE);
    List<Problem> skipped = new ArrayList<>();
    SavedSets sets = SavedSets.NONE;
    if (Files.exists(setFile) && lenient) {
      SetReader.Result readSets = SetReader.readLeniently(setFile);
      sets = readSets.sets();
      skipped.addAll(readSets.skipped());
    } else if (Files.exists(setFile)) {
      sets = SetReader.read(setFile);
    }
    Path file = directory.resolve("rules.v4");
    ReadResult read = new ReadResult(RuleSet.EMPTY, List.of(), List.of());
    if (Files.exists(file)) {
      read =
          lenient
              ? RuleReader.readLeniently(file, sets.names())
              : RuleReader.read(file, sets.names());
    }
    Path last = directory.toAbsolutePath().normalize().getFileName();
    skipped.addAll(read.skipped());
    return new Host(last == null ? "/" : last.toString(), topology, read.rules(), sets, skipped);
  }

  /** A host of parts. */
  public static Host of(String name, Topology topology, RuleSet rules) {
    return new Host(name, topology, rules, SavedSets.NONE, List.of());
  }

  /** The same host with other rules. */
  public Host withRules(RuleSet next) {
    return new Host(name, topology, next, sets, skipped);
  }

  /** The same host with other IP sets. */
  public Host withSets(SavedSets next) {
    return new Host(name, topology, rules, next, skipped);
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

  /** Its IP sets, as each session finds them at its start. */
  public SavedSets sets() {
    return sets;
  }

  /** Rules and sets that were skipped when it was loaded leniently; empty if it is whole. */
  public List<Problem> skippedRules() {
    return skipped;
  }
}
