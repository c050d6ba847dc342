package dev.chainfuse.path;

import dev.chainfuse.conntrack.ConnectionTracking;
import dev.chainfuse.conntrack.FlowTable;
import dev.chainfuse.forwarding.Fdb;
import dev.chainfuse.forwarding.Neighbours;
import dev.chainfuse.forwarding.RouteTable;
import dev.chainfuse.fuse.FusedEvaluator;
import dev.chainfuse.fuse.FusedRules;
import dev.chainfuse.host.Topology;
import dev.chainfuse.packet.Action;
import dev.chainfuse.packet.Bytes;
import dev.chainfuse.packet.ConnectionFacts;
import dev.chainfuse.packet.DropReason;
import dev.chainfuse.packet.FrameColumns;
import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.packet.Skb;
import dev.chainfuse.rules.RuleEvaluator;
import dev.chainfuse.stateful.SetRegistry;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * The way of packets through the host, one packet strictly after the other. A frame comes in by a
 * device and meets, as far as it gets: the bridge, ARP or IPv4's checks, PREROUTING, routing, INPUT
 * or FORWARD, POSTROUTING, the neighbour's address, the bridge again, a device. With the fused
 * engine packets of established flows go the {@linkplain FlowCache short way}, to the same end.
 *
 * <p>Not thread-safe. Virtual time comes with the packets and must not go back.
 */
public final class PacketPath {
  private static final long BROADCAST_MAC = 0xffff_ffff_ffffL;
  private static final int NO_HOOK = -1;
  private static final long GROUP_BIT = 1L << 40;

  private final PathState state;
  private final ConnectionTracking tracking;
  private final Skb skb = new Skb();
  private @Nullable FlowCache cache;
  private long sequence;

  /**
   * @param flows the connection table if the short way is wanted, else null
   * @param fused with {@code flows}: what {@code rules}, a {@link FusedEvaluator}, runs
   */
  public PacketPath(
      Topology topology,
      RouteTable routes,
      Fdb fdb,
      Neighbours neighbours,
      RuleEvaluator rules,
      ConnectionTracking tracking,
      @Nullable FlowTable flows,
      @Nullable FusedRules fused,
      EgressSink egress) {
    state =
        new PathState(
            topology, new Routing(topology, routes), fdb, neighbours, rules, tracking, egress);
    this.tracking = tracking;
    if (flows != null && fused != null) {
      cache = new FlowCache(state, flows, (FusedEvaluator) rules, fused);
    }
  }

  /** The IP sets that targets change. */
  public void useSets(SetRegistry sets) {
    state.sets = sets;
  }

  /**
   * Goes on with other rules.
   *
   * @param fused what {@code rules} runs, if it is the fused engine's
   * @param trackConnections whether some rule needs connection tracking
   * @param reassemble whether fragments are put together before rules see them
   */
  public void use(
      RuleEvaluator rules,
      @Nullable FusedRules fused,
      int ruleCount,
      int policyCount,
      boolean trackConnections,
      boolean reassemble) {
    state.ruleCount = ruleCount;
    state.policyCount = policyCount;
    if (cache != null && fused != null) {
      cache.use((FusedEvaluator) rules, fused);
    }
    state.rules = rules;
    state.hooks.use(rules, trackConnections, reassemble);
  }

  /**
   * Lets the host's sockets answer.
   *
   * @param udpPorts where a program listens; null if UDP is never answered
   * @param tcpPorts the same for TCP
   */
  public void answerClosed(
      @Nullable Iterable<Integer> udpPorts, @Nullable Iterable<Integer> tcpPorts) {
    silence(state.silentUdp, udpPorts);
    silence(state.silentTcp, tcpPorts);
  }

  private static void silence(BitSet silent, @Nullable Iterable<Integer> ports) {
    if (ports != null) {
      silent.clear();
      ports.forEach(silent::set);
    }
  }

  /** Counters of the interfaces. */
  public InterfaceCounters interfaceCounters() {
    flush();
    return state.counters;
  }

  /**
   * How many packets ended for each {@link DropReason}, by ordinal; copies and the host's own
   * packets included.
   */
  public long[] drops() {
    flush();
    return state.drops;
  }

  /** Packets that took the short way. */
  public long cacheHits() {
    return cache == null ? 0 : cache.hits();
  }

  /** Journeys in use. */
  public int journeys() {
    return cache == null ? 0 : cache.journeyCount();
  }

  /** Brings the evaluator's and the interfaces' counters up to date. */
  public void flush() {
    if (cache != null) {
      cache.flush();
    }
  }

  /** When the next timer is due, virtual nanoseconds; {@link Long#MAX_VALUE} if none is. */
  public long nextTimerNanos() {
    return Math.min(state.resolution.nextTimerNanos(), state.reassembly.nextTimerNanos());
  }

  /** Runs the timers that are due until {@code nanos}, each at its time. */
  public void advance(long nanos) {
    state.index = -1;
    while (nextTimerNanos() <= nanos) {
      if (state.reassembly.nextTimerNanos() < state.resolution.nextTimerNanos()) {
        state.reassembly.expire();
      } else {
        state.resolution.advance(state.resolution.nextTimerNanos());
      }
      state.drainLoopback();
    }
    state.now = Math.max(state.now, nanos);
  }

  /** Takes all packets of a batch, in order, and fills in what became of them. */
  public void process(FrameColumns c) {
    for (int from = 0; from < c.size; from += FlowCache.stage()) {
      int to = Math.min(c.size, from + FlowCache.stage());
      if (cache != null && state.hooks.tracked()) {
        processCached(c, from, to, cache);
      } else {
        for (int i = from; i < to; i++) {
          passTime(c.timeNanos[i]);
          arrive(c, i, c.timeNanos[i]);
          skb.reset();
          receive(c, i);
          release();
        }
      }
    }
  }

  private void processCached(FrameColumns c, int from, int to, FlowCache flows) {
    flows.prepare(c, from, to);
    flows.renew();
    long timer = nextEventNanos();
    for (int i = from; i < to; i++) {
      long nanos = c.timeNanos[i];
      if (nanos >= timer) {
        passTime(nanos);
        flows.renew();
        timer = nextEventNanos();
      }
      arrive(c, i, nanos);
      skb.trackedFlow = ConnectionFacts.NO_FLOW;
      if (flows.commit(c, i, i - from, skb)) {
        continue;
      }
      int trackedFlow = skb.trackedFlow;
      int trackedInfo = skb.trackedInfo;
      skb.reset();
      skb.trackedFlow = trackedFlow;
      skb.trackedInfo = trackedInfo;
      flows.begin(c, i);
      boolean plain = receive(c, i);
      flows.end(c, i, skb, plain);
      release();
      flows.renew();
      timer = nextEventNanos();
    }
  }

  /** The packet is done: a connection that it did not confirm is forgotten. */
  private void release() {
    if (skb.flow >= 0) {
      tracking.release(skb);
    }
  }

  /** When time alone changes something: a timer, or aged addresses of a bridge. */
  private long nextEventNanos() {
    return Math.min(nextTimerNanos(), state.fdb.nextCleanupNanos());
  }

  /** Lets all happen that is due until a packet's arrival. */
  private void passTime(long nanos) {
    if (nextTimerNanos() <= nanos) {
      advance(nanos);
    }
    state.fdb.advance(nanos);
  }

  private void arrive(FrameColumns c, int i, long nanos) {
    state.index = i;
    state.now = nanos;
    c.sequence[i] = sequence++;
  }

  /** One packet the long way; true if it was an IPv4 packet that did nothing besides. */
  private boolean receive(FrameColumns c, int i) {
    Outcome outcome = state.outcome;
    outcome.begin(c.length[i]);
    state.emitted = 0;
    state.lastDecision = Outcome.NO_RULE;
    skb.data = c.data;
    skb.frame = c.offset[i];
    skb.frameLength = c.length[i];
    skb.network = skb.frame + Ipv4.ETHERNET_HEADER;
    skb.transport = skb.network;
    skb.end = skb.frame + skb.frameLength;
    skb.timeNanos = c.timeNanos[i];
    skb.checksumVerified = c.verified[i];
    skb.sequence = c.sequence[i];
    skb.primary = true;
    skb.reported = true;
    if (c.inInterface[i] == FrameColumns.LOCAL) {
      sendLocal();
    } else {
      receiveFrame(c.inInterface[i]);
    }
    state.drainLoopback();
    c.action[i] = (byte) outcome.action;
    c.reason[i] = (byte) outcome.reason;
    c.ruleId[i] = state.decisionId(outcome.decidedBy, outcome.reason);
    c.hook[i] = (byte) (outcome.decidedBy == Outcome.NO_RULE ? NO_HOOK : outcome.hook.ordinal());
    c.egress[i] = outcome.egress;
    c.length[i] = outcome.length;
    c.framesBefore[i] = outcome.framesBefore;
    return c.inInterface[i] >= 0 && outcome.decided();
  }

  private void invalid() {
    state.ended(skb, Action.INVALID_FRAME, DropReason.INVALID_FRAME, Outcome.NO_RULE);
  }

  private void receiveFrame(int device) {
    if (device < 0
        || device >= state.devices.count
        || state.devices.bridge[device]
        || skb.frameLength < Ipv4.ETHERNET_HEADER) {
      invalid();
      return;
    }
    if (!state.devices.up[device]) {
      state.counters.dropped(device);
      state.end(skb, DropReason.INTERFACE_DOWN);
      return;
    }
    state.counters.received(device, skb.frameLength);
    skb.destinationMac = Bytes.getMac(skb.data, skb.frame);
    skb.sourceMac = Bytes.getMac(skb.data, skb.frame + 6);
    skb.packetType = packetType(skb.destinationMac, state.devices.mac[device]);
    if (state.devices.isPort(device)) {
      state.bridging.receive(skb, device);
    } else {
      state.deliverToProtocol(skb, device);
    }
  }

  /** eth_type_trans, net/ethernet/eth.c. */
  private static int packetType(long destination, long own) {
    if (destination == own) {
      return Skb.PACKET_HOST;
    }
    if (destination == BROADCAST_MAC) {
      return Skb.PACKET_BROADCAST;
    }
    return (destination & GROUP_BIT) != 0 ? Skb.PACKET_MULTICAST : Skb.PACKET_OTHERHOST;
  }

  private void sendLocal() {
    if (!state.input.headerRight(skb)) {
      invalid();
      return;
    }
    skb.frameLength = skb.end - skb.frame;
    skb.local = true;
    state.localOutput.sendUnrouted(skb);
  }
}
