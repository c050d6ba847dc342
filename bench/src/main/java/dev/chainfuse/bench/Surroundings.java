package dev.chainfuse.bench;

import dev.chainfuse.Host;
import dev.chainfuse.host.Address;
import dev.chainfuse.host.FdbEntry;
import dev.chainfuse.host.Interface;
import dev.chainfuse.host.Neighbour;
import dev.chainfuse.host.Route;
import dev.chainfuse.host.RouteType;
import dev.chainfuse.host.Topology;
import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.rules.Chain;
import dev.chainfuse.rules.HeaderMatch;
import dev.chainfuse.rules.Match;
import dev.chainfuse.rules.NatRange;
import dev.chainfuse.rules.Rule;
import dev.chainfuse.rules.Table;
import dev.chainfuse.rules.TableName;
import dev.chainfuse.rules.match.TcpMatch;
import dev.chainfuse.rules.match.UdpMatch;
import dev.chainfuse.rules.target.DnatTarget;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Who is around a host, as its files tell: the router behind which the outside lies, the containers
 * and guests on its bridges, and the ports that it publishes.
 *
 * @param router next hop of the default route
 * @param inside stations behind bridge ports
 * @param published ports that DNAT rules lead inside
 */
record Surroundings(Station router, List<Station> inside, List<Published> published) {
  private static final long UNKNOWN_MAC = 0x0200_0000_0001L;
  private static final int MAIN_TABLE = 254;

  /** A port of the host's that leads inside, and where to. */
  record Published(int protocol, int address, int port, int insideAddress) {}

  Surroundings {
    inside = List.copyOf(inside);
    published = List.copyOf(published);
  }

  /**
   * Looks around a host.
   *
   * @throws IllegalArgumentException if it has no default route, or one by a bridge
   */
  static Surroundings of(Host host) {
    Topology topology = host.topology();
    Station router = router(topology);
    List<Published> published = published(host, router.hostAddress());
    List<Station> inside = new ArrayList<>();
    for (Interface each : topology.interfaces()) {
      if (each.isBridge() && !each.addresses().isEmpty()) {
        addStations(topology, each, published, inside);
      }
    }
    return new Surroundings(router, inside, published);
  }

  private static Station router(Topology topology) {
    for (Route route : topology.routes()) {
      if (route.prefixLength() == 0
          && route.table() == MAIN_TABLE
          && route.type() == RouteType.UNICAST
          && !topology.at(route.device()).isBridge()
          && !topology.at(route.device()).addresses().isEmpty()) {
        Interface device = topology.at(route.device());
        long mac = macOf(topology, device.number(), route.gateway());
        return new Station(
            device.number(), route.gateway(), mac, device.addresses().get(0).local(), device.mac());
      }
    }
    throw new IllegalArgumentException("the host has no default route by a network card");
  }

  private static long macOf(Topology topology, int device, int address) {
    for (Neighbour each : topology.neighbours()) {
      if (each.device() == device && each.address() == address && each.state().isValid()) {
        return each.mac();
      }
    }
    return UNKNOWN_MAC;
  }

  /**
   * Stations whose MAC addresses the bridge has learned. Their IP addresses come from the ARP
   * cache; the others get those that rules lead to, and then the first that are free.
   */
  private static void addStations(
      Topology topology, Interface bridge, List<Published> published, List<Station> inside) {
    Address network = bridge.addresses().get(0);
    Set<Integer> taken = new TreeSet<>();
    List<FdbEntry> nameless = new ArrayList<>();
    for (FdbEntry entry : topology.fdb()) {
      boolean station =
          entry.bridge() == bridge.number()
              && entry.port() != bridge.number()
              && entry.state() != FdbEntry.State.LOCAL
              && topology.at(entry.port()).running();
      if (!station) {
        continue;
      }
      int address = addressOf(topology, bridge.number(), entry.mac());
      if (address == 0) {
        nameless.add(entry);
      } else {
        taken.add(address);
        inside.add(station(bridge, network, entry, address));
      }
    }
    List<Integer> free = new ArrayList<>();
    for (Published each : published) {
      if (network.covers(each.insideAddress()) && taken.add(each.insideAddress())) {
        free.add(each.insideAddress());
      }
    }
    for (int i = 2; free.size() < nameless.size(); i++) {
      if (taken.add(network.network() + i)) {
        free.add(network.network() + i);
      }
    }
    for (int i = 0; i < nameless.size(); i++) {
      inside.add(station(bridge, network, nameless.get(i), free.get(i)));
    }
  }

  private static Station station(Interface bridge, Address network, FdbEntry entry, int address) {
    return new Station(entry.port(), address, entry.mac(), network.local(), bridge.mac());
  }

  private static int addressOf(Topology topology, int device, long mac) {
    for (Neighbour each : topology.neighbours()) {
      if (each.device() == device && each.mac() == mac && each.state().isValid()) {
        return each.address();
      }
    }
    return 0;
  }

  private static List<Published> published(Host host, int hostAddress) {
    List<Published> found = new ArrayList<>();
    Table nat = host.rules().table(TableName.NAT);
    if (nat == null) {
      return found;
    }
    for (Chain chain : nat.chains()) {
      for (Rule rule : chain.rules()) {
        int port = port(rule);
        if (rule.target() instanceof DnatTarget target
            && target.range().has(NatRange.MAP_ADDRESSES)
            && port > 0) {
          HeaderMatch.Address to = rule.header().destination();
          boolean exact = to.mask() == -1 && !to.inverted();
          found.add(
              new Published(
                  rule.header().protocol(),
                  exact ? to.address() : hostAddress,
                  port,
                  target.range().minAddress()));
        }
      }
    }
    // Loopback's own published ports are of no use to the outside.
    found.removeIf(each -> Ipv4.isLoopback(each.address()));
    return found;
  }

  private static int port(Rule rule) {
    for (Match match : rule.matches()) {
      if (match instanceof TcpMatch tcp && !tcp.destination().inverted()) {
        return tcp.destination().first();
      }
      if (match instanceof UdpMatch udp && !udp.destination().inverted()) {
        return udp.destination().first();
      }
    }
    return 0;
  }
}
