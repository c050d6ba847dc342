package dev.chainfuse;

import dev.chainfuse.forwarding.HostView;
import dev.chainfuse.forwarding.RouteTable;
import dev.chainfuse.fuse.ChainFuser;
import dev.chainfuse.fuse.FuseBudget;
import dev.chainfuse.fuse.FusedRules;
import dev.chainfuse.packet.DropReason;
import dev.chainfuse.rules.RuleNumbers;
import dev.chainfuse.rules.SourcePosition;
import org.jspecify.annotations.Nullable;

/**
 * A host, compiled: its rules as decision tables, its routes as a trie. Immutable and thread-safe;
 * any number of sessions may share it.
 */
public final class Engine {
  /** How the rules are run. Both give the same results. */
  public enum Kind {
    /** Rule by rule, connections in a map: slow and plain, to hold the other against. */
    REFERENCE,
    /** Decision tables, a flow table and a flow cache. */
    FUSED
  }

  private final Host host;
  private final Kind kind;
  private final RouteTable routes;
  private final HostView view;
  private final RuleNumbers numbers;
  private final @Nullable FusedRules fused;
  private final boolean tracksConnections;

  private Engine(Host host, Kind kind) {
    this.host = host;
    this.kind = kind;
    this.routes = RouteTable.compile(host.topology());
    this.view = new HostView(host.topology(), routes);
    this.numbers = new RuleNumbers(host.rules());
    this.fused =
        kind == Kind.FUSED ? ChainFuser.compile(host.rules(), view, FuseBudget.DEFAULT) : null;
    this.tracksConnections = TrackingNeed.of(host.rules());
  }

  /** Compiles a host for the fused engine. */
  public static Engine compile(Host host) {
    return compile(host, Kind.FUSED);
  }

  /** Compiles a host for the engine of that kind. */
  public static Engine compile(Host host, Kind kind) {
    return new Engine(host, kind);
  }

  /** Opens a session with {@link SessionOptions#DEFAULT}. */
  public Session open(Flows flows) {
    return open(flows, SessionOptions.DEFAULT);
  }

  /**
   * Opens a session: an empty connection table, counters as the rules' text gives them, neighbours
   * and FDB as the host has them.
   */
  public Session open(Flows flows, SessionOptions options) {
    return new Session(this, flows, options);
  }

  /** The host that was compiled. */
  public Host host() {
    return host;
  }

  /** How the rules are run. */
  public Kind kind() {
    return kind;
  }

  /** Numbers of the rules and policies. */
  public RuleNumbers numbers() {
    return numbers;
  }

  /** What the rules were compiled to; null for the reference engine. */
  public @Nullable FusedRules fused() {
    return fused;
  }

  /**
   * Whether some rule needs connection tracking; without one the kernel does not track, and neither
   * does a session.
   */
  public boolean tracksConnections() {
    return tracksConnections;
  }

  /** Whether fragments are put together before rules see them. */
  boolean reassembles() {
    return tracksConnections || TrackingNeed.ofWholePackets(host.rules());
  }

  RouteTable routes() {
    return routes;
  }

  HostView view() {
    return view;
  }

  /** How many ids {@link PacketBatch#ruleId} can give: rules, policies, reasons. */
  public int ruleIds() {
    return numbers.ruleCount() + numbers.policyCount() + DropReason.values().length;
  }

  /**
   * What an id stands for.
   *
   * @throws IndexOutOfBoundsException unless it is 0 to {@link #ruleIds()} - 1
   */
  public Decision decision(int id) {
    int rules = numbers.ruleCount();
    if (id < 0 || id >= ruleIds()) {
      throw new IndexOutOfBoundsException("id " + id + " is not within 0 to " + (ruleIds() - 1));
    }
    if (id < rules) {
      RuleNumbers.Place place = numbers.rule(id);
      return new Decision(
          id,
          Decision.Kind.RULE,
          place.table(),
          place.chain().name(),
          place.index(),
          place.rule().position(),
          DropReason.NONE);
    }
    if (id < rules + numbers.policyCount()) {
      RuleNumbers.Policy policy = numbers.policy(id - rules);
      return new Decision(
          id,
          Decision.Kind.POLICY,
          policy.table(),
          policy.chain().name(),
          0,
          SourcePosition.NONE,
          DropReason.NONE);
    }
    DropReason reason = DropReason.values()[id - rules - numbers.policyCount()];
    return new Decision(id, Decision.Kind.REASON, null, "", 0, SourcePosition.NONE, reason);
  }
}
