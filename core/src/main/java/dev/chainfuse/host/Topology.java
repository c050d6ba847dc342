package dev.chainfuse.host;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A host's interfaces, addresses, routes, neighbours, bridges and settings, as they are when a
 * session starts. Made by {@link HostDirectory#load} or {@link #builder()}. Immutable, thread-safe.
 */
public final class Topology {
  private final List<Interface> interfaces;
  private final Map<String, Interface> byName;
  private final List<Route> routes;
  private final List<RoutingRule> rules;
  private final List<Neighbour> neighbours;
  private final List<FdbEntry> fdb;
  private final Sysctls sysctls;

  Topology(
      List<Interface> interfaces,
      List<Route> routes,
      List<RoutingRule> rules,
      List<Neighbour> neighbours,
      List<FdbEntry> fdb,
      Sysctls sysctls) {
    this.interfaces = List.copyOf(interfaces);
    this.byName =
        this.interfaces.stream()
            .collect(java.util.stream.Collectors.toUnmodifiableMap(Interface::name, i -> i));
    this.routes = List.copyOf(routes);
    this.rules = List.copyOf(rules);
    this.neighbours = List.copyOf(neighbours);
    this.fdb = List.copyOf(fdb);
    this.sysctls = sysctls;
  }

  /** A host to describe step by step; it has a loopback interface from the start. */
  public static TopologyBuilder builder() {
    return new TopologyBuilder();
  }

  /** All interfaces; an interface's number is its place here. */
  public List<Interface> interfaces() {
    return interfaces;
  }

  /**
   * The interface with that number.
   *
   * @throws IndexOutOfBoundsException if there is none
   */
  public Interface at(int number) {
    return interfaces.get(number);
  }

  /** The interface with that name, or null. */
  public @Nullable Interface find(String name) {
    return byName.get(name);
  }

  /**
   * The number of the interface with that name.
   *
   * @throws IllegalArgumentException if there is none
   */
  public int number(String name) {
    Interface found = byName.get(name);
    if (found == null) {
      throw new IllegalArgumentException("no interface '" + name + "'; there are " + interfaces);
    }
    return found.number();
  }

  /** Ports of a bridge, in interface order. */
  public List<Interface> ports(int bridge) {
    return interfaces.stream().filter(i -> i.master() == bridge).toList();
  }

  /** Routes of all tables, in the order in which they were added. */
  public List<Route> routes() {
    return routes;
  }

  /** What {@code ip rule} shows. */
  public List<RoutingRule> rules() {
    return rules;
  }

  /**
   * Whether there are other routing rules than the kernel's three. Packets that need a route are
   * then answered "not modelled".
   */
  public boolean hasPolicyRouting() {
    return !rules.equals(RoutingRule.DEFAULT);
  }

  /** The ARP cache at the start. */
  public List<Neighbour> neighbours() {
    return neighbours;
  }

  /** The bridges' forwarding databases at the start. */
  public List<FdbEntry> fdb() {
    return fdb;
  }

  public Sysctls sysctls() {
    return sysctls;
  }
}
