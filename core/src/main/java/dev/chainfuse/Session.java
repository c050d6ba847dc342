package dev.chainfuse;

import dev.chainfuse.conntrack.ConnectionReader;
import dev.chainfuse.conntrack.ConnectionTable;
import dev.chainfuse.conntrack.ConnectionText;
import dev.chainfuse.conntrack.ConnectionTracking;
import dev.chainfuse.conntrack.ConntrackStatistics;
import dev.chainfuse.conntrack.FlowTable;
import dev.chainfuse.forwarding.Fdb;
import dev.chainfuse.forwarding.Neighbours;
import dev.chainfuse.fuse.FusedEvaluator;
import dev.chainfuse.fuse.FusedRules;
import dev.chainfuse.host.Topology;
import dev.chainfuse.packet.FrameColumns;
import dev.chainfuse.path.EgressSink;
import dev.chainfuse.path.InterfaceCounters;
import dev.chainfuse.path.PacketPath;
import dev.chainfuse.reference.RuleInterpreter;
import dev.chainfuse.rules.RuleEvaluator;
import dev.chainfuse.rules.text.SaveWriter;
import dev.chainfuse.rules.text.SetWriter;
import dev.chainfuse.stateful.SetRegistry;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * A host at work: its connections, counters, neighbours and bridges' addresses. One thread at a
 * time; sessions of one engine may run on different threads. Virtual time comes with the packets,
 * in nanoseconds from an origin of the caller's choice, is not negative and must not go back.
 */
public final class Session implements AutoCloseable {
  private static final int NEIGHBOURS = 4096;
  private static final int WAITING_PACKETS = 4096;
  private static final int FDB_ENTRIES = 16_384;

  /** Log lines that are kept; later ones are only counted. */
  public static final int MAXIMUM_LOG_LINES = 100_000;

  private final SessionOptions options;
  private final ConnectionTable table;
  private final ConnectionTracking tracking;
  private final Emissions emissions = new Emissions();
  private final Emissions deliveries = new Emissions();
  private final List<LogLine> log = new ArrayList<>();
  private final PacketPath path;
  private final SetRegistry sets;
  private final SinglePacket single = new SinglePacket(this);
  private boolean accounts;
  private Engine engine;
  private RuleEvaluator rules;
  private long logged;
  private long packets;
  private long lastNanos;
  private boolean closed;

  Session(Engine engine, Flows flows, SessionOptions options) {
    this.engine = engine;
    this.options = options;
    Topology topology = engine.host().topology();
    boolean fused = engine.kind() == Engine.Kind.FUSED;
    if (options.observer() != null && !fused) {
      throw new IllegalArgumentException("an observer needs the fused engine");
    }
    FlowTable flowTable = fused ? new FlowTable(flows.maximum(), options.seed()) : null;
    table = Tracking.table(flowTable, flows, options);
    tracking = Tracking.of(table, topology, flows, options);
    accounts = Tracking.settings(topology, flows.maximum()).acct();
    sets = engine.host().sets().open(options.startNanos());
    rules = evaluator(engine);
    path =
        new PacketPath(
            topology,
            engine.routes(),
            new Fdb(
                topology, Math.max(FDB_ENTRIES, topology.fdb().size() * 2), options.startNanos()),
            new Neighbours(
                topology,
                Math.max(NEIGHBOURS, topology.neighbours().size() * 2),
                WAITING_PACKETS,
                options.startNanos()),
            rules,
            tracking,
            options.observer() == null ? flowTable : null,
            engine.fused(),
            new Sink());
    path.answerClosed(options.sockets().udpPorts(), options.sockets().tcpPorts());
    path.useSets(sets);
    lastNanos = options.startNanos();
    install(engine, rules, RuleCounts.fromRules(engine.numbers()));
  }

  private RuleEvaluator evaluator(Engine of) {
    FusedRules fused = of.fused();
    if (fused == null) {
      return new RuleInterpreter(of.host().rules(), of.view(), options.seed());
    }
    FusedEvaluator evaluator = new FusedEvaluator(fused, options.seed());
    ChainObserver observer = options.observer();
    return observer == null ? evaluator : new ObservedEvaluator(of, evaluator, observer);
  }

  private void install(Engine next, RuleEvaluator evaluator, RuleCounts counts) {
    evaluator.matchContext().epochNanos = options.epochNanos();
    if (evaluator != rules) {
      evaluator.matchContext().keepStateOf(rules.matchContext());
    }
    engine = next;
    rules = evaluator;
    counts.applyTo(evaluator);
    evaluator.useSets(sets);
    path.use(
        evaluator,
        next.fused(),
        next.numbers().ruleCount(),
        next.numbers().policyCount(),
        next.tracksConnections(),
        next.reassembles());
    if (TrackingNeed.ofCounters(next.host().rules())) {
      accounts = true;
      tracking.countTraffic();
    }
  }

  /** The engine in use. */
  public Engine engine() {
    return engine;
  }

  /**
   * Runs every packet of the batch through the host, in order, and writes into the batch what
   * became of each; frames that leave are rewritten in place. Clears {@link #emissions} first.
   * Allocates nothing once its buffers have grown.
   *
   * @throws IllegalArgumentException if a packet's time lies before that of the one before it
   */
  public void process(PacketBatch batch) {
    emissions.clear();
    deliveries.clear();
    checkTimes(batch.columns);
    path.process(batch.columns);
    packets += batch.columns.size;
  }

  private void checkTimes(FrameColumns columns) {
    if (closed) {
      throw new IllegalStateException("the session is closed");
    }
    long last = lastNanos;
    for (int i = 0; i < columns.size; i++) {
      long nanos = columns.timeNanos[i];
      if (nanos < last) {
        throw new IllegalArgumentException(
            "packet " + i + " comes at " + nanos + " ns, after one at " + last + " ns");
      }
      last = nanos;
    }
    lastNanos = last;
  }

  /**
   * What becomes of one packet. It changes the session as {@link #process} does: a connection is
   * made, counters count.
   *
   * @param nowNanos virtual time
   * @throws IllegalArgumentException if the packet names an interface that the host does not have
   */
  public Verdict verdict(Packet packet, long nowNanos) {
    return single.verdict(packet, nowNanos);
  }

  /**
   * Frames that left, besides those in place, during the last {@link #process} or {@link #advance}.
   */
  public Emissions emissions() {
    return emissions;
  }

  /**
   * IPv4 packets that the host's programs got during the last {@link #process} or {@link #advance},
   * with the interface by which they came in; empty without {@link SessionOptions#deliveries}.
   * Packets of established flows whose bytes are in place in the batch, with action {@code LOCAL},
   * may be missing.
   */
  public Emissions deliveries() {
    return deliveries;
  }

  /** When the next timer is due, virtual nanoseconds; {@link Long#MAX_VALUE} if none is. */
  public long nextTimerNanos() {
    return path.nextTimerNanos();
  }

  /**
   * Lets time pass: runs timers that are due until {@code nowNanos}. Clears {@link #emissions}
   * first.
   */
  public void advance(long nowNanos) {
    emissions.clear();
    deliveries.clear();
    if (nowNanos > lastNanos) {
      lastNanos = nowNanos;
      path.advance(nowNanos);
    }
  }

  /**
   * Goes on with other rules for the same topology, between two packets. Connections, neighbours,
   * bridges' addresses and IP sets stay; stateful matches start anew, as after iptables-restore.
   *
   * @throws IllegalArgumentException if the engine is of another kind or of another topology
   */
  public void swap(Engine next, Counters counters) {
    if (next.kind() != engine.kind() || next.host().topology() != engine.host().topology()) {
      throw new IllegalArgumentException(
          "the new engine must be of the same kind and for the same topology");
    }
    RuleCounts counts =
        switch (counters) {
          case ZERO -> RuleCounts.zero(next.numbers());
          case FROM_RULES -> RuleCounts.fromRules(next.numbers());
          case CARRY_UNCHANGED -> counts().carriedTo(next.numbers());
        };
    install(next, evaluator(next), counts);
  }

  /** What rules and policies have counted. */
  public RuleCounts counts() {
    path.flush();
    return RuleCounts.of(engine.numbers(), rules);
  }

  /** Appends rules and counters as {@code iptables-save -c} prints them. */
  public void appendCounters(Appendable out) throws IOException {
    out.append(new SaveWriter(true, counts(), "").write(engine.host().rules()));
  }

  /**
   * Appends the IP sets with the elements that have not timed out, as {@code ipset save} prints
   * them.
   */
  public void appendSets(Appendable out, long nowNanos) throws IOException {
    SetWriter.write(sets.all(), nowNanos, out);
  }

  /** Appends the connections that have not timed out, as {@code conntrack -L} prints them. */
  public void appendConnections(Appendable out, long nowNanos) throws IOException {
    if (engine.tracksConnections()) {
      StringBuilder text = new StringBuilder();
      ConnectionText.write(table, nowNanos, accounts, text);
      out.append(text);
    }
  }

  /**
   * Enters connections, as {@code conntrack -L} prints them.
   *
   * @param name of the text, for messages
   * @param nowNanos virtual time at which the lines were printed
   * @throws IllegalArgumentException if a line cannot be read; the message names it
   */
  public void readConnections(String name, List<String> lines, long nowNanos) {
    ConnectionReader.read(lines, name, table, nowNanos);
  }

  /** Frames and bytes of each interface. */
  public InterfaceCounters interfaceCounters() {
    return path.interfaceCounters();
  }

  /** Packets that ended, by ordinal of {@link dev.chainfuse.packet.DropReason}; copies included. */
  public long[] dropCounts() {
    return path.drops().clone();
  }

  /** Figures of the session so far. */
  public Statistics statistics() {
    ConntrackStatistics s = tracking.statistics();
    return new Statistics(
        packets,
        path.cacheHits(),
        path.journeys(),
        tracking.count(),
        table.maximum(),
        s.insert,
        s.insertFailed,
        s.invalid,
        s.tableFull,
        s.earlyDrop,
        s.clashResolve,
        logged);
  }

  /** What LOG, NFLOG, ULOG and TRACE rules wrote, the first {@link #MAXIMUM_LOG_LINES} lines. */
  public List<LogLine> log() {
    return Collections.unmodifiableList(log);
  }

  PacketPath path() {
    return path;
  }

  @Override
  public void close() {
    closed = true;
  }

  private final class Sink implements EgressSink {
    @Override
    public void frame(
        byte[] data, int from, int bytes, int device, int index, long cause, long nanos) {
      emissions.add(data, from, bytes, device, index, cause, nanos);
    }

    @Override
    public void delivered(byte[] data, int from, int bytes, int device, int index, long cause) {
      if (options.deliveries()) {
        deliveries.add(data, from, bytes, device, index, cause, lastNanos);
      }
    }

    @Override
    public void log(String target, String prefix, int level, String text, long cause, long nanos) {
      logged++;
      if (log.size() < MAXIMUM_LOG_LINES) {
        log.add(new LogLine(target, prefix, level, text, cause, nanos));
      }
    }
  }
}
