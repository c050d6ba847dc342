package dev.chainfuse.forwarding;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.chainfuse.host.HostDirectory;
import dev.chainfuse.host.InterfaceSpec;
import dev.chainfuse.host.Topology;
import dev.chainfuse.host.TopologyBuilder;
import dev.chainfuse.packet.Ipv4;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class RouteInputTest {
  private final InputRoute result = new InputRoute();

  /** Forwards; a is 192.0.2.10/24 with the default route, b is 198.51.100.10/24. */
  private static TopologyBuilder router() {
    return Topology.builder()
        .add(InterfaceSpec.physical("a").address("192.0.2.10/24"))
        .add(InterfaceSpec.physical("b").address("198.51.100.10/24"))
        .route("default via 192.0.2.1")
        .sysctl("net.ipv4.ip_forward", 1);
  }

  private static TopologyBuilder filtering(int mode) {
    return router().sysctl("net.ipv4.conf.all.rp_filter", mode);
  }

  private int outcome(TopologyBuilder builder, String in, String source, String destination) {
    Topology host = builder.build();
    RouteTable routes = RouteTable.compile(host);
    new RouteInput(host, routes, SourceAddress.compile(host))
        .decide(Ipv4.parse(source), Ipv4.parse(destination), 0, Ipv4.UDP, host.number(in), result);
    return result.outcome;
  }

  @Test
  void packetsAreForwardedOrDelivered() {
    assertEquals(RouteInput.FORWARD, outcome(router(), "a", "8.8.8.8", "198.51.100.20"));
    assertEquals(RouteInput.LOCAL, outcome(router(), "a", "8.8.8.8", "192.0.2.10"));
    assertEquals(RouteInput.LOCAL, outcome(router(), "a", "8.8.8.8", "198.51.100.10"));
  }

  @Test
  void broadcastsOfAnyInterfaceAreDelivered() {
    assertEquals(RouteInput.BROADCAST, outcome(router(), "a", "8.8.8.8", "198.51.100.255"));
    assertEquals(RouteInput.BROADCAST, outcome(router(), "a", "8.8.8.8", "255.255.255.255"));
    assertEquals(
        RouteInput.FORWARD,
        outcome(router(), "a", "8.8.8.8", "198.51.100.0"),
        "the network's address is ordinary");
  }

  @Test
  void martianSources() {
    for (String source :
        new String[] {
          "127.0.0.1", "192.0.2.10", "198.51.100.10", "224.0.0.5", "255.255.255.255", "0.0.0.0"
        }) {
      assertEquals(
          RouteInput.MARTIAN_SOURCE, outcome(router(), "a", source, "198.51.100.20"), source);
      assertEquals(
          RouteInput.MARTIAN_SOURCE, outcome(filtering(1), "a", source, "198.51.100.20"), source);
    }
  }

  @Test
  void martianDestinations() {
    assertEquals(RouteInput.MARTIAN_DESTINATION, outcome(router(), "a", "8.8.8.8", "127.0.0.1"));
    assertEquals(RouteInput.MARTIAN_DESTINATION, outcome(router(), "a", "8.8.8.8", "0.0.0.0"));
  }

  @Test
  void dhcpReachesTheHost() {
    assertEquals(RouteInput.BROADCAST, outcome(router(), "a", "0.0.0.0", "255.255.255.255"));
    assertEquals(RouteInput.BROADCAST, outcome(router(), "a", "0.0.0.0", "0.0.0.0"));
  }

  @Test
  void oddButOrdinaryAddresses() {
    assertEquals(RouteInput.FORWARD, outcome(router(), "a", "0.1.2.3", "198.51.100.20"));
    assertEquals(RouteInput.FORWARD, outcome(router(), "a", "240.0.0.1", "198.51.100.20"));
    assertEquals(RouteInput.FORWARD, outcome(router(), "b", "198.51.100.20", "240.0.0.1"));
    assertEquals(
        RouteInput.FORWARD, outcome(router(), "a", "192.0.2.255", "198.51.100.20"), "rp_filter 0");
    assertEquals(
        RouteInput.MARTIAN_SOURCE, outcome(filtering(1), "a", "192.0.2.255", "198.51.100.20"));
  }

  @Test
  void strictFilterAsksForTheWayBackByTheSameInterface() {
    assertEquals(RouteInput.REVERSE_PATH, outcome(filtering(1), "b", "8.8.8.8", "192.0.2.20"));
    assertEquals(RouteInput.REVERSE_PATH, outcome(filtering(1), "b", "8.8.8.8", "192.0.2.10"));
    assertEquals(RouteInput.FORWARD, outcome(filtering(1), "b", "198.51.100.9", "192.0.2.20"));
  }

  @Test
  void looseFilterAsksForAnyWayBack() {
    assertEquals(RouteInput.FORWARD, outcome(filtering(2), "b", "8.8.8.8", "192.0.2.20"));
    TopologyBuilder noDefault =
        Topology.builder()
            .add(InterfaceSpec.physical("a").address("192.0.2.10/24"))
            .add(InterfaceSpec.physical("b").address("198.51.100.10/24"))
            .sysctl("net.ipv4.ip_forward", 1)
            .sysctl("net.ipv4.conf.all.rp_filter", 2);
    assertEquals(RouteInput.REVERSE_PATH, outcome(noDefault, "b", "8.8.8.8", "192.0.2.20"));
  }

  @Test
  void acceptLocalAndRouteLocalnetOpenTheGate() {
    TopologyBuilder local = router().sysctl("net.ipv4.conf.a.accept_local", 1);
    assertEquals(RouteInput.FORWARD, outcome(local, "a", "198.51.100.10", "198.51.100.20"));
    TopologyBuilder localnet = router().sysctl("net.ipv4.conf.all.route_localnet", 1);
    assertEquals(RouteInput.LOCAL, outcome(localnet, "a", "8.8.8.8", "127.0.0.1"));
  }

  @Test
  void aHostThatDoesNotForwardIsSilent() {
    TopologyBuilder host = router().sysctl("net.ipv4.ip_forward", 0);
    assertEquals(RouteInput.NOT_FORWARDING, outcome(host, "a", "8.8.8.8", "198.51.100.20"));
    assertEquals(RouteInput.LOCAL, outcome(host, "a", "8.8.8.8", "192.0.2.10"));
  }

  @Test
  void refusals() {
    TopologyBuilder host =
        router()
            .route("unreachable 10.1.0.0/16")
            .route("prohibit 10.2.0.0/16")
            .route("blackhole 10.3.0.0/16")
            .route("throw 10.4.0.0/16");
    assertEquals(RouteInput.HOST_UNREACHABLE, outcome(host, "a", "8.8.8.8", "10.1.0.1"));
    assertEquals(RouteInput.PROHIBITED, outcome(host, "a", "8.8.8.8", "10.2.0.1"));
    assertEquals(RouteInput.BLACKHOLE, outcome(host, "a", "8.8.8.8", "10.3.0.1"));
    assertEquals(RouteInput.NET_UNREACHABLE, outcome(host, "a", "8.8.8.8", "10.4.0.1"));
  }

  @Test
  void groups() {
    assertEquals(RouteInput.MULTICAST, outcome(router(), "a", "192.0.2.7", "224.0.0.1"));
    assertEquals(RouteInput.NOT_JOINED, outcome(router(), "a", "192.0.2.7", "224.0.0.251"));
    TopologyBuilder bridge = router().add(InterfaceSpec.bridge("br").address("10.0.0.1/24"));
    assertEquals(RouteInput.MULTICAST, outcome(bridge, "br", "10.0.0.7", "224.0.0.106"));
    assertEquals(RouteInput.MARTIAN_SOURCE, outcome(router(), "a", "127.0.0.1", "224.0.0.1"));
  }

  @Test
  void aDetourCallsForARedirect() {
    outcome(router(), "a", "192.0.2.7", "8.8.8.8");
    assertTrue(result.redirect);
    outcome(router(), "a", "8.8.4.4", "8.8.8.8");
    assertFalse(result.redirect, "the sender is not on the link");
    outcome(router(), "b", "198.51.100.7", "8.8.8.8");
    assertFalse(result.redirect);
    outcome(
        router()
            .sysctl("net.ipv4.conf.all.send_redirects", 0)
            .sysctl("net.ipv4.conf.a.send_redirects", 0),
        "a",
        "192.0.2.7",
        "8.8.8.8");
    assertFalse(result.redirect);
  }

  @Test
  void theArticlesClientsComeByEno1() {
    Topology host = HostDirectory.load(Path.of("src/test/resources/host/article"));
    RouteTable routes = RouteTable.compile(host);
    RouteInput input = new RouteInput(host, routes, SourceAddress.compile(host));
    int eno1 = host.number("eno1");
    input.decide(Ipv4.parse("192.168.1.1"), Ipv4.parse("192.168.0.3"), 0, Ipv4.TCP, eno1, result);
    assertEquals(RouteInput.FORWARD, result.outcome);
    assertEquals(host.number("docker0"), routes.outInterface(result.route));
    input.decide(Ipv4.parse("192.168.2.1"), Ipv4.parse("192.168.0.3"), 0, Ipv4.TCP, eno1, result);
    assertEquals(RouteInput.REVERSE_PATH, result.outcome);
  }
}
