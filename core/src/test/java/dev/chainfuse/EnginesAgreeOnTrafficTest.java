package dev.chainfuse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.chainfuse.host.Topology;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;

/**
 * The reference and the fused engine get the same frames and must give the same: each packet's
 * fate, every byte that leaves, every counter, every connection. {@code -Dseeds=N} tries more
 * hosts.
 */
class EnginesAgreeOnTrafficTest {
  private static final int HOSTS = 200;
  private static final int PACKETS = 2_000;

  private long packets;
  private long shortWay;

  @Test
  void theFusedEngineGivesWhatTheReferenceGives() {
    Seeds.each(
        HOSTS, seed -> run(seed, seed % 2 == 0 ? RandomHost::drawMatches : RandomHost::draw));
    assertEnough();
  }

  /** The same with sets in rules, changed by rules. */
  @Test
  void theFusedEngineGivesWhatTheReferenceGivesOfSets() {
    Seeds.each(
        HOSTS / 2,
        seed -> {
          SplittableRandom random = new SplittableRandom(seed);
          Topology topology = RandomHost.topology(random);
          run(random, topology, RandomHost.drawWithSets(random, topology));
        });
    assertTrue(shortWay > 0, "no packet took the short way");
  }

  private void assertEnough() {
    boolean enough = packets < 100L * PACKETS || shortWay > packets / 20;
    assertTrue(enough, "only " + shortWay + " of " + packets + " packets took the short way");
  }

  @Test
  void withTargetsOfEveryKind() {
    Seeds.each(HOSTS / 5, seed -> run(seed, RandomHost::drawWide));
  }

  /**
   * Hosts on which they once differed: CONNMARK must act on each packet (106); a packet that a rule
   * drops in FORWARD has had its TTL checked before (1041).
   */
  @Test
  void hostsOnWhichTheyOnceDiffered() {
    for (long seed : new long[] {106, 1041}) {
      run(seed, RandomHost::draw);
    }
  }

  private void run(long seed, BiFunction<SplittableRandom, Topology, Host> draw) {
    SplittableRandom random = new SplittableRandom(seed);
    Topology topology = RandomHost.topology(random);
    run(random, topology, draw.apply(random, topology));
  }

  private void run(SplittableRandom random, Topology topology, Host host) {
    Side reference = new Side(host, Engine.Kind.REFERENCE);
    Side fused = new Side(host, Engine.Kind.FUSED);
    RandomTraffic traffic = new RandomTraffic(random, topology, 1_000_000_000L);
    for (int n = 0; n < PACKETS; n++) {
      RandomTraffic.Arrival arrival = traffic.next();
      String wanted = reference.send(arrival);
      assertEquals(wanted, fused.send(arrival), "packet " + n);
      reference.tellWhatLeft(traffic);
    }
    assertEquals(reference.state(), fused.state());
    packets += PACKETS;
    shortWay += fused.session.statistics().shortWay();
  }

  /** One engine's session. */
  private static final class Side {
    final Session session;
    final PacketBatch batch = PacketBatch.allocate(1);
    private long last;

    Side(Host host, Engine.Kind kind) {
      session = Engine.compile(host, kind).open(Flows.atMost(1024));
    }

    /** What becomes of the frame, in words. */
    String send(RandomTraffic.Arrival arrival) {
      last = arrival.nanos();
      batch.clear();
      batch.add(arrival.frame(), 0, arrival.frame().length, arrival.device(), arrival.nanos());
      session.process(batch);
      StringBuilder out = new StringBuilder();
      out.append(batch.action(0)).append(' ').append(batch.reason(0)).append(' ');
      out.append(session.engine().decision(batch.ruleId(0))).append(" at ").append(batch.hook(0));
      if (batch.egress(0) >= 0) {
        frame(out, batch.egress(0), batch.data(), batch.offset(0), batch.length(0));
      }
      Emissions emissions = session.emissions();
      for (int i = 0; i < emissions.size(); i++) {
        out.append(" cause ").append(emissions.cause(i));
        frame(out, emissions.egress(i), emissions.data(), emissions.offset(i), emissions.length(i));
      }
      return out.toString();
    }

    private static void frame(StringBuilder out, int device, byte[] data, int at, int length) {
      out.append("\n  ").append(device).append(": ");
      out.append(java.util.HexFormat.of().formatHex(data, at, at + length));
    }

    void tellWhatLeft(RandomTraffic traffic) {
      if (batch.egress(0) >= 0) {
        traffic.left(batch.data(), batch.offset(0), batch.length(0));
      }
      Emissions emissions = session.emissions();
      for (int i = 0; i < emissions.size(); i++) {
        traffic.left(emissions.data(), emissions.offset(i), emissions.length(i));
      }
    }

    /** Counters, connections, drops and interfaces. */
    String state() {
      StringBuilder out = new StringBuilder();
      try {
        session.appendCounters(out);
        StringBuilder connections = new StringBuilder();
        session.appendConnections(connections, last);
        session.appendSets(out, last);
        new TreeSet<>(List.of(connections.toString().split("\n")))
            .forEach(line -> out.append(line).append('\n'));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      out.append(Arrays.toString(session.dropCounts())).append('\n');
      session.log().forEach(line -> out.append(line).append('\n'));
      for (int i = 0; i < session.engine().host().topology().interfaces().size(); i++) {
        var counters = session.interfaceCounters();
        out.append(counters.receivedFrames(i)).append(' ').append(counters.receivedBytes(i));
        out.append(' ').append(counters.sentFrames(i)).append(' ').append(counters.sentBytes(i));
        out.append('\n');
      }
      return out.toString();
    }
  }
}
