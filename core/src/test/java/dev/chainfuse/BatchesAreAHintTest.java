package dev.chainfuse;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.chainfuse.host.Topology;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Any split of a sequence of packets into batches gives the same bytes, fates and counters. */
class BatchesAreAHintTest {
  private static final int PACKETS = 1_500;

  @Test
  void batchesOf1And2And7And32And256GiveTheSame() {
    Seeds.each(
        12,
        seed -> {
          SplittableRandom random = new SplittableRandom(seed);
          Topology topology = RandomHost.topology(random);
          Host host = RandomHost.draw(random, topology);
          List<RandomTraffic.Arrival> arrivals = arrivals(host, topology, random);
          String one = run(host, arrivals, 1);
          for (int size : new int[] {2, 7, 32, 256}) {
            assertEquals(one, run(host, arrivals, size), "batches of " + size);
          }
        });
  }

  /** Frames that stations send when the packets come one by one. */
  private static List<RandomTraffic.Arrival> arrivals(
      Host host, Topology topology, SplittableRandom random) {
    RandomTraffic traffic = new RandomTraffic(random, topology, 1_000_000_000L);
    Session session = Engine.compile(host).open(Flows.atMost(1024));
    PacketBatch batch = PacketBatch.allocate(1);
    List<RandomTraffic.Arrival> all = new ArrayList<>();
    for (int n = 0; n < PACKETS; n++) {
      RandomTraffic.Arrival arrival = traffic.next();
      all.add(arrival);
      batch.clear();
      add(batch, arrival);
      session.process(batch);
      if (batch.egress(0) >= 0) {
        traffic.left(batch.data(), batch.offset(0), batch.length(0));
      }
    }
    return all;
  }

  private static void add(PacketBatch batch, RandomTraffic.Arrival arrival) {
    batch.add(arrival.frame(), 0, arrival.frame().length, arrival.device(), arrival.nanos());
  }

  private static String run(Host host, List<RandomTraffic.Arrival> arrivals, int size) {
    Session session = Engine.compile(host).open(Flows.atMost(1024));
    PacketBatch batch = PacketBatch.allocate(size);
    StringBuilder out = new StringBuilder();
    for (RandomTraffic.Arrival arrival : arrivals) {
      add(batch, arrival);
      if (batch.isFull()) {
        flush(session, batch, out);
      }
    }
    flush(session, batch, out);
    try {
      session.appendCounters(out);
      session.appendConnections(out, arrivals.get(arrivals.size() - 1).nanos());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return out.toString();
  }

  private static void flush(Session session, PacketBatch batch, StringBuilder out) {
    session.process(batch);
    Emissions emissions = session.emissions();
    int e = 0;
    for (int i = 0; i < batch.size(); i++) {
      // What a timer before this packet sent comes first, at whatever place of the batch.
      while (e < emissions.size() && emissions.batchIndex(e) == Emissions.TIMER) {
        emission(emissions, e++, out);
      }
      out.append(batch.action(i)).append(batch.reason(i)).append(batch.ruleId(i)).append('\n');
      if (batch.egress(i) >= 0) {
        out.append(hex(batch.data(), batch.offset(i), batch.length(i))).append('\n');
      }
      while (e < emissions.size() && emissions.batchIndex(e) == i) {
        emission(emissions, e++, out);
      }
    }
    batch.clear();
  }

  private static void emission(Emissions emissions, int e, StringBuilder out) {
    // Time and cause tell where a timer's frame belongs; only its place in the batch may differ.
    if (emissions.batchIndex(e) != Emissions.TIMER) {
      out.append(emissions.cause(e)).append(' ').append(emissions.timeNanos(e)).append(' ');
      out.append(hex(emissions.data(), emissions.offset(e), emissions.length(e))).append('\n');
    }
  }

  private static String hex(byte[] data, int at, int length) {
    return HexFormat.of().formatHex(data, at, at + length);
  }
}
