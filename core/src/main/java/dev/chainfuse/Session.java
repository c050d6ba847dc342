package dev.chainfuse;

import dev.chainfuse.conntrack.ChoiceSource;
import dev.chainfuse.conntrack.ConnectionTable;
import dev.chainfuse.conntrack.ConnectionText;
import dev.chainfuse.conntrack.ConnectionTracking;
import dev.chainfuse.conntrack.ConntrackSettings;
import dev.chainfuse.conntrack.FlowTable;
import dev.chainfuse.conntrack.SeededChoices;
import dev.chainfuse.forwarding.Fdb;
import dev.chainfuse.forwarding.Neighbours;
import dev.chainfuse.fuse.FusedEvaluator;
import dev.chainfuse.fuse.FusedRules;
import dev.chainfuse.host.Topology;
import dev.chainfuse.packet.FrameColumns;
import dev.chainfuse.path.InterfaceCounters;
import dev.chainfuse.path.PacketPath;
import dev.chainfuse.reference.MapConnections;
import dev.chainfuse.reference.ReferenceNatSearch;
import dev.chainfuse.reference.RuleInterpreter;
import dev.chainfuse.rules.RuleEvaluator;
import dev.chainfuse.rules.RuleSet;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A host at work: its connections, counters, neighbours and bridges' addresses. One thread at a time;
 * independent sessions of one engine may run on different threads. Virtual time comes with the packets
 * and must not go back.
 */
public final class Session implements AutoCloseable {
  private static final int NEIGHBOURS = 4096;
  private static final int WAITING_PACKETS = 4096;
  private static final int FDB_ENTRIES = 16_384;
  private static final int MAXIMUM_LOG_LINES = 1_000_000;

  private Engine engine;
  private final SessionOptions options;
  private final ConnectionTable table;
  private final ConnectionTracking tracking;
  private final Emissions emissions = new Emissions();
  private final List<LogLine> log = new ArrayList<>();
  private long logged;
  private final PacketPath path;
  private RuleEvaluator rules;
  private final SinglePacket single;

  Session(Engine engine, Flows flows, SessionOptions options) {
    this.engine = engine;
    this.options = options;
    Topology topology = engine.host().topology();
    ConntrackSettings settings = settings(topology, flows.maximum());
    boolean fused = engine.kind() == Engine.Kind.FUSED;
    ChoiceSource choices =
        options.choices() == null ? new SeededChoices(options.seed()) : options.choices();
    FlowTable flowTable = fused ? new FlowTable(flows.maximum(), options.seed()) : null;
    table = flowTable != null ? flowTable : new MapConnections(flows.maximum(), options.seed());
    tracking = new ConnectionTracking(table, Searches.of(table, choices, options.seed()), settings);
    rules = evaluator(engine);
    path =
        new PacketPath(
            topology,
            engine.routes(),
            new Fdb(topology, Math.max(FDB_ENTRIES, topology.fdb().size() * 2), 0),
            new Neighbours(
                topology,
                Math.max(NEIGHBOURS, topology.neighbours().size() * 2),
                WAITING_PACKETS,
                0),
            rules,
            tracking,
            flowTable,
            engine.fused(),
            new Sink());
    use(engine);
    single = new SinglePacket(this);
    RuleCounts.fromRules(engine.numbers()).applyTo(rules);
  }
}
