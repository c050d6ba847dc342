package dev.chainfuse.forwarding;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.chainfuse.Seeds;
import dev.chainfuse.host.Bridge;
import dev.chainfuse.host.FdbEntry;
import dev.chainfuse.host.InterfaceSpec;
import dev.chainfuse.host.Topology;
import dev.chainfuse.host.TopologyBuilder;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class FdbTest {
  private static final long SECOND = 1_000_000_000L;
  private static final long START = 1_000_000 * SECOND;
  private static final long MAC = 0x0242_0000_0001L;

  private static TopologyBuilder bridges(long ageingNanos) {
    Bridge settings = new Bridge(ageingNanos, ageingNanos, false, true, 1, false, 0);
    return Topology.builder()
        .add(InterfaceSpec.bridge("br0").settings(settings))
        .add(InterfaceSpec.port("p1", "br0"))
        .add(InterfaceSpec.port("p2", "br0"))
        .add(InterfaceSpec.bridge("br1").settings(settings))
        .add(InterfaceSpec.port("q1", "br1"));
  }

  private final Topology host = bridges(300 * SECOND).build();
  private final int br0 = host.number("br0");
  private final int br1 = host.number("br1");
  private final int p1 = host.number("p1");
  private final int p2 = host.number("p2");
  private final Fdb fdb = new Fdb(host, 64, START);

  @Test
  void theBridgesOwnAddressesAreLocal() {
    int slot = fdb.find(br0, host.at(p1).mac());
    assertTrue(fdb.isLocal(slot));
    assertEquals(Fdb.NONE, fdb.find(br1, host.at(p1).mac()), "a bridge knows its own ports only");
  }

  @Test
  void anAddressIsLearnedPerBridge() {
    int slot = fdb.learn(br0, p1, MAC, START);
    assertEquals(slot, fdb.find(br0, MAC));
    assertEquals(p1, fdb.port(slot));
    assertEquals(MAC, fdb.mac(slot));
    assertFalse(fdb.isLocal(slot));
    assertEquals(Fdb.NONE, fdb.find(br1, MAC));
  }

  @Test
  void onlyWhatChangesForwardingChangesTheEpoch() {
    long epoch = fdb.epoch();
    int slot = fdb.learn(br0, p1, MAC, START);
    assertNotEquals(epoch, fdb.epoch(), "a new address");
    epoch = fdb.epoch();
    fdb.learn(br0, p1, MAC, START + 5);
    fdb.touch(slot, START + 6);
    assertEquals(epoch, fdb.epoch(), "refreshed");
    assertEquals(slot, fdb.learn(br0, p2, MAC, START + 7), "keeps its slot");
    assertEquals(p2, fdb.port(slot));
    assertNotEquals(epoch, fdb.epoch(), "moved");
    epoch = fdb.epoch();
    fdb.remove(slot);
    assertNotEquals(epoch, fdb.epoch(), "removed");
  }

  @Test
  void localAddressesAreNotTakenOver() {
    int slot = fdb.learn(br0, p2, host.at(p1).mac(), START);
    assertTrue(fdb.isLocal(slot));
    assertEquals(host.number("br0"), fdb.port(fdb.find(br0, host.at(br0).mac())));
  }

  @Test
  void staticAddressesMoveButStickyOnesDoNot() {
    Fdb own =
        new Fdb(
            bridges(300 * SECOND)
                .fdb(1, "br0", "p1", FdbEntry.State.STATIC, false, 0)
                .fdb(2, "br0", "p1", FdbEntry.State.STATIC, true, 0)
                .build(),
            64,
            START);
    assertEquals(p2, own.port(own.learn(br0, p2, 1, START)));
    assertEquals(p1, own.port(own.learn(br0, p2, 2, START)));
    own.advance(START + 10_000 * SECOND);
    assertNotEquals(Fdb.NONE, own.find(br0, 1));
    assertNotEquals(Fdb.NONE, own.find(br0, 2));
  }

  @Test
  void anAddressGoesWhenItHasBeenSilentForTheAgeingTime() {
    fdb.learn(br0, p1, MAC, START);
    fdb.advance(START + 300 * SECOND - 1);
    assertNotEquals(Fdb.NONE, fdb.find(br0, MAC));
    fdb.advance(START + 300 * SECOND);
    assertEquals(Fdb.NONE, fdb.find(br0, MAC));
  }

  @Test
  void aRefreshedAddressStays() {
    int slot = fdb.learn(br0, p1, MAC, START);
    fdb.touch(slot, START + 200 * SECOND);
    fdb.advance(START + 499 * SECOND);
    assertEquals(slot, fdb.find(br0, MAC));
    assertFalse(fdb.expired(slot, START + 499 * SECOND));
    fdb.advance(START + 500 * SECOND);
    assertEquals(Fdb.NONE, fdb.find(br0, MAC));
  }

  @Test
  void anAgedAddressIsUsedUntilTheCleanup() {
    Bridge late = new Bridge(4 * SECOND, 289 * SECOND, true, true, 1, false, 0);
    Topology slow =
        Topology.builder()
            .add(InterfaceSpec.bridge("br0").settings(late))
            .add(InterfaceSpec.port("p1", "br0"))
            .learned("02:42:00:00:00:01", "br0", "p1")
            .build();
    Fdb own = new Fdb(slow, 16, START);
    int bridge = slow.number("br0");
    own.advance(START + 288 * SECOND);
    int slot = own.find(bridge, MAC);
    assertNotEquals(Fdb.NONE, slot);
    assertTrue(own.expired(slot, START + 288 * SECOND));
    own.advance(START + 289 * SECOND);
    assertEquals(Fdb.NONE, own.find(bridge, MAC));
  }

  @Test
  void withAgeingTimeZeroNothingIsLearned() {
    Fdb none = new Fdb(bridges(0).build(), 64, START);
    assertEquals(Fdb.NONE, none.learn(br0, p1, MAC, START));
    none.advance(START + 3_600 * SECOND);
    assertEquals(Fdb.NONE, none.find(br0, MAC));
  }

  @Test
  void aFullTableLearnsNoMoreAndCounts() {
    Fdb small = new Fdb(host, 4, START);
    assertEquals(3, small.size(), "each bridge shares the address of a port");
    assertNotEquals(Fdb.NONE, small.learn(br0, p1, 1, START));
    assertEquals(Fdb.NONE, small.learn(br0, p1, 2, START));
    assertEquals(1, small.refused());
    small.advance(START + 300 * SECOND);
    assertNotEquals(Fdb.NONE, small.learn(br0, p1, 2, START + 300 * SECOND));
  }

  @Test
  void aLongSilenceCostsNoLongLoop() {
    Fdb fast = new Fdb(bridges(1).build(), 64, START);
    fast.learn(br0, p1, MAC, START);
    fast.advance(Long.MAX_VALUE / 2);
    assertEquals(Fdb.NONE, fast.find(br0, MAC));
  }

  @Test
  void behavesAsAMapWithTimes() {
    Seeds.each(
        100,
        seed -> {
          SplittableRandom random = new SplittableRandom(seed);
          Topology small = bridges(10 * SECOND).build();
          Fdb tested = new Fdb(small, 1_000, START);
          Map<Long, long[]> model = new HashMap<>();
          long now = START;
          for (int i = 0; i < 2_000; i++) {
            // On a grid as wide as the least time between cleanups, so that ages end exactly.
            now += random.nextLong(50) * SECOND / 100;
            long time = now;
            tested.advance(now);
            model.values().removeIf(entry -> entry[1] + 10 * SECOND <= time);
            long mac = MAC + random.nextInt(40);
            if (random.nextInt(3) > 0) {
              int port = random.nextBoolean() ? p1 : p2;
              tested.learn(br0, port, mac, now);
              model.put(mac, new long[] {port, now});
            }
            int slot = tested.find(br0, mac);
            long[] expected = model.get(mac);
            assertEquals(expected == null, slot == Fdb.NONE, "step " + i);
            if (expected != null) {
              assertEquals(expected[0], tested.port(slot));
            }
            assertEquals(model.size() + 3, tested.size());
          }
        });
  }
}
