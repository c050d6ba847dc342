package dev.chainfuse.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.packet.Skb;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostDirectoryTest {
  @TempDir Path directory;

  private static Topology article() {
    return HostDirectory.load(Path.of("src/test/resources/host/article"));
  }

  private void write(String file, String text) {
    try {
      Files.writeString(directory.resolve(file), text);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private String refusal() {
    return String.valueOf(
        assertThrows(HostFileException.class, () -> HostDirectory.load(directory)).getMessage());
  }

  @Test
  void interfacesAreNumberedInTheOrderOfIfindex() {
    assertEquals(
        List.of(
            "lo",
            "eno1",
            "eth1",
            "docker0",
            "vethabef17b",
            "veth5c0d7e1",
            "virbr0",
            "virbr0-nic",
            "vnet0",
            "vnet1",
            "oray_vnc"),
        article().interfaces().stream().map(Interface::name).toList());
  }

  @Test
  void anInterfaceHasWhatIpAddrShows() {
    Topology host = article();
    Interface eno1 = host.at(host.number("eno1"));
    assertEquals(0x0025_90e5_7f20L, eno1.mac());
    assertEquals(1500, eno1.mtu());
    assertTrue(eno1.running());
    assertEquals(InterfaceKind.VETH, eno1.kind());
    assertEquals(Skb.NO_INTERFACE, eno1.master());
    Address address = eno1.addresses().get(0);
    assertEquals("192.168.252.130/24", address.toString());
    assertEquals(Ipv4.parse("192.168.252.255"), address.broadcast());
    assertEquals(Scope.UNIVERSE, address.scope());

    Interface eth1 = host.at(host.number("eth1"));
    assertTrue(eth1.up());
    assertFalse(eth1.carrier());
    assertEquals(1200, host.at(host.number("oray_vnc")).mtu());
  }

  @Test
  void bridgesAndPortsHaveTheirSettings() {
    Topology host = article();
    Bridge docker0 = host.at(host.number("docker0")).bridge();
    assertNotNull(docker0);
    assertEquals(300_000_000_000L, docker0.ageingNanos());
    assertEquals(289_810_000_000L, docker0.cleanupNanos());
    assertFalse(docker0.spanningTree());
    assertTrue(docker0.multicastSnooping());

    Interface port = host.at(host.number("veth5c0d7e1"));
    assertEquals(host.number("docker0"), port.master());
    assertEquals(BridgePort.DEFAULT, port.port());
    BridgePort nic = host.at(host.number("virbr0-nic")).port();
    assertNotNull(nic);
    assertEquals(BridgePort.State.DISABLED, nic.state());
    assertEquals(
        List.of("virbr0-nic", "vnet0", "vnet1"),
        host.ports(host.number("virbr0")).stream().map(Interface::name).toList());
  }

  @Test
  void aTopologyChangeHidesTheConfiguredAgeingTime() {
    Topology host = article();
    Bridge virbr0 = host.at(host.number("virbr0")).bridge();
    assertNotNull(virbr0);
    assertEquals(Bridge.DEFAULT.ageingNanos(), virbr0.ageingNanos());
  }

  @Test
  void theKernelsOwnRoutesEqualThoseThatAddressesMake() {
    Topology printed = article();
    Topology derived = derivedFrom("src/test/resources/host/article");
    assertEquals(kernelRoutes(printed), kernelRoutes(derived));
  }

  private Topology derivedFrom(String other) {
    try {
      Files.copy(Path.of(other, "addr.json"), directory.resolve("addr.json"));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    return HostDirectory.load(directory);
  }

  private static List<String> kernelRoutes(Topology host) {
    return host.routes().stream()
        .filter(route -> route.protocol().equals("kernel"))
        .map(Route::toString)
        .sorted()
        .toList();
  }

  @Test
  void withoutAddrJsonThereIsLoopback() {
    Topology host = HostDirectory.load(directory);
    assertEquals(List.of("lo"), host.interfaces().stream().map(Interface::name).toList());
    assertEquals(3, host.routes().size());
    assertFalse(host.hasPolicyRouting());
    assertFalse(host.sysctls().ipForward());
  }

  @Test
  void neighboursAndFdbAreTheBridgesOwnAndLearned() {
    Topology host = article();
    assertTrue(
        host.neighbours()
            .contains(
                new Neighbour(
                    host.number("docker0"),
                    Ipv4.parse("192.168.0.3"),
                    0x0242_c0a8_0003L,
                    Neighbour.State.REACHABLE)));
    int docker0 = host.number("docker0");
    assertEquals(
        List.of(
            FdbEntry.State.LOCAL,
            FdbEntry.State.LEARNED,
            FdbEntry.State.LOCAL,
            FdbEntry.State.LEARNED,
            FdbEntry.State.LOCAL),
        host.fdb().stream().filter(e -> e.bridge() == docker0).map(FdbEntry::state).toList());
  }

  @Test
  void sysctlsAreRead() {
    Topology host = article();
    Sysctls sysctls = host.sysctls();
    assertTrue(sysctls.ipForward());
    assertTrue(sysctls.bridgeCallsIptables());
    assertEquals(1, sysctls.rpFilter(host.at(host.number("eno1"))));
    assertEquals(1, sysctls.rpFilter(host.at(0)), "the greater of all and lo");
    assertEquals(432_000, sysctls.conntrack("tcp_timeout_established"));
    assertEquals(32_768, sysctls.localPortFirst());
    assertEquals(212_992, sysctls.neighbourQueueBytes(host.at(1)));
  }

  @Test
  void routesOfIpv6AreSkipped() {
    write(
        "route.json",
        "[{\"dst\":\"default\",\"dev\":\"lo\",\"pref\":\"medium\",\"flags\":[]},"
            + "{\"type\":\"multicast\",\"dst\":\"ff00::/8\",\"dev\":\"lo\",\"flags\":[]}]");
    assertTrue(
        HostDirectory.load(directory).routes().stream()
            .allMatch(r -> r.table() == Route.TABLE_LOCAL));
  }

  @Test
  void refusalRoutesNeedNoDevice() {
    write(
        "route.json",
        "[{\"type\":\"unreachable\",\"dst\":\"10.0.0.0/8\",\"metric\":4294967295,\"flags\":[]},"
            + "{\"dst\":\"10.1.0.0/16\",\"dev\":\"lo\",\"metrics\":[{\"mtu\":1400}],\"flags\":[]}]");
    List<Route> routes =
        HostDirectory.load(directory).routes().stream()
            .filter(r -> r.table() == Route.TABLE_MAIN)
            .toList();
    assertEquals(RouteType.UNREACHABLE, routes.get(0).type());
    assertEquals(4_294_967_295L, routes.get(0).metric());
    assertEquals(1400, routes.get(1).mtu());
  }

  @Test
  void ownRoutingRulesAreKeptAndShown() {
    write(
        "rule.json",
        "[{\"priority\":0,\"src\":\"all\",\"table\":\"local\"},"
            + "{\"priority\":100,\"src\":\"all\",\"fwmark\":\"0x1\",\"table\":\"100\"},"
            + "{\"priority\":32766,\"src\":\"all\",\"table\":\"main\"},"
            + "{\"priority\":32767,\"src\":\"all\",\"table\":\"default\"}]");
    Topology host = HostDirectory.load(directory);
    assertTrue(host.hasPolicyRouting());
    assertEquals(new RoutingRule(100, "fwmark 0x1", "lookup 100"), host.rules().get(1));
  }

  @Test
  void theKernelsThreeRulesAreNoPolicyRouting() {
    write(
        "rule.json",
        "[{\"priority\":0,\"src\":\"all\",\"table\":\"local\"},"
            + "{\"priority\":32766,\"src\":\"all\",\"table\":\"main\"},"
            + "{\"priority\":32767,\"src\":\"all\",\"table\":\"default\"}]");
    assertFalse(HostDirectory.load(directory).hasPolicyRouting());
  }

  @Test
  void errorsNameFileLineAndColumn() {
    write("route.json", "[\n  {\"dst\":\"10.0.0.0/8\",\n   \"dev\":\"eth7\"}\n]");
    String message = refusal();
    assertTrue(message.startsWith(directory.resolve("route.json") + ":3:10: "), message);
    assertTrue(message.contains("no interface 'eth7'"), message);

    write("route.json", "[{\"dst\":\"10.0.0.1/8\",\"dev\":\"lo\"}]");
    assertTrue(refusal().contains(":1:9: 10.0.0.1/8 has bits set behind the prefix"), refusal());
  }

  @Test
  void whatIsNotModelledIsRefused() {
    write("route.json", "[{\"dst\":\"default\",\"nexthops\":[{\"dev\":\"lo\"}],\"flags\":[]}]");
    assertTrue(refusal().contains("several next hops"));
    write("route.json", "[]");

    String bridge =
        "[{\"ifindex\":1,\"ifname\":\"br0\",\"mtu\":1500,\"promiscuity\":0,\"link_type\":\"ether\","
            + "\"linkinfo\":{\"info_kind\":\"bridge\",\"info_data\":{\"vlan_filtering\":1}}}]";
    write("addr.json", bridge);
    assertTrue(refusal().contains("filters VLANs"));

    write("addr.json", "[{\"ifindex\":1,\"ifname\":\"eth0\",\"mtu\":1500}]");
    assertTrue(refusal().contains("ip -j -d addr"));
  }

  @Test
  void sysctlErrorsNameTheLine() {
    write("sysctl.conf", "# comment\nnet.ipv4.ip_forward = yes\n");
    assertTrue(refusal().contains("sysctl.conf:2:22: net.ipv4.ip_forward 'yes' is not a number"));
    write("sysctl.conf", "net.ipv4.ip_forward\n");
    assertTrue(refusal().contains("sysctl.conf:1:1: there is no '='"));
  }

  @Test
  void hostileJsonGivesOneKindOfError() {
    String deep = "[{\"a\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}]";
    List<String> hostile =
        List.of(
            "[",
            "[{",
            "[{\"ifindex\":1",
            "{}",
            "null",
            "17",
            "[1]",
            "[[]]",
            "[{\"ifname\":17,\"promiscuity\":0}]",
            "[{\"ifname\":\"e\",\"promiscuity\":0,\"ifindex\":99999999999999999999999,\"mtu\":1}]",
            "[{\"ifname\":\"e\",\"promiscuity\":0,\"ifindex\":1e400,\"mtu\":1500}]",
            "[{\"ifname\":\"e\",\"promiscuity\":0,\"ifindex\":-1,\"mtu\":1500}]",
            "[{\"ifname\":\"a/b\",\"promiscuity\":0,\"ifindex\":1,\"mtu\":1500}]",
            "[{\"ifname\":\"e\",\"promiscuity\":0,\"ifindex\":1,\"mtu\":1500,\"address\":\"x\"}]",
            "[{\"ifname\":\"e\",\"promiscuity\":0,\"ifindex\":1,\"mtu\":1500,\"flags\":{}}]",
            "[{\"ifname\":\"e\",\"promiscuity\":0,\"ifindex\":1,\"mtu\":1500,\"master\":\"no\"}]",
            "[{\"a\":" + "9".repeat(5_000) + "}]",
            "[{\"a\":\"" + "x".repeat(200_000) + "\"}]",
            "[{\"a\":[" + "1,".repeat(200_000) + "1]}]",
            deep,
            "[]x",
            "[{\"a\":\u0000}]",
            "\u0001\u0002\u0003");
    for (String text : hostile) {
      write("addr.json", text);
      String message = refusal();
      assertTrue(message.startsWith(directory.resolve("addr.json").toString()), message);
      assertTrue(message.length() < 1_000, message);
      assertFalse(message.contains("\n"), message);
    }
  }

  @Test
  void truncationAnywhereGivesOneKindOfError() throws IOException {
    for (String file : List.of("addr", "route", "neigh", "fdb")) {
      String whole =
          Files.readString(Path.of("src/test/resources/host/article", file + ".json")).strip();
      Files.copy(
          Path.of("src/test/resources/host/article/addr.json"),
          directory.resolve("addr.json"),
          java.nio.file.StandardCopyOption.REPLACE_EXISTING);
      for (int end = 1; end < whole.length(); end += 97) {
        write(file + ".json", whole.substring(0, end));
        assertTrue(refusal().contains(file + ".json"));
      }
      write(file + ".json", whole);
      assertNotNull(HostDirectory.load(directory));
    }
  }

  @Test
  void aMissingDirectoryIsToldSo() {
    Path missing = directory.resolve("nowhere");
    HostFileException e = assertThrows(HostFileException.class, () -> HostDirectory.load(missing));
    assertTrue(e.toString().contains(missing + ": is not a directory"), e.toString());
    assertEquals(0, e.line());
    assertNull(e.getCause());
  }

  /** The kernel marks routes up to a second after the carrier goes, between two files. */
  private static List<String> withoutLinkDown(List<String> routes) {
    return routes.stream().map(r -> r.replaceAll("linkDown=\\w+", "")).toList();
  }

  /** All recorded hosts, if they are at hand: {@code -Drecordings=DIRECTORY}. */
  @Test
  void everyRecordedHostLoads() throws IOException {
    Path recordings = Path.of(System.getProperty("recordings", "../../shared/rules"));
    if (!Files.isDirectory(recordings)) {
      System.err.println("SKIPPED everyRecordedHostLoads: no directory " + recordings);
      return;
    }
    int loaded = 0;
    try (Stream<Path> found = Files.walk(recordings, 4)) {
      for (Path file : found.filter(f -> f.endsWith("addr.json")).sorted().toList()) {
        Topology host = HostDirectory.load(file.resolveSibling("."));
        assertFalse(host.interfaces().isEmpty());
        List<String> derived =
            host.interfaces().stream()
                .flatMap(each -> AutomaticRoutes.of(each).stream())
                .map(Route::toString)
                .sorted()
                .toList();
        assertEquals(
            withoutLinkDown(kernelRoutes(host)), withoutLinkDown(derived), file.toString());
        loaded++;
      }
    }
    System.err.println("loaded " + loaded + " recorded hosts");
    assertTrue(loaded > 0);
  }
}
