package dev.chainfuse.conntrack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.chainfuse.Seeds;
import dev.chainfuse.packet.ConnectionFacts;
import dev.chainfuse.packet.Frames;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class FlowTableTest {
  private record Key(int source, int destination, int ports, int protocolZone) {}

  private static Key key(FlowTable table, int flow, int direction) {
    return new Key(
        table.source(flow, direction),
        table.destination(flow, direction),
        table.ports(flow, direction),
        FlowDescriptor.protocolZone(table.words(flow), table.base(flow)));
  }

  private static int find(FlowTable table, Key key) {
    return table.find(key.source, key.destination, key.ports, key.protocolZone);
  }

  private static void fill(FlowTable table, int flow, SplittableRandom random, int spread) {
    int[] words = table.words(flow);
    int base = table.base(flow);
    for (int i = 0; i < 6; i++) {
      words[base + i] = random.nextInt(spread);
    }
    words[base + FlowDescriptor.KIND] = 17 | random.nextInt(2) << 16;
  }

  @Test
  void findsWhatAMapFindsWhateverIsInsertedAndRemoved() {
    Seeds.each(
        50,
        seed -> {
          SplittableRandom random = new SplittableRandom(seed);
          FlowTable table = new FlowTable(1 + random.nextInt(200), seed);
          int spread = 2 + random.nextInt(6);
          Map<Key, Integer> model = new HashMap<>();
          List<Integer> inserted = new ArrayList<>();
          for (int step = 0; step < 2_000; step++) {
            if (random.nextInt(5) < 3 && table.allocated() < table.maximum()) {
              int flow = table.allocate();
              fill(table, flow, random, spread);
              Key original = key(table, flow, 0);
              Key reply = key(table, flow, 1);
              if (model.containsKey(original)
                  || model.containsKey(reply)
                  || original.equals(reply)) {
                table.free(flow);
                continue;
              }
              table.insert(flow, false);
              model.put(original, flow << 1);
              model.put(reply, flow << 1 | 1);
              inserted.add(flow);
            } else if (!inserted.isEmpty()) {
              int flow = inserted.remove(random.nextInt(inserted.size()));
              model.remove(key(table, flow, 0));
              model.remove(key(table, flow, 1));
              table.remove(flow);
              table.free(flow);
            }
            Key any =
                new Key(
                    random.nextInt(spread),
                    random.nextInt(spread),
                    random.nextInt(spread),
                    17 | random.nextInt(2) << 16);
            assertEquals(model.getOrDefault(any, ConnectionTable.NONE), find(table, any));
          }
          model.forEach((key, handle) -> assertEquals(handle, find(table, key)));
          assertEquals(inserted.size(), table.allocated());
        });
  }

  @Test
  void bySourceIsNewestFirst() {
    Seeds.each(
        30,
        seed -> {
          SplittableRandom random = new SplittableRandom(seed);
          FlowTable table = new FlowTable(100, seed);
          List<Integer> order = new ArrayList<>();
          for (int step = 0; step < 500; step++) {
            if (random.nextBoolean() && table.allocated() < 100) {
              int flow = table.allocate();
              fill(table, flow, random, 3);
              table.addBySource(flow);
              order.add(0, flow);
            } else if (!order.isEmpty()) {
              int flow = order.remove(random.nextInt(order.size()));
              table.removeBySource(flow);
              table.free(flow);
            }
            int source = random.nextInt(3);
            List<Integer> expected = new ArrayList<>();
            for (int flow : order) {
              if (table.source(flow, 0) == source
                  && table.sourcePort(flow, 0) == 0
                  && key(table, flow, 0).protocolZone == 17) {
                expected.add(flow);
              }
            }
            List<Integer> found = new ArrayList<>();
            for (int flow = table.firstBySource(source, 0, 17);
                flow >= 0;
                flow = table.nextBySource(flow)) {
              found.add(flow);
            }
            assertEquals(expected, found);
          }
        });
  }

  @Test
  void recordsBeginAtCacheLines() {
    FlowTable table = new FlowTable(10, 1);
    int objectHeader = 16;
    for (int flow = 0; flow < 10; flow++) {
      assertEquals(0, (objectHeader + 4 * table.base(flow)) % 64);
    }
    assertEquals(32, FlowDescriptor.WORDS);
    assertEquals(16, FlowDescriptor.PROTOCOL_STATE);
    assertEquals(31, FlowDescriptor.REFERENCES);
  }

  @Test
  void countersCarryBeyond32Bits() {
    FlowTable table = new FlowTable(1, 1);
    int flow = table.allocate();
    table.setCounters(flow, 1, 0xffff_ffffL, 0x1_ffff_fff0L);
    table.count(flow, 1, 1, 0x20);
    assertEquals(0x1_0000_0000L, table.packets(flow, 1));
    assertEquals(0x2_0000_0010L, table.bytes(flow, 1));
    assertEquals(0, table.packets(flow, 0));
  }

  @Test
  void freedRecordsAreFreshAndOfANewGeneration() {
    FlowTable table = new FlowTable(1, 1);
    int flow = table.allocate();
    table.words(flow)[table.base(flow) + 20] = 7;
    table.setCounters(flow, 0, 1L << 40, 1L << 40);
    int generation = table.generation(flow);
    table.free(flow);
    assertEquals(flow, table.allocate());
    assertNotEquals(generation, table.generation(flow));
    assertEquals(0, table.words(flow)[table.base(flow) + 20]);
    assertEquals(0, table.packets(flow, 0));
    assertEquals(-1, table.journey(flow, 0));
  }

  @Test
  void splitLookUpIsTheWhole() {
    FlowTable table = new FlowTable(100, 3);
    SplittableRandom random = new SplittableRandom(3);
    int flow = table.allocate();
    fill(table, flow, random, 1000);
    table.insert(flow, false);
    Key key = key(table, flow, 1);
    int hash = table.hash(key.source, key.destination, key.ports, key.protocolZone);
    long slot = table.touchIndex(hash);
    assertEquals((flow << 1 | 1) + 1, (int) slot);
    assertNotEquals(0, table.touchRecord(FlowTable.handle(slot)));
    assertEquals(
        find(table, key),
        table.findHashed(hash, key.source, key.destination, key.ports, key.protocolZone));
    assertEquals(0, table.touchRecord(FlowTable.handle(0)));
  }

  @Test
  void sizeIsChecked() {
    assertThrows(IllegalArgumentException.class, () -> new FlowTable(0, 1));
    assertThrows(IllegalArgumentException.class, () -> new FlowTable(1 << 26, 1));
  }

  @Test
  void fullTableEvictsUnassuredConnectionsElseDrops() {
    Lab lab = new Lab(ConntrackSettings.defaults(8), new SeededChoices(1));
    int dropped = 0;
    for (int i = 0; i < 200; i++) {
      Lab.Sent sent = lab.send(Frames.udp("10.0.0.1", 1000 + i, "10.0.0.2", 53));
      dropped += sent.dropped() ? 1 : 0;
      assertTrue(lab.tracking.count() <= 8);
    }
    assertEquals(0, dropped, "8 buckets cover the whole of so small a table");
    assertTrue(lab.tracking.statistics().earlyDrop >= 192);
    assertEquals(200, lab.tracking.statistics().insert);
  }

  @Test
  void fullTableOfAssuredConnectionsDropsUntilOneExpires() {
    Lab lab = new Lab(ConntrackSettings.defaults(4), new SeededChoices(1));
    for (int i = 0; i < 4; i++) {
      byte[] gre = {0x30, 1, (byte) 0x88, 0x0b, 0, 4, 0, (byte) i};
      lab.send(Frames.raw("10.0.0.1", "10.0.0." + (2 + i), 253, gre));
      lab.send(Frames.raw("10.0.0." + (2 + i), "10.0.0.1", 253, gre));
    }
    for (int flow = lab.table.nextInserted(0); flow >= 0; flow = lab.table.nextInserted(flow + 1)) {
      lab.table.words(flow)[lab.table.base(flow) + FlowDescriptor.STATUS] |=
          ConnectionFacts.STATUS_ASSURED;
    }
    assertTrue(lab.send(Frames.udp("10.0.0.1", 1, "10.0.0.2", 53)).dropped());
    assertEquals(1, lab.tracking.statistics().tableFull);
    assertEquals(1, lab.tracking.statistics().drop);
    lab.sleepMillis(600_000);
    assertFalse(lab.send(Frames.udp("10.0.0.1", 1, "10.0.0.2", 53)).dropped());
    assertEquals(1, lab.tracking.count());
  }

  @Test
  void lowerSysctlMaximumApplies() {
    FlowTable table = new FlowTable(100, 1);
    ConnectionTracking tracking =
        new ConnectionTracking(
            table, new TupleSearch(table, new SeededChoices(1)), ConntrackSettings.defaults(1));
    dev.chainfuse.packet.Skb first = Frames.udp("10.0.0.1", 1, "10.0.0.2", 53).skb();
    dev.chainfuse.packet.Skb second = Frames.udp("10.0.0.1", 2, "10.0.0.2", 53).skb();
    assertEquals(1, tracking.in(first, dev.chainfuse.rules.Hook.PREROUTING));
    assertEquals(0, tracking.in(second, dev.chainfuse.rules.Hook.PREROUTING), "unconfirmed counts");
  }
}
