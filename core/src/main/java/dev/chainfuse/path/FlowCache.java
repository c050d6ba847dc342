package dev.chainfuse.path;

import dev.chainfuse.conntrack.ConnectionTracking;
import dev.chainfuse.conntrack.FlowDescriptor;
import dev.chainfuse.conntrack.FlowTable;
import dev.chainfuse.forwarding.Fdb;
import dev.chainfuse.fuse.FusedEvaluator;
import dev.chainfuse.fuse.FusedRules;
import dev.chainfuse.packet.Action;
import dev.chainfuse.packet.Bytes;
import dev.chainfuse.packet.ConnectionFacts;
import dev.chainfuse.packet.DropReason;
import dev.chainfuse.packet.FrameColumns;
import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.packet.OnesComplement;
import dev.chainfuse.packet.Skb;

/**
 * The short way for packets of established flows. A batch is first parsed and hashed, then its
 * index slots and records are touched so that the loads overlap; then each packet is committed
 * strictly in order: if its flow has a valid journey, it is checked against it, tracked, counted,
 * rewritten and sent; if anything differs it takes the long way, as if the cache did not exist.
 */
final class FlowCache {
  private static final int STAGE = 64;
  private static final int ETHERNET_IPV4_IHL5 = 0x080045;
  private static final int LIVE =
      ConnectionFacts.STATUS_CONFIRMED
          | ConnectionFacts.STATUS_SEEN_REPLY
          | ConnectionFacts.STATUS_DYING;
  private static final int ESTABLISHED =
      ConnectionFacts.STATUS_CONFIRMED | ConnectionFacts.STATUS_SEEN_REPLY;
  private static final int LOCAL = Action.LOCAL.ordinal();
  private static final int NAT = ConnectionFacts.STATUS_SRC_NAT | ConnectionFacts.STATUS_DST_NAT;

  private final PathState state;
  private final FlowTable table;
  private final ConnectionTracking tracking;
  private final Fdb fdb;
  private final Journeys journeys = new Journeys();
  private FusedEvaluator evaluator;
  private Signatures signatures;

  /** Hash of each packet of the stage, if {@link #eligible}. */
  private final int[] hashes = new int[STAGE];

  private final boolean[] eligible = new boolean[STAGE];

  /** What its hash's home in the index names: most likely its flow. */
  private final int[] likely = new int[STAGE];

  private int[] combined = new int[256];

  /** Where speculative loads end, so that they are not optimised away. */
  long touched;

  private long currentEpoch;
  private int swaps;
  private long hitPackets;

  FlowCache(PathState state, FlowTable table, FusedEvaluator evaluator, FusedRules rules) {
    this.state = state;
    this.table = table;
    this.tracking = state.tracking;
    this.fdb = state.fdb;
    this.evaluator = evaluator;
    this.signatures = Signatures.of(rules);
  }

  /** Packets that took the short way. */
  long hits() {
    return hitPackets;
  }

  int journeyCount() {
    return journeys.size();
  }

  /** Other rules: what was counted goes to the old ones, and no journey holds any more. */
  void use(FusedEvaluator next, FusedRules rules) {
    flush();
    evaluator = next;
    signatures = Signatures.of(rules);
    swaps++;
  }

  private long epoch() {
    return fdb.epoch() + state.resolution.epoch() + state.sets.epoch() + swaps;
  }

  /** Hands the counts of all journeys to the counters that they stand for. */
  void flush() {
    for (int j = 0; j < journeys.size(); j++) {
      long packets = journeys.packets(j);
      if (packets != 0) {
        give(j, packets);
      }
    }
    journeys.clearCounts();
  }

  private void give(int journey, long packets) {
    int[] hits = journeys.hits();
    int at = journeys.hitStart(journey);
    int end = at + journeys.hitLength(journey);
    int rules = at;
    while (rules < end && hits[rules] >= 0) {
      rules++;
    }
    evaluator.addHits(hits, at, rules, packets, journeys.ipBytes(journey));
    for (int i = rules; i < end; i++) {
      state.counters.count(hits[i], packets, journeys.frameBytes(journey));
    }
    DropReason reason = DropReason.of((byte) journeys.reason(journey));
    if (reason != DropReason.NONE) {
      state.drops[reason.ordinal()] += packets;
    }
  }

  /**
   * Notes the epoch anew: something has run that may change it. Packets on the short way never do.
   */
  void renew() {
    currentEpoch = epoch();
  }

  /**
   * Parses, hashes and touches packets {@code from} to {@code to}, at most {@link #STAGE}. Each
   * loop is so short that the loads of many packets are under way at once.
   */
  void prepare(FrameColumns c, int from, int to) {
    byte[] data = c.data;
    int n = to - from;
    for (int k = 0; k < n; k++) {
      eligible[k] = parse(c, data, from + k, k);
    }
    for (int k = 0; k < n; k++) {
      likely[k] = eligible[k] ? FlowTable.handle(table.touchIndex(hashes[k])) : FlowTable.NONE;
    }
    long sum = 0;
    for (int k = 0; k < n; k++) {
      sum += table.touchRecord(likely[k]);
    }
    touched += sum;
  }

  /** How many packets one {@link #prepare} takes. */
  static int stage() {
    return STAGE;
  }

  private boolean parse(FrameColumns c, byte[] data, int i, int k) {
    int at = c.offset[i];
    int available = c.length[i] - Ipv4.ETHERNET_HEADER;
    if (available < 28 || Bytes.getInt(data, at + 12) >>> 8 != ETHERNET_IPV4_IHL5) {
      return false;
    }
    int ip = at + Ipv4.ETHERNET_HEADER;
    int protocol = data[ip + Ipv4.PROTOCOL];
    int total = Bytes.getShort(data, ip + Ipv4.TOTAL_LENGTH);
    int needed = protocol == Ipv4.TCP ? 40 : protocol == Ipv4.UDP ? 28 : Integer.MAX_VALUE;
    int fragment = Bytes.getShort(data, ip + Ipv4.FRAGMENT);
    if (total < needed || total > available || (fragment & ~Ipv4.DONT_FRAGMENT) != 0) {
      return false;
    }
    int source = Bytes.getInt(data, ip + Ipv4.SOURCE);
    int destination = Bytes.getInt(data, ip + Ipv4.DESTINATION);
    long sum =
        (Bytes.getInt(data, ip) & 0xffff_ffffL)
            + (Bytes.getInt(data, ip + 4) & 0xffff_ffffL)
            + (Bytes.getInt(data, ip + 8) & 0xffff_ffffL)
            + (source & 0xffff_ffffL)
            + (destination & 0xffff_ffffL);
    if (OnesComplement.fold(sum) != 0xffff) {
      return false;
    }
    int ports = Bytes.getInt(data, ip + Ipv4.MINIMUM_HEADER);
    hashes[k] = table.hash(source, destination, ports, protocol);
    return true;
  }

  /**
   * Takes packet {@code i}, the {@code k}th of the stage, the short way.
   *
   * @return false if it has to take the long way; then {@code skb.tracked} tells whether connection
   *     tracking has seen it already
   */
  boolean commit(FrameColumns c, int i, int k, Skb skb) {
    if (!eligible[k]) {
      return false;
    }
    byte[] data = c.data;
    int at = c.offset[i];
    int ip = at + Ipv4.ETHERNET_HEADER;
    int handle = find(data, ip, k);
    if (handle < 0) {
      return false;
    }
    int flow = handle >>> 1;
    int[] words = table.words(flow);
    int base = table.base(flow);
    int journey = words[base + FlowDescriptor.ORIGINAL_JOURNEY + (handle & 1)];
    if (journey < 0 || (words[base + FlowDescriptor.STATUS] & LIVE) != ESTABLISHED) {
      return false;
    }
    long[] rows = journeys.rows;
    int row = Journeys.row(journey);
    if (!fits(c, i, rows, row, at)) {
      return false;
    }
    fill(c, i, skb, data, at, ip);
    skb.checksumVerified = c.verified[i];
    if (signatures.packet(skb) != rows[row + Journeys.SIGNATURE]) {
      return false;
    }
    int tracked = tracking.established(handle, skb);
    if (tracked != ConnectionTracking.VALID) {
      skb.trackedFlow =
          tracked == ConnectionTracking.INVALID ? Skb.TRACKED_INVALID : ConnectionFacts.NO_FLOW;
      return false;
    }
    if (signatures.connection(words, base) != rows[row + Journeys.CONNECTION]) {
      skb.trackedFlow = skb.flow;
      skb.trackedInfo = skb.connectionInfo;
      return false;
    }
    finish(c, i, skb, rows, row, words, base, handle & 1);
    return true;
  }

  private int find(byte[] data, int ip, int k) {
    int source = Bytes.getInt(data, ip + Ipv4.SOURCE);
    int destination = Bytes.getInt(data, ip + Ipv4.DESTINATION);
    int ports = Bytes.getInt(data, ip + Ipv4.MINIMUM_HEADER);
    int protocol = data[ip + Ipv4.PROTOCOL];
    int handle = likely[k];
    // It may have ended since, and another have taken its place.
    return handle >= 0
            && table.matches(handle, source, destination, ports, protocol)
            && (table.status(handle >>> 1) & LIVE) == ESTABLISHED
        ? handle
        : table.findHashed(hashes[k], source, destination, ports, protocol);
  }

  private boolean fits(FrameColumns c, int i, long[] rows, int row, int at) {
    byte[] data = c.data;
    long differs =
        (rows[row + Journeys.EPOCH] ^ currentEpoch)
            | (int) rows[row + Journeys.DEVICES] ^ c.inInterface[i]
            | rows[row + Journeys.IN_FIRST] ^ Bytes.getLong(data, at)
            | rows[row + Journeys.IN_LAST] ^ Bytes.getLong(data, at + 6);
    if (differs != 0) {
      return false;
    }
    int ip = at + Ipv4.ETHERNET_HEADER;
    long fate = rows[row + Journeys.FATE];
    if (((int) fate >>> 24 & Journeys.ROUTED) != 0 && (data[ip + Ipv4.TTL] & 255) <= 1) {
      return false;
    }
    int total = Bytes.getShort(data, ip + Ipv4.TOTAL_LENGTH);
    return total <= (int) (fate >>> 32) && total + Ipv4.ETHERNET_HEADER == c.length[i];
  }

  /** Only what tracking and rewriting read; the long way resets the rest. */
  private static void fill(FrameColumns c, int i, Skb skb, byte[] data, int at, int ip) {
    if (skb.data != data) {
      // Storing a reference costs a barrier of the collector.
      skb.data = data;
    }
    skb.frame = at;
    skb.frameLength = c.length[i];
    skb.network = ip;
    skb.timeNanos = c.timeNanos[i];
    skb.parseWhole(Ipv4.MINIMUM_HEADER);
  }

  private void finish(
      FrameColumns c, int i, Skb skb, long[] rows, int row, int[] words, int base, int direction) {
    hitPackets++;
    journeys.count(row, skb.totalLength, skb.frameLength);
    int fate = (int) rows[row + Journeys.FATE];
    long decision = rows[row + Journeys.DECISION];
    fdb.touch((int) (decision >>> 32), skb.timeNanos);
    c.action[i] = (byte) fate;
    c.reason[i] = (byte) (fate >>> 8);
    c.hook[i] = (byte) (fate >>> 16);
    c.ruleId[i] = (int) decision;
    int out = (int) (rows[row + Journeys.DEVICES] >>> 32);
    c.egress[i] = out;
    if (out < 0 && (fate & 0xff) != LOCAL) {
      return;
    }
    int hops = fate >>> 24 & Journeys.ROUTED;
    if ((words[base + FlowDescriptor.STATUS] & NAT) != 0) {
      Rewriting.translate(skb, words, base, direction, hops);
    } else if (hops != 0) {
      IpForward.decreaseTtl(skb);
    }
    if (out >= 0) {
      Bytes.putLong(skb.data, skb.frame, rows[row + Journeys.OUT_FIRST]);
      Bytes.putLong(skb.data, skb.frame + 6, rows[row + Journeys.OUT_LAST]);
    }
  }

  // What a packet on the long way looked like before it began.
  private long inFirst;
  private long inLast;
  private int inLength;
  private int inTtl;

  /** A packet is about to take the long way: note what it looks like and record what it moves. */
  void begin(FrameColumns c, int i) {
    evaluator.startRecording();
    state.counters.startRecording();
    state.emitted = 0;
    if (c.length[i] >= Ipv4.ETHERNET_HEADER) {
      inFirst = Bytes.getLong(c.data, c.offset[i]);
      inLast = Bytes.getLong(c.data, c.offset[i] + 6);
    }
    inLength = c.length[i];
    inTtl =
        inLength < Ipv4.ETHERNET_HEADER + Ipv4.MINIMUM_HEADER
            ? 0
            : c.data[c.offset[i] + Ipv4.ETHERNET_HEADER + Ipv4.TTL] & 255;
  }

  /**
   * The packet has taken the long way: keep it for the next of its flow, if that may go the same.
   */
  void end(FrameColumns c, int i, Skb skb, boolean plain) {
    state.counters.recording = false;
    boolean cacheable = evaluator.cacheable();
    evaluator.stopRecording();
    if (!cacheable || !plain || !repeats(c, i, skb)) {
      return;
    }
    if (journeys.full()) {
      restart();
    }
    int made = journeys.size();
    write(made, c, i, skb);
    int rules = evaluator.hitCount();
    int devices = state.counters.hitCount;
    if (combined.length < rules + devices) {
      combined = new int[2 * (rules + devices)];
    }
    System.arraycopy(evaluator.hits(), 0, combined, 0, rules);
    System.arraycopy(state.counters.hits, 0, combined, rules, devices);
    int journey = journeys.intern(combined, 0, rules + devices);
    table.setJourney(skb.flow, skb.connectionDirection(), journey);
  }

  private boolean repeats(FrameColumns c, int i, Skb skb) {
    int flow = skb.flow;
    boolean established =
        skb.connectionInfo == Skb.CT_ESTABLISHED || skb.connectionInfo == Skb.CT_ESTABLISHED_REPLY;
    if (flow < 0 || !established || !table.confirmed(flow) || state.emitted != 0) {
      return false;
    }
    boolean simple =
        (skb.protocol == Ipv4.TCP || skb.protocol == Ipv4.UDP)
            && skb.headerLength == Ipv4.MINIMUM_HEADER
            && (skb.fragmentWord & ~Ipv4.DONT_FRAGMENT) == 0
            && inLength == skb.totalLength + Ipv4.ETHERNET_HEADER
            && !skb.redirect
            && skb.fragmentCount == 0
            && c.inInterface[i] >= 0;
    Action fate = Action.of(state.outcome.action);
    boolean left = state.outcome.egress >= 0;
    return simple
        && switch (fate) {
          case FORWARDED, BRIDGED -> left;
          case LOCAL -> !left && !state.answersClosed(skb);
          case DROPPED ->
              state.outcome.reason == DropReason.RULE.ordinal()
                  || state.outcome.reason == DropReason.POLICY.ordinal();
          default -> false;
        };
  }

  private void write(int made, FrameColumns c, int i, Skb skb) {
    long[] rows = journeys.rows;
    int row = Journeys.row(made);
    int in = c.inInterface[i];
    int out = state.outcome.egress;
    rows[row + Journeys.EPOCH] = epoch();
    rows[row + Journeys.IN_FIRST] = inFirst;
    rows[row + Journeys.IN_LAST] = inLast;
    rows[row + Journeys.SIGNATURE] =
        signatures.packet(skb.totalLength, inTtl, skb.tos, skb.tcpFlags);
    rows[row + Journeys.CONNECTION] =
        signatures.connection(table.words(skb.flow), table.base(skb.flow));
    rows[row + Journeys.DEVICES] = Journeys.pair(out, in);
    rows[row + Journeys.OUT_FIRST] = out < 0 ? 0 : Bytes.getLong(c.data, c.offset[i]);
    rows[row + Journeys.OUT_LAST] = out < 0 ? 0 : Bytes.getLong(c.data, c.offset[i] + 6);
    // Also of a packet that a rule dropped behind the check of its TTL and size (ip_forward).
    boolean routed = skb.routeType == Routing.UNICAST && !skb.bridged;
    int greatest = routed ? skb.routeMtu : out < 0 ? Integer.MAX_VALUE : state.devices.mtu[out];
    rows[row + Journeys.FATE] =
        Journeys.fate(
            greatest,
            routed ? Journeys.ROUTED : 0,
            c.hook[i],
            state.outcome.reason,
            state.outcome.action);
    // A port that does not learn does not refresh either.
    boolean learns = state.devices.isPort(in) && state.devices.learning[in];
    int slot = learns ? fdb.find(state.devices.master[in], skb.sourceMac) : Fdb.NONE;
    rows[row + Journeys.DECISION] =
        Journeys.pair(slot == Fdb.NONE ? fdb.spareSlot() : slot, c.ruleId[i]);
  }

  /** The table is full: no flow keeps a journey. */
  private void restart() {
    flush();
    journeys.clear();
    for (int flow = table.nextInserted(0); flow >= 0; flow = table.nextInserted(flow + 1)) {
      table.setJourney(flow, 0, -1);
      table.setJourney(flow, 1, -1);
    }
  }
}
