package dev.chainfuse.forwarding;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.chainfuse.host.InterfaceSpec;
import dev.chainfuse.host.Neighbour.State;
import dev.chainfuse.host.Topology;
import dev.chainfuse.host.TopologyBuilder;
import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.packet.Skb;
import org.junit.jupiter.api.Test;

class ArpInputTest {
  private static final long SECOND = 1_000_000_000L;
  private static final long MAC = 0x0242_0000_0001L;
  private static final int OURS = Ipv4.parse("192.0.2.10");
  private static final int OTHERS = Ipv4.parse("192.0.2.20");
  private static final int THIRD = Ipv4.parse("192.0.2.30");
  private static final int A = 1;

  private Neighbours neighbours;
  private ArpInput arp;

  private static TopologyBuilder host() {
    return Topology.builder()
        .add(InterfaceSpec.physical("a").mac("02:00:00:00:00:0a").address("192.0.2.10/24"))
        .add(InterfaceSpec.physical("b").address("198.51.100.10/24"))
        .route("default via 192.0.2.1");
  }

  ArpInputTest() {
    Topology host = host().build();
    neighbours = new Neighbours(host, 16, 16, 0);
    arp = arp(host);
  }

  private void on(TopologyBuilder builder) {
    Topology host = builder.build();
    neighbours = new Neighbours(host, 16, 16, 0);
    arp = arp(host);
  }

  private ArpInput arp(Topology host) {
    RouteTable routes = RouteTable.compile(host);
    SourceAddress own = SourceAddress.compile(host);
    return new ArpInput(
        host,
        new HostView(host, routes),
        routes,
        new RouteInput(host, routes, own),
        own,
        neighbours);
  }

  private int request(int sender, int target, long now) {
    return arp.receive(ArpInput.REQUEST, MAC, sender, 0, target, Skb.PACKET_BROADCAST, A, now);
  }

  private int answer(int sender, long mac, int type, long now) {
    return arp.receive(ArpInput.ANSWER, mac, sender, 0x0200_0000_000aL, OURS, type, A, now);
  }

  @Test
  void aRequestForUsIsAnsweredAndTheSenderNoted() {
    assertEquals(ArpInput.REPLY | ArpInput.RESOLVED, request(OTHERS, OURS, SECOND));
    assertEquals(MAC, neighbours.mac(arp.slot()));
    assertEquals(State.STALE, neighbours.state(arp.slot()));
    assertEquals(ArpInput.REPLY, request(OTHERS, OURS, 2 * SECOND));
  }

  @Test
  void ourAddressOfAnotherInterfaceIsAnsweredToo() {
    int target = Ipv4.parse("198.51.100.10");
    assertEquals(ArpInput.REPLY | ArpInput.RESOLVED, request(OTHERS, target, SECOND));
    on(host().sysctl("net.ipv4.conf.all.arp_ignore", 1));
    assertEquals(ArpInput.NOTHING, request(OTHERS, target, SECOND));
    assertEquals(ArpInput.REPLY | ArpInput.RESOLVED, request(OTHERS, OURS, SECOND));
  }

  @Test
  void aRequestForOthersTeachesNothingNew() {
    assertEquals(ArpInput.NOTHING, request(OTHERS, THIRD, SECOND));
    assertEquals(Neighbours.NONE, neighbours.find(A, OTHERS));
  }

  @Test
  void aRequestForOthersUpdatesAKnownSender() {
    int slot = neighbours.findOrCreate(A, OTHERS, 0);
    neighbours.update(slot, MAC + 9, true, false, 0);
    request(OTHERS, THIRD, SECOND / 2);
    assertEquals(MAC + 9, neighbours.mac(slot), "locked for a second");
    request(OTHERS, THIRD, 2 * SECOND);
    assertEquals(MAC, neighbours.mac(slot));
    assertEquals(State.STALE, neighbours.state(slot));
  }

  @Test
  void anAnswerResolvesWhoWasAskedFor() {
    int slot = neighbours.findOrCreate(A, OTHERS, 0);
    neighbours.send(slot, 1, 100, 0);
    assertEquals(ArpInput.RESOLVED, answer(OTHERS, MAC, Skb.PACKET_HOST, 10));
    assertEquals(slot, arp.slot());
    assertEquals(State.REACHABLE, neighbours.state(slot));
  }

  @Test
  void anAnswerToAllLeavesTheNeighbourStale() {
    int slot = neighbours.findOrCreate(A, OTHERS, 0);
    neighbours.send(slot, 1, 100, 0);
    answer(OTHERS, MAC, Skb.PACKET_BROADCAST, 10);
    assertEquals(State.STALE, neighbours.state(slot));
  }

  @Test
  void theFirstOfSeveralAnswersCounts() {
    int slot = neighbours.findOrCreate(A, OTHERS, 0);
    neighbours.send(slot, 1, 100, 0);
    answer(OTHERS, MAC, Skb.PACKET_HOST, 10);
    answer(OTHERS, MAC + 1, Skb.PACKET_HOST, 20);
    assertEquals(MAC, neighbours.mac(slot));
  }

  @Test
  void anUnexpectedAnswerIsNotBelievedUnlessAsked() {
    assertEquals(ArpInput.NOTHING, answer(OTHERS, MAC, Skb.PACKET_HOST, SECOND));
    on(host().sysctl("net.ipv4.conf.a.arp_accept", 1));
    assertEquals(ArpInput.RESOLVED, answer(OTHERS, MAC, Skb.PACKET_HOST, SECOND));
  }

  @Test
  void gratuitousRequestsFollowArpAccept() {
    assertEquals(ArpInput.NOTHING, request(OTHERS, OTHERS, SECOND));
    int known = neighbours.findOrCreate(A, OTHERS, 0);
    neighbours.update(known, MAC + 1, true, false, SECOND);
    request(OTHERS, OTHERS, SECOND + 1);
    assertEquals(MAC, neighbours.mac(known), "not locked");
    on(host().sysctl("net.ipv4.conf.a.arp_accept", 1));
    assertEquals(ArpInput.RESOLVED, request(OTHERS, OTHERS, SECOND));
    on(host().sysctl("net.ipv4.conf.a.arp_accept", 2));
    assertEquals(ArpInput.NOTHING, request(Ipv4.parse("10.9.9.9"), Ipv4.parse("10.9.9.9"), 1));
    assertEquals(ArpInput.RESOLVED, request(OTHERS, OTHERS, SECOND));
  }

  @Test
  void aProbeForOurAddressIsAnsweredAndForgotten() {
    assertEquals(ArpInput.REPLY, request(0, OURS, SECOND));
    assertEquals(0, neighbours.size());
    assertEquals(ArpInput.NOTHING, request(0, OTHERS, SECOND));
  }

  @Test
  void nonsenseIsPassedOver() {
    assertEquals(ArpInput.NOTHING, request(OTHERS, Ipv4.parse("127.0.0.1"), SECOND));
    assertEquals(ArpInput.NOTHING, request(OTHERS, Ipv4.parse("224.0.0.1"), SECOND));
    assertEquals(
        ArpInput.NOTHING, arp.receive(3, MAC, OTHERS, 0, OURS, Skb.PACKET_HOST, A, SECOND));
    assertEquals(
        ArpInput.NOTHING,
        arp.receive(ArpInput.REQUEST, MAC, OTHERS, 0, OURS, Skb.PACKET_OTHERHOST, A, SECOND));
    assertEquals(ArpInput.NOTHING, request(OURS, OURS, SECOND), "somebody has our address");
    assertEquals(0, neighbours.size());
  }

  @Test
  void strictFilteringAppliesToRequests() {
    on(host().sysctl("net.ipv4.conf.all.rp_filter", 1));
    assertEquals(ArpInput.NOTHING, request(Ipv4.parse("198.51.100.7"), OURS, SECOND));
  }

  @Test
  void proxyArpIsNotModelled() {
    on(host().sysctl("net.ipv4.ip_forward", 1).sysctl("net.ipv4.conf.a.proxy_arp", 1));
    assertEquals(ArpInput.NOT_MODELLED, request(OTHERS, Ipv4.parse("198.51.100.7"), SECOND));
    assertEquals(ArpInput.NOTHING, request(OTHERS, THIRD, SECOND), "same interface");
  }

  @Test
  void aRequestHasTheSourceOfThePacketIfItIsOurs() {
    int foreign = Ipv4.parse("8.8.8.8");
    int onB = Ipv4.parse("198.51.100.10");
    assertEquals(OURS, arp.requestSource(A, OTHERS, foreign));
    assertEquals(onB, arp.requestSource(A, OTHERS, onB));
    assertEquals(OURS, arp.requestSource(A, OTHERS, 0));
    on(host().sysctl("net.ipv4.conf.all.arp_announce", 1));
    assertEquals(OURS, arp.requestSource(A, OTHERS, onB));
  }

  @Test
  void groupsAndBroadcastsNeedNoAsking() {
    assertEquals(0x0100_5e7f_0001L, arp.fixedMac(A, Ipv4.parse("239.255.0.1")));
    assertEquals(0xffff_ffff_ffffL, arp.fixedMac(A, Ipv4.parse("192.0.2.255")));
    assertEquals(0xffff_ffff_ffffL, arp.fixedMac(A, -1));
    assertEquals(ArpInput.MUST_ASK, arp.fixedMac(A, OTHERS));
    assertEquals(0, arp.fixedMac(0, Ipv4.parse("127.0.0.1")));
  }
}
