package dev.chainfuse.scenarios.scenario;

import dev.chainfuse.scenarios.traffic.Arrivals;
import dev.chainfuse.scenarios.traffic.LinkSpec;
import dev.chainfuse.scenarios.traffic.Sizes;
import dev.chainfuse.scenarios.traffic.Source.Protocol;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A scenario as it was read. Immutable.
 *
 * @param file for messages
 * @param name its name
 * @param about what it shows
 * @param host directory of the host
 * @param apply {@code iptables} commands that edit the host's rules
 * @param seed of everything random
 * @param durationNanos flows start until then; the run goes on until all have ended
 * @param connections entries that the connection table can hold
 * @param defaultLink of interfaces that {@code links} does not name
 * @param links by interface name
 * @param stations in order
 * @param traffic in order
 * @param expectations in order; of two for the same flows the later one counts
 * @param variants runs with other rules, to be compared; empty for one run as it is
 */
public record Scenario(
    String file,
    String name,
    String about,
    Path host,
    List<String> apply,
    long seed,
    long durationNanos,
    int connections,
    LinkSpec defaultLink,
    Map<String, LinkSpec> links,
    List<StationSpec> stations,
    List<TrafficSpec> traffic,
    List<Expectation> expectations,
    List<Variant> variants) {

  public Scenario {
    apply = List.copyOf(apply);
    links = Map.copyOf(links);
    stations = List.copyOf(stations);
    traffic = List.copyOf(traffic);
    expectations = List.copyOf(expectations);
    variants = List.copyOf(variants);
  }

  /** The same with another seed and duration. */
  public Scenario with(long otherSeed, long otherDurationNanos) {
    return new Scenario(
        file,
        name,
        about,
        host,
        apply,
        otherSeed,
        otherDurationNanos,
        connections,
        defaultLink,
        links,
        stations,
        traffic,
        expectations,
        variants);
  }

  /**
   * A station.
   *
   * @param line where it stands in the file
   * @param interfaceName the host's interface that it is opposite of; null if it is behind another
   * @param behind station through which it is reached; null if it has a card of its own
   * @param address its IPv4 address
   * @param prefixLength of its network
   * @param gateway next hop for other networks; 0 for none
   * @param mac 0 to take the one that the host knows for the address, or else one made from it
   * @param tcpPorts TCP ports that it serves
   * @param udpPorts UDP ports that it serves
   */
  public record StationSpec(
      int line,
      String name,
      @Nullable String interfaceName,
      @Nullable String behind,
      int address,
      int prefixLength,
      int gateway,
      long mac,
      List<Integer> tcpPorts,
      List<Integer> udpPorts) {}

  /**
   * Flows of one kind.
   *
   * @param from stations that start them
   * @param to address that they send to
   * @param toName as the file says it
   * @param flows at most so many from each station
   */
  public record TrafficSpec(
      int line,
      String name,
      List<String> from,
      int to,
      String toName,
      Protocol protocol,
      int port,
      Sizes request,
      Sizes response,
      Arrivals arrivals,
      long startNanos,
      long flows) {}

  /**
   * What is expected of flows.
   *
   * @param traffic their name
   * @param from the station that starts them; null for all
   * @param reached whether all of them get their answer, or none
   */
  public record Expectation(int line, String traffic, @Nullable String from, boolean reached) {
    /** {@code FILE:LINE} is added by the caller. */
    @Override
    public String toString() {
      return (from == null ? "all" : from)
          + " "
          + (reached ? "reach" : "fail to reach")
          + " '"
          + traffic
          + "'";
    }
  }

  /** A run with further commands and further expectations. */
  public record Variant(
      String name, String about, List<String> apply, List<Expectation> expectations) {}
}
