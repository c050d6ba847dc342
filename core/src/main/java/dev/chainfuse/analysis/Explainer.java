package dev.chainfuse.analysis;

import dev.chainfuse.ChainRun;
import dev.chainfuse.Emissions;
import dev.chainfuse.Engine;
import dev.chainfuse.Flows;
import dev.chainfuse.Host;
import dev.chainfuse.Packet;
import dev.chainfuse.Session;
import dev.chainfuse.SessionOptions;
import dev.chainfuse.Verdict;
import java.util.ArrayList;
import java.util.List;

/** Explains the ways of packets through a host, cold or with connections. One thread. */
public final class Explainer implements AutoCloseable {
  private static final int FLOWS = 65_536;

  private final List<ChainRun> runs = new ArrayList<>();
  private final Session session;
  private final Host host;

  /** For a host with an empty connection table. */
  public Explainer(Host host) {
    this(host, Engine.compile(host));
  }

  private Explainer(Host host, Engine engine) {
    this.host = host;
    this.session = engine.open(Flows.atMost(FLOWS), SessionOptions.DEFAULT.withObserver(runs::add));
  }

  /** Enters connections as {@code conntrack -L} prints them; {@code name} is for messages. */
  public void readConnections(String name, List<String> lines, long nowNanos) {
    session.readConnections(name, lines, nowNanos);
  }

  /**
   * Sends a packet through and tells its way. What it leaves behind, such as a connection, the next
   * packet finds.
   *
   * @throws IllegalArgumentException if the packet names an interface that the host does not have
   */
  public Explanation explain(Packet packet, long nowNanos) {
    runs.clear();
    Verdict verdict = session.verdict(packet, nowNanos);
    List<String> emitted = new ArrayList<>();
    Emissions frames = session.emissions();
    for (int i = 0; i < frames.size(); i++) {
      String device = host.topology().at(frames.egress(i)).name();
      emitted.add(device + ": " + frames.length(i) + " bytes");
    }
    return new Explanation(runs, verdict, emitted);
  }

  @Override
  public void close() {
    session.close();
  }
}
