package dev.chainfuse.scenarios.scenario;

import dev.chainfuse.Engine;
import dev.chainfuse.Session;
import dev.chainfuse.host.Interface;
import dev.chainfuse.host.Neighbour;
import dev.chainfuse.host.Topology;
import dev.chainfuse.scenarios.InputException;
import dev.chainfuse.scenarios.record.EgressDevices;
import dev.chainfuse.scenarios.record.Recorder;
import dev.chainfuse.scenarios.scenario.Scenario.StationSpec;
import dev.chainfuse.scenarios.scenario.Scenario.TrafficSpec;
import dev.chainfuse.scenarios.traffic.LinkSpec;
import dev.chainfuse.scenarios.traffic.Simulation;
import dev.chainfuse.scenarios.traffic.Source;
import dev.chainfuse.scenarios.traffic.Station;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Sets a scenario's stations and traffic around a host. */
final class SimulationBuilder {
  /** 02: locally administered, as Docker makes MACs of its containers' addresses. */
  private static final long MADE_MAC = 0x0242_0000_0000L;

  private final Scenario scenario;
  private final Topology topology;

  private SimulationBuilder(Scenario scenario, Topology topology) {
    this.scenario = scenario;
    this.topology = topology;
  }

  static Simulation build(
      Scenario scenario, Engine engine, Session session, int batchSize, Recorder recorder) {
    return new SimulationBuilder(scenario, engine.host().topology())
        .build(session, batchSize, recorder);
  }

  private Simulation build(Session session, int batchSize, Recorder recorder) {
    for (String name : scenario.links().keySet()) {
      if (topology.find(name) == null) {
        throw noInterface(scenario.file(), "links", name);
      }
    }
    List<LinkSpec> links = new ArrayList<>();
    for (Interface device : topology.interfaces()) {
      links.add(scenario.links().getOrDefault(device.name(), scenario.defaultLink()));
    }
    Simulation simulation = new Simulation(session, links, scenario.seed(), batchSize, recorder);
    Map<String, Station> stations = new HashMap<>();
    for (boolean behind : new boolean[] {false, true}) {
      for (StationSpec spec : scenario.stations()) {
        if ((spec.behind() != null) == behind) {
          stations.put(spec.name(), station(simulation, spec, stations));
        }
      }
    }
    for (TrafficSpec traffic : scenario.traffic()) {
      for (String from : traffic.from()) {
        Station station = stations.get(from);
        if (station == null) {
          throw new IllegalArgumentException("traffic from no station: " + from);
        }
        simulation.add(source(traffic, station), scenario.durationNanos());
      }
    }
    return simulation;
  }

  private Station station(Simulation simulation, StationSpec spec, Map<String, Station> stations) {
    Station router = spec.behind() == null ? null : stations.get(spec.behind());
    Station station;
    if (router != null) {
      station = simulation.stationBehind(router, spec.name(), spec.address());
    } else {
      Interface device = device(spec);
      station =
          simulation.station(
              device.number(),
              spec.name(),
              mac(spec, device),
              spec.address(),
              spec.prefixLength(),
              spec.gateway());
    }
    spec.tcpPorts().forEach(station::serveTcp);
    spec.udpPorts().forEach(station::serveUdp);
    return station;
  }

  private Interface device(StationSpec spec) {
    String place = scenario.file() + ":" + spec.line();
    String name = String.valueOf(spec.interfaceName());
    Interface device = topology.find(name);
    if (device == null) {
      throw noInterface(place, "on", name);
    }
    if (!EgressDevices.of(topology).contains(device)) {
      throw new InputException(
          place
              + ": on: stations are opposite of cards and of bridges' ports, not of "
              + name
              + "; it has the ports "
              + topology.ports(device.number()));
    }
    return device;
  }

  private InputException noInterface(String place, String key, String name) {
    List<String> names = topology.interfaces().stream().map(Interface::name).toList();
    return new InputException(
        place
            + ": "
            + key
            + ": the host has no interface '"
            + name
            + "'; "
            + Nearest.advice(name, names));
  }

  /** The MAC that the file says, or that the host already knows, or one made from the address. */
  private long mac(StationSpec spec, Interface device) {
    if (spec.mac() != 0) {
      return spec.mac();
    }
    int above = EgressDevices.above(topology, device).number();
    for (Neighbour neighbour : topology.neighbours()) {
      if (neighbour.address() == spec.address()
          && neighbour.device() == above
          && neighbour.mac() != 0) {
        return neighbour.mac();
      }
    }
    return MADE_MAC | spec.address() & 0xffff_ffffL;
  }

  private static Source source(TrafficSpec traffic, Station from) {
    return new Source(
        traffic.name(),
        from,
        traffic.to(),
        traffic.toName(),
        traffic.protocol(),
        traffic.port(),
        traffic.request(),
        traffic.response(),
        traffic.arrivals(),
        traffic.startNanos(),
        traffic.flows());
  }
}
