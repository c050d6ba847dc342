package dev.chainfuse.forwarding;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.chainfuse.host.Address;
import dev.chainfuse.host.InterfaceSpec;
import dev.chainfuse.host.Scope;
import dev.chainfuse.host.Topology;
import dev.chainfuse.packet.Ipv4;
import org.junit.jupiter.api.Test;

class SourceAddressTest {
  private static final int LINK_LOCAL = Ipv4.parse("169.254.1.1");

  private final Topology host =
      Topology.builder()
          .add(
              InterfaceSpec.physical("a")
                  .address(
                      new Address(LINK_LOCAL, LINK_LOCAL, 16, 0, Scope.LINK, false, true, 0, "a"))
                  .address("192.0.2.10/24")
                  .address("192.0.2.11/24")
                  .address("10.0.0.1/8"))
          .add(InterfaceSpec.physical("bare"))
          .route("default via 192.0.2.1")
          .route("11.0.0.0/8 via 10.0.0.2")
          .build();
  private final SourceAddress own = SourceAddress.compile(host);
  private final RouteTable routes = RouteTable.compile(host);
  private final int a = host.number("a");

  private String select(int device, String nextHop, int scope) {
    return Ipv4.format(own.select(device, Ipv4.parse(nextHop), scope));
  }

  @Test
  void theAddressInTheNextHopsNetworkIsTaken() {
    assertEquals("10.0.0.1", select(a, "10.9.9.9", Scope.UNIVERSE));
    assertEquals("192.0.2.10", select(a, "192.0.2.1", Scope.UNIVERSE), "not the secondary one");
    assertEquals("192.0.2.10", select(a, "8.8.8.8", Scope.UNIVERSE), "else the first");
    assertEquals("192.0.2.10", select(a, "0.0.0.0", Scope.UNIVERSE));
  }

  @Test
  void aNarrowAddressIsForNarrowUse() {
    assertEquals("169.254.1.1", select(a, "0.0.0.0", Scope.LINK));
    assertEquals("169.254.1.1", Ipv4.format(own.primary(a)));
  }

  @Test
  void anInterfaceWithoutAddressBorrowsOne() {
    assertEquals("192.0.2.10", select(host.number("bare"), "8.8.8.8", Scope.UNIVERSE));
    assertFalse(own.hasAddress(host.number("bare")));
    assertTrue(own.isOwn(Ipv4.parse("192.0.2.11")));
    assertFalse(own.isOwn(Ipv4.parse("192.0.2.12")));
  }

  @Test
  void anIcmpErrorComesFromWhereItsWayBackLeaves() {
    int sender = Ipv4.parse("11.0.0.5");
    int destination = Ipv4.parse("172.16.0.1");
    assertEquals(
        "10.0.0.1", Ipv4.format(own.ofIcmpError(routes, sender, destination, 0, a, false, false)));
    assertEquals(
        "172.16.0.1",
        Ipv4.format(own.ofIcmpError(routes, sender, destination, 0, a, true, false)),
        "of a packet to the host: from where it was sent to");
    assertEquals(
        "169.254.1.1",
        Ipv4.format(own.ofIcmpError(routes, sender, destination, 0, a, false, true)));
  }
}
