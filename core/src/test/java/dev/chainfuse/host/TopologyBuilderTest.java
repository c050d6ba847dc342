package dev.chainfuse.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.chainfuse.packet.Ipv4;
import java.util.List;
import org.junit.jupiter.api.Test;

class TopologyBuilderTest {
  private static TopologyBuilder docker() {
    return Topology.builder()
        .add(InterfaceSpec.physical("eno1").address("192.0.2.10/24"))
        .add(InterfaceSpec.bridge("docker0").address("172.17.0.1/16"))
        .add(InterfaceSpec.port("veth1", "docker0").mac("02:00:00:00:00:99"))
        .add(InterfaceSpec.port("veth2", "docker0").mac("02:00:00:00:00:98"));
  }

  private static List<String> routes(Topology host) {
    return host.routes().stream()
        .map(r -> r.type() + " " + r.prefix() + " " + host.at(r.device()))
        .toList();
  }

  @Test
  void addressesMakeTheRoutesThatTheKernelMakes() {
    assertEquals(
        List.of(
            "LOCAL 127.0.0.1/32 lo",
            "LOCAL 127.0.0.0/8 lo",
            "BROADCAST 127.255.255.255/32 lo",
            "LOCAL 192.0.2.10/32 eno1",
            "BROADCAST 192.0.2.255/32 eno1",
            "UNICAST 192.0.2.0/24 eno1",
            "LOCAL 172.17.0.1/32 docker0",
            "BROADCAST 172.17.255.255/32 docker0",
            "UNICAST 172.17.0.0/16 docker0"),
        routes(docker().build()));
  }

  @Test
  void anInterfaceThatIsDownKeepsItsLocalRouteOnly() {
    Topology host =
        Topology.builder().add(InterfaceSpec.physical("e").address("10.0.0.1/8").down()).build();
    assertEquals("LOCAL 10.0.0.1/32 e", routes(host).get(3));
    assertEquals(4, host.routes().size());
  }

  @Test
  void aSecondaryAddressMakesNoSecondNetwork() {
    Topology host =
        Topology.builder()
            .add(InterfaceSpec.physical("e").address("10.0.0.1/24").address("10.0.0.2/24"))
            .build();
    assertTrue(host.at(1).addresses().get(1).secondary());
    assertEquals(
        Ipv4.parse("10.0.0.1"), host.routes().get(host.routes().size() - 1).preferredSource());
    assertEquals(1, routes(host).stream().filter(r -> r.startsWith("UNICAST")).count());
  }

  @Test
  void networksOf31And32BitsHaveNoBroadcast() {
    Topology host =
        Topology.builder()
            .add(InterfaceSpec.physical("a").address("10.0.0.0/31"))
            .add(InterfaceSpec.physical("b").address("10.9.9.9/32"))
            .build();
    assertEquals(
        List.of("LOCAL 10.0.0.0/32 a", "UNICAST 10.0.0.0/31 a", "LOCAL 10.9.9.9/32 b"),
        routes(host).subList(3, 6));
  }

  @Test
  void aGatewayIsReachedByTheNetworkThatItIsIn() {
    Topology host = docker().route("default via 192.0.2.1").build();
    Route route = host.routes().get(host.routes().size() - 1);
    assertEquals("eno1", host.at(route.device()).name());
    assertEquals(Scope.UNIVERSE, route.scope());
    assertEquals(Route.TABLE_MAIN, route.table());
  }

  @Test
  void aBridgeHasTheLowestAddressOfItsPortsAndKnowsThem() {
    Topology host = docker().build();
    assertEquals(0x0200_0000_0098L, host.at(host.number("docker0")).mac());
    assertEquals(2, host.fdb().size(), "docker0 and veth2 share an address");
    assertTrue(host.fdb().stream().allMatch(e -> e.state() == FdbEntry.State.LOCAL));
  }

  @Test
  void aPortWithoutCarrierIsDisabled() {
    Topology host = docker().add(InterfaceSpec.port("veth3", "docker0").noCarrier()).build();
    BridgePort port = host.at(host.number("veth3")).port();
    assertTrue(port != null && port.state() == BridgePort.State.DISABLED);
  }

  @Test
  void mistakesAreSentences() {
    assertTrue(mistake(docker().route("10.0.0.0/8 dev eth9")).contains("no interface 'eth9'"));
    assertTrue(mistake(docker().route("10.0.0.0/8 via 8.8.8.8")).contains("no network leads to"));
    assertTrue(mistake(docker().route("10.0.0.1/8 dev eno1")).contains("behind the prefix"));
    assertTrue(mistake(docker().route("10.0.0.0/8 dev")).contains("'dev' needs a value"));
    assertTrue(mistake(docker().route("frobnicate")).contains("'frobnicate'"));
    assertTrue(mistake(docker().neighbour("10.0.0.1", "x", "0:0:0:0:0:1")).contains("'x'"));
    assertTrue(
        mistake(docker().add(InterfaceSpec.port("v", "eno1"))).contains("which is no bridge"));
    assertTrue(
        mistake(docker().learned("0:0:0:0:0:1", "docker0", "eno1")).contains("is no port of"));
    assertThrows(IllegalArgumentException.class, () -> InterfaceSpec.physical("a b"));
  }

  private static String mistake(TopologyBuilder builder) {
    return String.valueOf(
        assertThrows(IllegalArgumentException.class, builder::build).getMessage());
  }

  @Test
  void settingsOfAllAndOfAnInterfaceCombineAsTheKernelDoes() {
    Topology host =
        docker()
            .sysctl("net.ipv4.conf.all.rp_filter", 1)
            .sysctl("net.ipv4.conf.eno1.rp_filter", 2)
            .sysctl("net.ipv4.conf.all.accept_local", 0)
            .sysctl("net.ipv4.conf.docker0.accept_local", 1)
            .sysctl("net.ipv4.conf.default.arp_ignore", 1)
            .sysctl("net.ipv4.ip_forward", 1)
            .sysctl("net.ipv4.conf.all.accept_redirects", 0)
            .build();
    Sysctls sysctls = host.sysctls();
    Interface eno1 = host.at(host.number("eno1"));
    Interface docker0 = host.at(host.number("docker0"));
    assertEquals(2, sysctls.rpFilter(eno1));
    assertEquals(1, sysctls.rpFilter(docker0));
    assertFalse(sysctls.acceptLocal(eno1));
    assertTrue(sysctls.acceptLocal(docker0));
    assertEquals(1, sysctls.arpIgnore(eno1));
    assertTrue(sysctls.forwarding(eno1));
    assertFalse(sysctls.acceptRedirects(eno1), "a router needs both");
    assertTrue(sysctls.sendRedirects(eno1), "on by default");
    assertFalse(sysctls.bridgeNetfilterLoaded());
    assertThrows(IllegalArgumentException.class, () -> sysctls.conntrack("frobnicate"));
  }
}
