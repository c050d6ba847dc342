package dev.chainfuse.forwarding;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.chainfuse.host.InterfaceSpec;
import dev.chainfuse.host.Neighbour;
import dev.chainfuse.host.Neighbour.State;
import dev.chainfuse.host.Topology;
import dev.chainfuse.host.TopologyBuilder;
import dev.chainfuse.packet.Ipv4;
import org.junit.jupiter.api.Test;

class NeighboursTest {
  private static final long SECOND = 1_000_000_000L;
  private static final long START = 1_000_000 * SECOND;
  private static final long MAC = 0x0242_0000_0001L;
  private static final int ADDRESS = Ipv4.parse("192.0.2.20");

  private static TopologyBuilder host() {
    return Topology.builder().add(InterfaceSpec.physical("a").address("192.0.2.10/24"));
  }

  private final Neighbours neighbours = new Neighbours(host().build(), 4, 100, START);

  @Test
  void aKnownNeighbourIsReady() {
    Neighbours known =
        new Neighbours(
            host().neighbour("192.0.2.20", "a", "02:42:00:00:00:01").build(), 4, 100, START);
    int slot = known.find(1, ADDRESS);
    assertEquals(Neighbours.READY, known.send(slot, 7, 1_000, START));
    assertEquals(MAC, known.mac(slot));
    assertEquals(State.REACHABLE, known.state(slot));
    assertEquals(1, known.device(slot));
    assertEquals(ADDRESS, known.address(slot));
  }

  @Test
  void everyStateWithAnAddressIsUsable() {
    for (State state : State.values()) {
      Neighbours one =
          new Neighbours(host().neighbour("192.0.2.20", "a", MAC, state).build(), 4, 100, START);
      assertEquals(state.isValid(), one.isUsable(one.find(1, ADDRESS)), state.name());
    }
  }

  @Test
  void threeRequestsASecondApartThenFailure() {
    int slot = neighbours.findOrCreate(1, ADDRESS, START);
    assertEquals(Neighbours.WAITS | Neighbours.ASK_NOW, neighbours.send(slot, 7, 1_000, START));
    assertEquals(Neighbours.WAITS, neighbours.send(slot, 8, 1_000, START + SECOND / 2));
    assertEquals(8, neighbours.lastWaiting(slot));

    assertEquals(START + SECOND, neighbours.nextDeadlineNanos());
    assertEquals(Neighbours.NONE, neighbours.due(START + SECOND - 1));
    assertEquals(slot, neighbours.due(START + SECOND));
    assertEquals(Neighbours.ASK, neighbours.onTimer(slot));
    assertEquals(slot, neighbours.due(START + 2 * SECOND));
    assertEquals(Neighbours.ASK, neighbours.onTimer(slot));
    assertEquals(slot, neighbours.due(START + 3 * SECOND));
    assertEquals(Neighbours.FAILED, neighbours.onTimer(slot));

    assertEquals(7, neighbours.takeWaiting(slot));
    assertEquals(8, neighbours.takeWaiting(slot));
    assertEquals(Neighbours.NONE, neighbours.takeWaiting(slot));
    assertEquals(State.FAILED, neighbours.state(slot));
    assertEquals(Long.MAX_VALUE, neighbours.nextDeadlineNanos());
    assertEquals(
        Neighbours.WAITS | Neighbours.ASK_NOW,
        neighbours.send(slot, 9, 1_000, START + 4 * SECOND),
        "the next packet starts anew");
  }

  @Test
  void sysctlsSetHowOftenAndHowFast() {
    Neighbours own =
        new Neighbours(
            host()
                .sysctl("net.ipv4.neigh.a.mcast_solicit", 1)
                .sysctl("net.ipv4.neigh.default.retrans_time_ms", 250)
                .build(),
            4,
            100,
            START);
    int slot = own.findOrCreate(1, ADDRESS, START);
    own.send(slot, 7, 1_000, START);
    assertEquals(START + SECOND / 4, own.nextDeadlineNanos());
    assertEquals(Neighbours.FAILED, own.onTimer(slot));
  }

  @Test
  void anAnswerFreesWhatWaits() {
    int slot = neighbours.findOrCreate(1, ADDRESS, START);
    neighbours.send(slot, 7, 1_000, START);
    long epoch = neighbours.epoch();
    assertTrue(neighbours.update(slot, MAC, true, false, START + 1));
    assertNotEquals(epoch, neighbours.epoch());
    assertTrue(neighbours.isUsable(slot));
    assertEquals(7, neighbours.takeWaiting(slot));
    assertEquals(Long.MAX_VALUE, neighbours.nextDeadlineNanos());
    assertEquals(Neighbours.NONE, neighbours.due(START + 10 * SECOND));
  }

  @Test
  void theOldestGiveWayWhenTheQueueIsFull() {
    int slot = neighbours.findOrCreate(1, ADDRESS, START);
    neighbours.send(slot, 1, 100_000, START);
    neighbours.send(slot, 2, 100_000, START);
    assertEquals(Neighbours.NONE, neighbours.nextDropped());
    assertEquals(Neighbours.WAITS, neighbours.send(slot, 3, 112_992, START));
    assertEquals(1, neighbours.nextDropped());
    assertEquals(Neighbours.NONE, neighbours.nextDropped());
    neighbours.send(slot, 4, 212_992, START);
    assertEquals(2, neighbours.nextDropped());
    assertEquals(3, neighbours.nextDropped());
    assertEquals(4, neighbours.takeWaiting(slot));
  }

  @Test
  void poolAndTableHaveEndsThatAreCounted() {
    Neighbours small = new Neighbours(host().build(), 2, 1, START);
    int slot = small.findOrCreate(1, ADDRESS, START);
    small.send(slot, 7, 1, START);
    assertEquals(Neighbours.DROPPED, small.send(slot, 8, 1, START));
    int other = small.findOrCreate(1, ADDRESS + 1, START);
    assertEquals(
        Neighbours.DROPPED | Neighbours.ASK_NOW, small.send(other, 9, 1, START), "but it asks");
    assertEquals(Neighbours.NONE, small.findOrCreate(1, ADDRESS + 2, START));
    assertEquals(3, small.refused());
    assertEquals(2, small.size());
  }

  @Test
  void manyAreAskedForAtTheirOwnTimes() {
    int first = neighbours.findOrCreate(1, ADDRESS, START);
    int second = neighbours.findOrCreate(1, ADDRESS + 1, START);
    neighbours.send(first, 1, 1, START);
    neighbours.send(second, 2, 1, START + 5);
    assertEquals(first, neighbours.due(START + 2 * SECOND));
    neighbours.onTimer(first);
    assertEquals(second, neighbours.due(START + 2 * SECOND));
    neighbours.onTimer(second);
    assertEquals(first, neighbours.due(START + 2 * SECOND));
    assertEquals(START + 2 * SECOND, neighbours.deadlineNanos(first));
  }

  @Test
  void permanentNeighboursNeverChange() {
    Neighbours one =
        new Neighbours(
            host().neighbour("192.0.2.20", "a", MAC, Neighbour.State.PERMANENT).build(),
            4,
            100,
            START);
    int slot = one.find(1, ADDRESS);
    assertFalse(one.update(slot, MAC + 1, true, true, START + 1));
    assertEquals(MAC, one.mac(slot));
    assertEquals(State.PERMANENT, one.state(slot));
  }

  @Test
  void anotherMacNeedsOverride() {
    int slot = neighbours.findOrCreate(1, ADDRESS, START);
    neighbours.update(slot, MAC, true, false, START);
    long epoch = neighbours.epoch();
    neighbours.update(slot, MAC + 1, true, false, START + 1);
    assertEquals(MAC, neighbours.mac(slot));
    neighbours.update(slot, MAC, false, false, START + 2);
    assertEquals(State.REACHABLE, neighbours.state(slot), "the same MAC does not make it STALE");
    assertEquals(epoch, neighbours.epoch());
    neighbours.update(slot, MAC + 1, false, true, START + 3);
    assertEquals(MAC + 1, neighbours.mac(slot));
    assertEquals(State.STALE, neighbours.state(slot));
    assertNotEquals(epoch, neighbours.epoch());
  }

  @Test
  void framesCountWithTheirMemory() {
    assertEquals(64 + 576, Neighbours.truesize(60));
    assertEquals(1536 + 576, Neighbours.truesize(1514));
  }
}
