package dev.chainfuse.scenarios.traffic;

import dev.chainfuse.Emissions;
import dev.chainfuse.PacketBatch;
import dev.chainfuse.Session;
import dev.chainfuse.event.EventQueue;
import dev.chainfuse.event.VirtualClock;
import dev.chainfuse.packet.Action;
import dev.chainfuse.packet.Bytes;
import dev.chainfuse.scenarios.record.Recorder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.LongConsumer;

/**
 * The discrete-event loop: frames travel over links between stations and the host, timers run,
 * flows start. Consecutive arrivals at the host are handed to the session as one batch, up to its
 * next timer and up to the first arrival plus the smallest link delay: nothing that the batch
 * causes can arrive earlier, so the result equals that of single packets. One thread.
 */
public final class Simulation implements Network {
  /** Time between a packet's delivery to a program on the host and the program's answer. */
  static final long LOCAL_NANOS = 10_000;

  private static final int AT_HOST = 0;
  private static final int AT_STATION = 1;
  private static final int AT_PROGRAM = 2;
  private static final int FROM_PROGRAM = 3;
  private static final int ACTION = 4;

  private final Session session;
  private final Recorder recorder;
  private final LinkDirection[] toHost;
  private final LinkDirection[] fromHost;
  private final List<List<Integer>> nicsOf = new ArrayList<>();
  private final List<Nic> nics = new ArrayList<>();
  private final List<Source> sources = new ArrayList<>();
  private final List<Exchange> exchanges = new ArrayList<>();
  private final EventQueue events = new EventQueue(1_024);
  private final VirtualClock clock = new VirtualClock(0);
  private final FramePool pool = new FramePool();
  private final List<Runnable> actions = new ArrayList<>();
  private final List<Integer> freeActions = new ArrayList<>();
  private final SplittableRandom random;
  private final PacketBatch batch;
  private final int[] flowOf;
  private final Map<Long, Integer> heldFlows = new HashMap<>();
  private final Station programs;
  private final long lookaheadNanos;

  /**
   * @param links by number of the host's interface
   * @param batchSize packets that the session gets at once, at most; does not change the result
   */
  public Simulation(
      Session session, List<LinkSpec> links, long seed, int batchSize, Recorder recorder) {
    this.session = session;
    this.recorder = recorder;
    toHost = links.stream().map(LinkDirection::new).toArray(LinkDirection[]::new);
    fromHost = links.stream().map(LinkDirection::new).toArray(LinkDirection[]::new);
    links.forEach(link -> nicsOf.add(new ArrayList<>()));
    random = new SplittableRandom(seed);
    batch = PacketBatch.allocate(batchSize, FramePool.SLOT_BYTES);
    flowOf = new int[batchSize];
    programs = new Station(this, "host", null, 0, 0, 0, 0);
    long least = links.stream().mapToLong(LinkSpec::delayNanos).min().orElse(0);
    lookaheadNanos = Math.min(least, LOCAL_NANOS);
  }

  /**
   * A station with a card of its own opposite of one of the host's interfaces.
   *
   * @param gateway next hop for addresses outside of the prefix; 0 to send straight to them
   */
  public Station station(
      int interfaceNumber, String name, long mac, int address, int prefixLength, int gateway) {
    Nic nic = new Nic(this, interfaceNumber, mac);
    nicsOf.get(interfaceNumber).add(nics.size());
    nics.add(nic);
    return new Station(this, name, nic, address, address, prefixLength, gateway);
  }

  /** A station that is reached through another, which forwards for it. */
  public Station stationBehind(Station router, String name, int address) {
    return router.behind(name, address);
  }

  /** The programs of the host: they answer what is delivered to the host. */
  public Station programs() {
    return programs;
  }

  /** Everything that starts flows, in the order in which it was added. */
  public List<Source> sources() {
    return sources;
  }

  /** Every flow that was started, in order. */
  public List<Exchange> exchanges() {
    return exchanges;
  }

  /** Frames that links lost because their queue was full. */
  public long lostOnLinks() {
    long lost = 0;
    for (int i = 0; i < toHost.length; i++) {
      lost += toHost[i].lost() + fromHost[i].lost();
    }
    return lost;
  }

  @Override
  public long nowNanos() {
    return clock.nowNanos();
  }

  @Override
  public SplittableRandom random() {
    return random;
  }

  @Override
  public Exchange exchange(int flow) {
    return exchanges.get(flow);
  }

  @Override
  public void at(long nanos, Runnable action) {
    int slot;
    if (freeActions.isEmpty()) {
      slot = actions.size();
      actions.add(action);
    } else {
      slot = freeActions.remove(freeActions.size() - 1);
      actions.set(slot, action);
    }
    events.add(nanos, ACTION, slot);
  }

  @Override
  public void transmit(Nic nic, byte[] frame, int bytes, int flow) {
    int number = nic.interfaceNumber();
    long arrival = toHost[number].arrivalNanos(clock.nowNanos(), bytes);
    if (arrival != LinkDirection.LOST) {
      events.add(arrival, AT_HOST, pool.put(frame, 0, bytes, number, flow));
    }
  }

  @Override
  public void transmitLocal(byte[] frame, int bytes, int flow) {
    int slot = pool.put(frame, Frames.IP, bytes - Frames.IP, PacketBatch.LOCAL, flow);
    events.add(clock.nowNanos() + LOCAL_NANOS, FROM_PROGRAM, slot);
  }

  /** Starts flows of {@code source} from its start time until {@code untilNanos}. */
  public void add(Source source, long untilNanos) {
    sources.add(source);
    SplittableRandom own = random.split();
    long first = source.startNanos() + (source.arrivals().poisson() ? gap(source, own) : 0);
    schedule(source, own, first, untilNanos, 0);
  }

  private static long gap(Source source, SplittableRandom own) {
    return source.arrivals().nextGapNanos(own);
  }

  private void schedule(
      Source source, SplittableRandom own, long nanos, long untilNanos, long started) {
    if (nanos >= untilNanos || started >= source.flows()) {
      return;
    }
    at(
        nanos,
        () -> {
          Exchange exchange = new Exchange(exchanges.size(), source, nanos);
          exchanges.add(exchange);
          source.from().start(exchange, source.request().next(own), source.response().next(own));
          schedule(source, own, nanos + gap(source, own), untilNanos, started + 1);
        });
  }

  /**
   * Runs until nothing is under way any more.
   *
   * @param progress told the virtual time now and then
   */
  public void run(LongConsumer progress) {
    long told = 0;
    while (!events.isEmpty()) {
      long timer = session.nextTimerNanos();
      if (timer <= events.nextNanos()) {
        clock.advanceTo(Math.max(timer, clock.nowNanos()));
        session.advance(clock.nowNanos());
        recorder.timer(session);
        deliverEmissions(0, session.emissions().size());
        continue;
      }
      clock.advanceTo(events.nextNanos());
      if (events.nextKind() == AT_HOST || events.nextKind() == FROM_PROGRAM) {
        processBatch(timer);
      } else {
        handle(events.nextKind(), events.nextPayload());
      }
      if (++told % 4_096 == 0) {
        progress.accept(clock.nowNanos());
      }
    }
    progress.accept(clock.nowNanos());
  }

  private void handle(int kind, long payload) {
    events.removeNext();
    int slot = (int) payload;
    switch (kind) {
      case AT_STATION -> {
        Nic nic = nics.get((int) (payload >>> 32));
        nic.receive(pool.data(), pool.offset(slot), pool.length(slot), pool.flow(slot));
        pool.release(slot);
      }
      case AT_PROGRAM -> {
        programs.receive(pool.data(), pool.offset(slot), pool.length(slot), pool.flow(slot));
        pool.release(slot);
      }
      case ACTION -> {
        Runnable action = actions.get(slot);
        freeActions.add(slot);
        action.run();
      }
      default -> throw new IllegalStateException("event of kind " + kind);
    }
  }

  private void processBatch(long timer) {
    long limit = Math.min(timer, clock.nowNanos() + Math.max(lookaheadNanos, 1));
    batch.clear();
    while (!batch.isFull() && events.nextNanos() < limit) {
      int kind = events.nextKind();
      if (kind != AT_HOST && kind != FROM_PROGRAM) {
        break;
      }
      int slot = (int) events.nextPayload();
      int at = pool.offset(slot);
      int bytes = pool.length(slot);
      long nanos = events.nextNanos();
      int i =
          kind == AT_HOST
              ? batch.add(pool.data(), at, bytes, pool.interfaceNumber(slot), nanos)
              : batch.addLocal(pool.data(), at, bytes, nanos);
      flowOf[i] = pool.flow(slot);
      pool.release(slot);
      events.removeNext();
    }
    long start = System.nanoTime();
    session.process(batch);
    long elapsed = System.nanoTime() - start;
    recorder.batch(session, batch, elapsed);
    clock.advanceTo(batch.timeNanos(batch.size() - 1));
    deliverBatch();
  }

  private void deliverBatch() {
    Emissions emissions = session.emissions();
    int next = 0;
    for (int i = 0; i < batch.size(); i++) {
      long nanos = batch.timeNanos(i);
      next = deliverTimers(emissions, next, nanos);
      int flow = flowOf[i];
      int egress = batch.egress(i);
      if (egress >= 0) {
        deliver(egress, batch.data(), batch.offset(i), batch.length(i), nanos, flow);
      }
      settle(i, flow, nanos);
      int from = next;
      while (next < emissions.size() && emissions.batchIndex(next) == i) {
        next++;
      }
      deliverEmissions(from, next);
    }
    deliverEmissions(next, emissions.size());
  }

  private int deliverTimers(Emissions emissions, int from, long nanos) {
    int next = from;
    while (next < emissions.size()
        && emissions.batchIndex(next) == Emissions.TIMER
        && emissions.timeNanos(next) <= nanos) {
      next++;
    }
    deliverEmissions(from, next);
    return next;
  }

  /** What a packet's end means for its exchange, apart from the frames that left. */
  private void settle(int i, int flow, long nanos) {
    Action action = batch.action(i);
    if (action == Action.LOCAL) {
      int slot = pool.put(batch.data(), batch.offset(i), batch.length(i), PacketBatch.LOCAL, flow);
      events.add(nanos + LOCAL_NANOS, AT_PROGRAM, slot);
    } else if (action == Action.HELD) {
      heldFlows.put(batch.sequence(i), flow);
    } else if (batch.isDropped(i) && flow != NO_FLOW) {
      exchanges.get(flow).dropped(batch.ruleId(i));
    }
  }

  private void deliverEmissions(int from, int to) {
    Emissions emissions = session.emissions();
    for (int e = from; e < to; e++) {
      int index = emissions.batchIndex(e);
      int flow = index >= 0 ? flowOf[index] : heldFlows.getOrDefault(emissions.cause(e), NO_FLOW);
      deliver(
          emissions.egress(e),
          emissions.data(),
          emissions.offset(e),
          emissions.length(e),
          emissions.timeNanos(e),
          flow);
    }
  }

  private void deliver(
      int interfaceNumber, byte[] frame, int from, int bytes, long nanos, int flow) {
    long arrival = fromHost[interfaceNumber].arrivalNanos(nanos, bytes);
    if (arrival == LinkDirection.LOST) {
      return;
    }
    long destination = Bytes.getMac(frame, from);
    for (int number : nicsOf.get(interfaceNumber)) {
      if (nics.get(number).accepts(destination)) {
        int slot = pool.put(frame, from, bytes, interfaceNumber, flow);
        events.add(arrival, AT_STATION, (long) number << 32 | slot);
      }
    }
  }
}
