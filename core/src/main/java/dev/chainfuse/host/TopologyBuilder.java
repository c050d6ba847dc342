package dev.chainfuse.host;

import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.packet.Skb;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Describes a host step by step. What the kernel would make by itself is made: local, broadcast and
 * connected routes, the bridges' own FDB entries. Mistakes are {@link IllegalArgumentException}s
 * with a sentence. Not thread-safe.
 *
 * <pre>{@code
 * Topology host = Topology.builder()
 *     .add(InterfaceSpec.physical("eno1").address("192.168.252.130/24"))
 *     .add(InterfaceSpec.bridge("docker0").address("172.17.0.1/16"))
 *     .add(InterfaceSpec.port("veth1", "docker0"))
 *     .route("default via 192.168.252.1")
 *     .neighbour("172.17.0.2", "docker0", "02:42:ac:11:00:02")
 *     .sysctl("net.ipv4.ip_forward", 1)
 *     .build();
 * }</pre>
 */
public final class TopologyBuilder {
  private final Map<String, InterfaceSpec> specs = new LinkedHashMap<>();
  private final List<Function<List<Interface>, Route>> routes = new ArrayList<>();
  private final List<Function<ToIntFunction<String>, Neighbour>> neighbours = new ArrayList<>();
  private final List<Function<ToIntFunction<String>, FdbEntry>> fdb = new ArrayList<>();
  private final List<RoutingRule> rules = new ArrayList<>();
  private final Map<String, String> sysctls = new HashMap<>();
  private Predicate<Route> automaticRoutes = route -> true;
  private boolean automaticFdb = true;
  private boolean automaticLoopback = true;

  TopologyBuilder() {}

  /**
   * Adds an interface. The first one added gets ifindex 2, behind loopback, unless the spec says
   * otherwise.
   */
  public TopologyBuilder add(InterfaceSpec spec) {
    if (specs.putIfAbsent(spec.name, spec) != null) {
      throw new IllegalArgumentException("there are two interfaces named '" + spec.name + "'");
    }
    return this;
  }

  /**
   * Adds a route in the words of {@code ip route add}: {@code [TYPE] PREFIX [via A] [dev D] [metric
   * N] [src A] [scope S] [table T] [tos N] [mtu N] [proto P] [onlink]}. Mistakes show at {@link
   * #build}.
   */
  public TopologyBuilder route(String text) {
    routes.add(interfaces -> RouteText.parse(text, interfaces));
    return this;
  }

  TopologyBuilder route(Function<List<Interface>, Route> route) {
    routes.add(route);
    return this;
  }

  /** Leaves out the routes that addresses make, because all are given. */
  public TopologyBuilder withoutAutomaticRoutes() {
    return automaticRoutes(route -> false);
  }

  TopologyBuilder automaticRoutes(Predicate<Route> which) {
    automaticRoutes = which;
    return this;
  }

  /** Adds a neighbour whose hardware address is known for good (REACHABLE). */
  public TopologyBuilder neighbour(String address, String device, String mac) {
    return neighbour(address, device, Ipv4.parseMac(mac), Neighbour.State.REACHABLE);
  }

  /** Adds a neighbour. */
  public TopologyBuilder neighbour(String address, String device, long mac, Neighbour.State state) {
    int ip = Ipv4.parse(address);
    neighbours.add(number -> new Neighbour(number.applyAsInt(device), ip, mac, state));
    return this;
  }

  /** Adds a learned address of a bridge's port. */
  public TopologyBuilder learned(String mac, String bridge, String port) {
    return fdb(Ipv4.parseMac(mac), bridge, port, FdbEntry.State.LEARNED, false, 0);
  }

  /** Adds an entry to a bridge's forwarding database; {@code port} may be the bridge itself. */
  public TopologyBuilder fdb(
      long mac, String bridge, String port, FdbEntry.State state, boolean sticky, long idleNanos) {
    fdb.add(
        number ->
            new FdbEntry(
                number.applyAsInt(bridge), number.applyAsInt(port), mac, state, sticky, idleNanos));
    return this;
  }

  /** Leaves out the bridges' own entries, because all are given. */
  TopologyBuilder withoutAutomaticFdb() {
    automaticFdb = false;
    return this;
  }

  TopologyBuilder withoutAutomaticLoopback() {
    automaticLoopback = false;
    return this;
  }

  /** Adds a routing rule; as soon as one is added, the kernel's three must be added as well. */
  public TopologyBuilder rule(RoutingRule rule) {
    rules.add(rule);
    return this;
  }

  /** Sets a kernel setting by the name that {@code sysctl} prints. */
  public TopologyBuilder sysctl(String key, long value) {
    return sysctl(key, Long.toString(value));
  }

  /** Sets a kernel setting that is not one number, such as a range of ports. */
  public TopologyBuilder sysctl(String key, String value) {
    SysctlFile.check(key, value);
    sysctls.put(key, value);
    return this;
  }

  /**
   * The host as described.
   *
   * @throws IllegalArgumentException if a name, route or address does not fit
   */
  public Topology build() {
    List<InterfaceSpec> ordered = ordered();
    Map<String, Integer> numbers = new HashMap<>();
    for (InterfaceSpec spec : ordered) {
      numbers.put(spec.name, numbers.size());
    }
    List<Interface> interfaces = new ArrayList<>();
    for (InterfaceSpec spec : ordered) {
      interfaces.add(interfaceOf(spec, interfaces.size(), numbers));
    }
    ToIntFunction<String> number = name -> existing(name, numbers);
    List<FdbEntry> entries = new ArrayList<>(automaticFdb ? ownEntries(interfaces) : List.of());
    fdb.forEach(each -> entries.add(each.apply(number)));
    for (FdbEntry entry : entries) {
      requirePort(entry, interfaces);
    }
    return new Topology(
        interfaces,
        routesOf(interfaces),
        rules.isEmpty() ? RoutingRule.DEFAULT : rules,
        neighbours.stream().map(each -> each.apply(number)).toList(),
        entries,
        new Sysctls(sysctls));
  }

  private List<InterfaceSpec> ordered() {
    if (automaticLoopback
        && specs.values().stream().noneMatch(s -> s.kind == InterfaceKind.LOOPBACK)) {
      InterfaceSpec loopback = InterfaceSpec.of("lo", InterfaceKind.LOOPBACK);
      add(loopback.index(1).address("127.0.0.1/8"));
    }
    int next = 2;
    Map<Integer, String> taken = new HashMap<>();
    for (InterfaceSpec spec : specs.values()) {
      if (spec.index < 0) {
        spec.index = next;
      }
      next = Math.max(next, spec.index + 1);
      String other = taken.put(spec.index, spec.name);
      if (other != null) {
        throw new IllegalArgumentException(
            "'" + other + "' and '" + spec.name + "' have the same ifindex " + spec.index);
      }
    }
    return specs.values().stream().sorted(Comparator.comparingInt(s -> s.index)).toList();
  }

  private Interface interfaceOf(InterfaceSpec spec, int number, Map<String, Integer> numbers) {
    InterfaceSpec master = spec.master == null ? null : specs.get(spec.master);
    if (spec.master != null && (master == null || master.bridge == null)) {
      throw new IllegalArgumentException(
          "'" + spec.name + "' is a port of '" + spec.master + "', which is no bridge here");
    }
    return spec.build(
        number,
        master == null ? Skb.NO_INTERFACE : existing(master.name, numbers),
        numberOrNone(spec.link, numbers),
        hardwareAddress(spec),
        master != null && master.up);
  }

  private long hardwareAddress(InterfaceSpec spec) {
    if (spec.mac >= 0) {
      return spec.mac;
    }
    long lowest = Long.MAX_VALUE;
    for (InterfaceSpec each : specs.values()) {
      if (spec.bridge != null && spec.name.equals(each.master)) {
        lowest = Math.min(lowest, hardwareAddress(each));
      }
    }
    return lowest != Long.MAX_VALUE ? lowest : 0x0200_0000_0000L | spec.index;
  }

  private static int existing(String name, Map<String, Integer> numbers) {
    Integer number = numbers.get(name);
    if (number == null) {
      throw new IllegalArgumentException("no interface '" + name + "'");
    }
    return number;
  }

  private static int numberOrNone(@Nullable String name, Map<String, Integer> numbers) {
    return name == null ? Skb.NO_INTERFACE : numbers.getOrDefault(name, Skb.NO_INTERFACE);
  }

  private List<Route> routesOf(List<Interface> interfaces) {
    List<Route> all = new ArrayList<>();
    for (Interface each : interfaces) {
      AutomaticRoutes.of(each).stream().filter(automaticRoutes).forEach(all::add);
    }
    for (Function<List<Interface>, Route> route : routes) {
      all.add(route.apply(interfaces));
    }
    return all;
  }

  /** The bridge's own address and those of its ports (br_fdb_add_local). */
  private static List<FdbEntry> ownEntries(List<Interface> interfaces) {
    Map<Long, FdbEntry> own = new LinkedHashMap<>();
    for (Interface each : interfaces) {
      int bridge = each.isBridge() ? each.number() : each.master();
      if (bridge >= 0) {
        own.putIfAbsent(
            ((long) bridge << 48) | each.mac(),
            new FdbEntry(bridge, each.number(), each.mac(), FdbEntry.State.LOCAL, false, 0));
      }
    }
    return List.copyOf(own.values());
  }

  private static void requirePort(FdbEntry entry, List<Interface> interfaces) {
    Interface port = interfaces.get(entry.port());
    Interface bridge = interfaces.get(entry.bridge());
    boolean fits = port.master() == entry.bridge() || entry.port() == entry.bridge();
    if (!bridge.isBridge() || !fits) {
      throw new IllegalArgumentException(
          "address "
              + Ipv4.formatMac(entry.mac())
              + ": '"
              + port
              + "' is no port of '"
              + bridge
              + "'");
    }
  }
}
