package dev.chainfuse.scenarios.differential;

import dev.chainfuse.scenarios.InputException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A host that can be built in a namespace. Its text form has one item a line:
 *
 * <pre>
 * bridge docker0 02:42:00:00:00:01
 * port veth1 02:11:00:00:00:01 master docker0 hairpin
 * address docker0 172.17.0.1/16
 * route default via 192.168.1.1 dev eno1
 * neighbour 172.17.0.2 docker0 02:42:ac:11:00:02
 * fdb 02:42:ac:11:00:02 veth1
 * sysctl net.ipv4.ip_forward 1
 * </pre>
 *
 * @param ports network cards and bridge ports: where frames enter and leave
 */
record LabTopology(
    List<Port> ports,
    List<Bridge> bridges,
    List<Address> addresses,
    List<String> routes,
    List<Neighbour> neighbours,
    List<FdbEntry> fdb,
    Map<String, String> sysctls) {

  record Port(String name, String mac, int mtu, @Nullable String master, boolean hairpin) {}

  record Bridge(String name, String mac) {}

  record Address(String device, String prefix) {
    String address() {
      return prefix.substring(0, prefix.indexOf('/'));
    }
  }

  record Neighbour(String address, String device, String mac) {}

  record FdbEntry(String mac, String port) {}

  LabTopology {
    ports = List.copyOf(ports);
    bridges = List.copyOf(bridges);
    addresses = List.copyOf(addresses);
    routes = List.copyOf(routes);
    neighbours = List.copyOf(neighbours);
    fdb = List.copyOf(fdb);
    sysctls = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(sysctls));
  }

  /** The number of a port, or -1. */
  int port(String name) {
    for (int i = 0; i < ports.size(); i++) {
      if (ports.get(i).name().equals(name)) {
        return i;
      }
    }
    return -1;
  }

  /** The address's device: a bridge, or the port itself. */
  static String device(Port port) {
    return port.master() == null ? port.name() : port.master();
  }

  /** The MAC address of a device. */
  String mac(String device) {
    for (Bridge bridge : bridges) {
      if (bridge.name().equals(device)) {
        return bridge.mac();
      }
    }
    return ports.get(port(device)).mac();
  }

  List<String> lines() {
    List<String> lines = new ArrayList<>();
    bridges.forEach(b -> lines.add("bridge " + b.name() + " " + b.mac()));
    for (Port p : ports) {
      lines.add(
          "port "
              + p.name()
              + " "
              + p.mac()
              + (p.mtu() == 1500 ? "" : " mtu " + p.mtu())
              + (p.master() == null ? "" : " master " + p.master())
              + (p.hairpin() ? " hairpin" : ""));
    }
    addresses.forEach(a -> lines.add("address " + a.device() + " " + a.prefix()));
    routes.forEach(r -> lines.add("route " + r));
    neighbours.forEach(
        n -> lines.add("neighbour " + n.address() + " " + n.device() + " " + n.mac()));
    fdb.forEach(f -> lines.add("fdb " + f.mac() + " " + f.port()));
    sysctls.forEach((key, value) -> lines.add("sysctl " + key + " " + value));
    return lines;
  }

  /**
   * Reads the text form.
   *
   * @throws InputException if a line cannot be read
   */
  static LabTopology parse(String name, List<String> lines) {
    Builder builder = new Builder();
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i).strip();
      if (!line.isEmpty() && !line.startsWith("#") && !builder.add(line.split("\\s+"), line)) {
        throw new InputException(name + ":" + (i + 1) + ": cannot be read: " + line);
      }
    }
    return builder.build();
  }

  /** Collects the items. */
  static final class Builder {
    private final List<Port> ports = new ArrayList<>();
    private final List<Bridge> bridges = new ArrayList<>();
    private final List<Address> addresses = new ArrayList<>();
    private final List<String> routes = new ArrayList<>();
    private final List<Neighbour> neighbours = new ArrayList<>();
    private final List<FdbEntry> fdb = new ArrayList<>();
    private final Map<String, String> sysctls = new LinkedHashMap<>();

    /** Adds an item in its text form. */
    Builder item(String line) {
      if (!add(line.split(" "), line)) {
        throw new IllegalArgumentException(line);
      }
      return this;
    }

    private boolean add(String[] words, String line) {
      boolean complete = words.length >= (words[0].equals("neighbour") ? 4 : 3);
      switch (complete ? words[0] : "") {
        case "bridge" -> bridges.add(new Bridge(words[1], words[2]));
        case "port" -> ports.add(port(words));
        case "address" -> addresses.add(new Address(words[1], words[2]));
        case "route" -> routes.add(line.substring("route ".length()));
        case "neighbour" -> neighbours.add(new Neighbour(words[1], words[2], words[3]));
        case "fdb" -> fdb.add(new FdbEntry(words[1], words[2]));
        case "sysctl" -> sysctls.put(words[1], words[2]);
        default -> {
          return false;
        }
      }
      return true;
    }

    private static Port port(String[] words) {
      int mtu = 1500;
      String master = null;
      boolean hairpin = false;
      for (int i = 3; i < words.length; i++) {
        switch (words[i]) {
          case "mtu" -> mtu = Integer.parseInt(words[++i]);
          case "master" -> master = words[++i];
          case "hairpin" -> hairpin = true;
          default -> throw new InputException("port " + words[1] + ": '" + words[i] + "'?");
        }
      }
      return new Port(words[1], words[2], mtu, master, hairpin);
    }

    LabTopology build() {
      return new LabTopology(ports, bridges, addresses, routes, neighbours, fdb, sysctls);
    }
  }
}
