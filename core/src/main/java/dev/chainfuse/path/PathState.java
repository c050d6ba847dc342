package dev.chainfuse.path;

import dev.chainfuse.conntrack.ConnectionTracking;
import dev.chainfuse.forwarding.ArpInput;
import dev.chainfuse.forwarding.Fdb;
import dev.chainfuse.forwarding.Neighbours;
import dev.chainfuse.host.Topology;
import dev.chainfuse.packet.Action;
import dev.chainfuse.packet.Bytes;
import dev.chainfuse.packet.DropReason;
import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.packet.Skb;
import dev.chainfuse.rules.Hook;
import dev.chainfuse.rules.RuleEvaluator;
import dev.chainfuse.stateful.SetRegistry;
import java.util.BitSet;

/**
 * What the stages of one session's path share: the host's columns, its tables, the packet's
 * outcome; and the stages themselves.
 */
final class PathState {
  final Devices devices;
  final Fdb fdb;
  final SkbPool pool = new SkbPool();
  final Outcome outcome = new Outcome();
  final InterfaceCounters counters;
  final EgressSink egress;
  final int defaultTtl;
  final Routing routing;
  final ConnectionTracking tracking;
  final long[] drops = new long[DropReason.values().length];

  // The stages, in the order in which a forwarded packet meets them.
  final Bridging bridging;
  final ArpProtocol arp;
  final IpInput input;
  final Hooks hooks;
  final IpForward forward;
  final LocalOutput localOutput;
  final IpOutput output;
  final Resolution resolution;
  final IcmpErrors icmp;
  final TcpReset reset;
  final Duplicates duplicates;
  final IpOptions options = new IpOptions(this);
  final Reassembly reassembly;
  final Fragmentation fragmentation;
  private final LoopbackQueue loopback;

  RuleEvaluator rules;

  /** The IP sets. */
  SetRegistry sets = SetRegistry.empty();

  /** Ports of the host at which nothing is answered: UDP, TCP. */
  final BitSet silentUdp = new BitSet(1 << 16);

  final BitSet silentTcp = new BitSet(1 << 16);

  /** Place in the batch of the packet in hand; -1 while timers run. */
  int index = -1;

  /** Virtual time, nanoseconds. */
  long now;

  /** The hook of {@link #lastDecision}. */
  Hook lastHook = Hook.PREROUTING;

  /** The hook of the chain that refused last. */
  Hook decisionHook = Hook.PREROUTING;

  /** Rules and policies of the rule set, for ids. */
  int ruleCount;

  int policyCount;

  /** Frames handed to the sink since the packet in hand began. */
  int emitted;

  /** What the last filter chain that accepted was decided by. */
  int lastDecision = Outcome.NO_RULE;

  PathState(
      Topology topology,
      Routing routing,
      Fdb fdb,
      Neighbours neighbours,
      RuleEvaluator rules,
      ConnectionTracking tracking,
      EgressSink egress) {
    this.devices = new Devices(topology);
    this.routing = routing;
    this.fdb = fdb;
    this.rules = rules;
    this.tracking = tracking;
    this.egress = egress;
    this.counters = new InterfaceCounters(devices.count);
    silentUdp.set(0, 1 << 16);
    silentTcp.set(0, 1 << 16);
    this.defaultTtl = topology.sysctls().defaultTtl();
    hooks = new Hooks(this, new PathTargets(this, tracking), tracking);
    bridging = new Bridging(this);
    ArpInput arpInput = routing.arpInput(neighbours);
    arp = new ArpProtocol(this, arpInput);
    input = new IpInput(this);
    forward = new IpForward(this);
    localOutput = new LocalOutput(this);
    output = new IpOutput(this);
    resolution = new Resolution(this, neighbours, arpInput, tracking);
    icmp =
        new IcmpErrors(
            this,
            tracking,
            new IcmpRate(topology.sysctls().icmpRatelimit(), topology.sysctls().icmpRatemask()));
    reset = new TcpReset(this, tracking);
    duplicates = new Duplicates(this);
    loopback = new LoopbackQueue(this);
    fragmentation = new Fragmentation(this);
    reassembly =
        new Reassembly(
            this,
            topology.sysctls().number("net.ipv4.ipfrag_time"),
            topology.sysctls().number("net.ipv4.ipfrag_high_thresh"));
  }

  /** Whether the host answers the delivered packet because no program waits for it. */
  boolean answersClosed(Skb skb) {
    if (skb.irregular || skb.routeType != Routing.LOCAL) {
      return false;
    }
    return skb.protocol == Ipv4.UDP
        ? !silentUdp.get(skb.destinationPort)
        : skb.protocol == Ipv4.TCP && !silentTcp.get(skb.destinationPort);
  }

  /** The id of what decided: rules first, then policies, then the reasons that are no rule. */
  int decisionId(int decidedBy, int reason) {
    if (decidedBy >= 0) {
      return decidedBy;
    }
    return decidedBy == Outcome.NO_RULE
        ? ruleCount + policyCount + reason
        : ruleCount - 1 - decidedBy;
  }

  /** Hands a frame that {@code device} received to ARP or IPv4 (netif_receive_skb). */
  void deliverToProtocol(Skb skb, int device) {
    int etherType = Bytes.getShort(skb.data, skb.frame + 12);
    if (etherType == Ipv4.ETHERTYPE_IPV4) {
      input.receive(skb, device);
    } else if (etherType == Ipv4.ETHERTYPE_ARP) {
      arp.receive(skb, device);
    } else {
      end(skb, DropReason.OTHER_PROTOCOL);
    }
  }

  /** A packet for the host itself: it comes in again by {@code device}, after this one. */
  void loopBack(Skb skb, int device, int packetType) {
    loopback.add(skb, device, packetType);
    if (packetType == Skb.PACKET_HOST) {
      reached(skb, Action.FORWARDED);
    }
  }

  /** Lets everything that the packet in hand sent to the host itself come in. */
  void drainLoopback() {
    loopback.drain();
  }

  /** Notes that the packet got somewhere. */
  void reached(Skb skb, Action fate) {
    if (skb.reported) {
      outcome.reached(fate, lastDecision, lastHook);
    }
  }

  void consumed(Skb skb) {
    if (skb.reported) {
      outcome.reached(Action.CONSUMED, Outcome.NO_RULE, lastHook);
    }
  }

  /** Notes that the packet ended for a reason that is no rule. */
  void end(Skb skb, DropReason why) {
    ended(skb, Action.DROPPED, why, Outcome.NO_RULE);
  }

  void ended(Skb skb, Action fate, DropReason why, int decidedBy) {
    drops[why.ordinal()]++;
    if (skb.reported) {
      outcome.ended(fate, why, decidedBy, decisionHook);
    }
  }
}
