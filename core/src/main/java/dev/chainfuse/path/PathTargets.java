package dev.chainfuse.path;

import dev.chainfuse.conntrack.ConnectionTracking;
import dev.chainfuse.packet.Bytes;
import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.packet.OnesComplement;
import dev.chainfuse.packet.Skb;
import dev.chainfuse.rules.Hook;
import dev.chainfuse.rules.TableName;
import dev.chainfuse.rules.Target;
import dev.chainfuse.rules.TargetContext;

/**
 * What targets may do, on this path. An answer that REJECT asks for is sent when its chain has
 * ended.
 */
final class PathTargets extends TargetContext {
  private final PathState state;
  private final ConnectionTracking tracking;

  private static final int RESET = -1;

  /** LOGLEVEL_WARNING. */
  private static final int TRACE_LEVEL = 4;

  /** LOGLEVEL_NOTICE: NFLOG has no level. */
  private static final int NFLOG_LEVEL = 5;

  /** Flag in the first byte of a GRE header: it has a checksum. */
  private static final int GRE_CHECKSUM = 0x80;

  /** A REJECT wants an answer to be sent. */
  boolean answered;

  /** The binding to come is MASQUERADE's. */
  private boolean masquerading;

  private int answerType;
  private int answerCode;

  /** A binding failed for want of a free tuple. */
  boolean portsExhausted;

  /** A rule asked for something that is not modelled. */
  boolean notModelled;

  /** A queue that nobody listens on was bypassed. */
  boolean bypassed;

  /** The copy of a TEE is on its way: it is not copied again. */
  private boolean duplicating;

  private final PacketLog log;

  PathTargets(PathState state, ConnectionTracking tracking) {
    this.state = state;
    this.tracking = tracking;
    this.log = new PacketLog(state.devices);
  }

  void begin(Skb packet, Hook at) {
    skb = packet;
    hook = at;
    sets = state.sets;
    answered = false;
    portsExhausted = false;
    notModelled = false;
    bypassed = false;
    masquerading = false;
  }

  @Override
  public int bind(
      boolean source, int flags, int minAddress, int maxAddress, int minPort, int maxPort) {
    int verdict =
        tracking.bind(skb, source, flags, minAddress, maxAddress, minPort, maxPort, basePort);
    portsExhausted = verdict != Target.ACCEPT;
    if (masquerading && verdict == Target.ACCEPT) {
      tracking.masqueraded(skb);
    }
    return verdict;
  }

  @Override
  public int masqueradeAddress() {
    masquerading = true;
    int nextHop = skb.nextHop == 0 ? skb.destination : skb.nextHop;
    return state.routing.selectSource(skb.outInterface, nextHop);
  }

  @Override
  public int redirectAddress() {
    return hook == Hook.OUTPUT ? 0x7f000001 : state.routing.firstAddress(skb.inInterface);
  }

  @Override
  public boolean bound(boolean source) {
    return tracking.bound(skb, source);
  }

  @Override
  public void rejectWithIcmp(int type, int code) {
    answered = true;
    answerType = type;
    answerCode = code;
  }

  @Override
  public void rejectWithReset() {
    answered = true;
    answerType = RESET;
  }

  /**
   * Sends the answer that a REJECT asked for. Called when the chain has ended, which is at once:
   * the answer runs its own hooks.
   */
  void answer() {
    Skb packet = skb;
    Hook at = hook;
    if (packet.laterFragment() || !checksumRight(packet)) {
      return;
    }
    if (answerType != RESET) {
      state.icmp.send(packet, answerType, answerCode, 0);
    } else if (!packet.irregular && (packet.tcpFlags & Ipv4.TCP_RST) == 0) {
      state.reset.send(packet, at);
    }
  }

  /**
   * nf_reject_verify_csum (include/net/netfilter/nf_reject.h) and nf_ip_checksum
   * (net/netfilter/utils.c): a packet with a wrong L4 checksum gets no answer. Protocols that the
   * kernel does not know are taken to sum up to zero as ICMP does. The IP header is part of the
   * sum, which makes a difference only to a payload of zeros, which is right.
   */
  static boolean checksumRight(Skb packet) {
    if (packet.checksumVerified) {
      return true;
    }
    int bytes = packet.end - packet.transport;
    byte[] data = packet.data;
    int at = packet.transport;
    return switch (packet.protocol) {
      case Ipv4.AH, Ipv4.ESP, Ipv4.SCTP, Ipv4.UDPLITE, Ipv4.DCCP -> true;
      case Ipv4.TCP -> l4(packet, bytes);
      case Ipv4.UDP -> bytes >= 8 && Bytes.getShort(data, at + 6) == 0 || l4(packet, bytes);
      case Ipv4.GRE -> bytes >= 4 && (data[at] & GRE_CHECKSUM) == 0 || sumsUp(data, at, bytes);
      default -> sumsUp(data, at, bytes);
    };
  }

  private static boolean sumsUp(byte[] data, int at, int bytes) {
    long sum = OnesComplement.add(0, data, at, bytes);
    return sum == 0 || OnesComplement.fold(sum) == 0xffff;
  }

  private static boolean l4(Skb packet, int bytes) {
    long pseudo =
        OnesComplement.pseudoHeader(packet.source, packet.destination, packet.protocol, bytes);
    return OnesComplement.fold(OnesComplement.add(pseudo, packet.data, packet.transport, bytes))
        == 0xffff;
  }

  /** Whether nothing has been decided about the tracking of the packet (its _nfct is 0). */
  private boolean undecided() {
    return skb.flow < 0
        && skb.connectionInfo != Skb.CT_UNTRACKED
        && skb.template == Skb.NO_TEMPLATE;
  }

  @Override
  public void untrack() {
    if (undecided()) {
      skb.connectionInfo = Skb.CT_UNTRACKED;
    }
  }

  @Override
  public void trackIn(int zone, boolean ofMark) {
    if (undecided()) {
      skb.template = ofMark ? Skb.ZONE_OF_MARK : zone;
    }
  }

  @Override
  public int routeMtu() {
    return skb.bridged && !skb.local ? state.devices.mtu[skb.inInterface] : skb.routeMtu;
  }

  @Override
  public int mtuToward(int address) {
    return state.routing.mtuToward(address);
  }

  @Override
  public void duplicate(int gateway, String device) {
    if (duplicating) {
      return;
    }
    // The copy walks hooks of its own, which reuse this object.
    Skb original = skb;
    Hook at = hook;
    TableName running = table;
    duplicating = true;
    state.duplicates.send(original, at, gateway, device);
    duplicating = false;
    begin(original, at);
    table = running;
  }

  @Override
  public void log(String prefix, int level, int flags) {
    report("LOG", prefix, level, flags);
  }

  @Override
  public void nflog(String prefix, int group) {
    report("NFLOG", prefix, NFLOG_LEVEL, PacketLog.ALL_BUT_MAC);
  }

  @Override
  public void trace(String chain, String comment, int index) {
    String prefix = "TRACE: " + table.text() + ':' + chain + ':' + comment + ':' + index + ' ';
    report("TRACE", prefix, TRACE_LEVEL, PacketLog.ALL_BUT_MAC);
  }

  private void report(String target, String prefix, int level, int flags) {
    String line = log.line(prefix, flags, skb);
    state.egress.log(target, prefix, level, line, skb.sequence, state.now);
  }

  @Override
  public int bypassQueue() {
    bypassed = true;
    return Target.ACCEPT;
  }

  @Override
  public int notModelled() {
    notModelled = true;
    return Target.DROP;
  }
}
