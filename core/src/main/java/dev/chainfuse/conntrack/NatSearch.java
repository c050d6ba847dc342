package dev.chainfuse.conntrack;

import dev.chainfuse.packet.ConnectionFacts;
import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.rules.NatRange;
import org.jspecify.annotations.Nullable;

/**
 * The search for a tuple that NAT may give to a flow: get_unique_tuple of
 * net/netfilter/nf_nat_core.c. Written twice on purpose, once for each engine; what is asked of the
 * table is here. One thread.
 */
public abstract class NatSearch {
  /** How many ports a round tries at most (NF_NAT_MAX_ATTEMPTS). */
  protected static final int MAX_ATTEMPTS = 128;

  /** So few attempts before the end of a round, closing connections are evicted. */
  protected static final int HARDER_THRESHOLD = MAX_ATTEMPTS / 4;

  /** Flags that ask for a random port whatever is free (NF_NAT_RANGE_PROTO_RANDOM_ALL). */
  protected static final int RANDOM_ALL = NatRange.RANDOM | NatRange.RANDOM_FULLY;

  /** The tuple: source address. */
  public int source;

  /** The tuple: destination address. */
  public int destination;

  /** The tuple: source port in the high, destination port in the low half. */
  public int ports;

  /** With PORT_OFFSET, the port that maps to the first of the range. */
  public int basePort;

  /** The table that is searched. */
  protected final ConnectionTable table;

  /** Draws where a search begins. */
  protected final ChoiceSource choices;

  private @Nullable FlowLife life;
  private @Nullable ConntrackStatistics statistics;

  /** A search in {@code table}. */
  protected NatSearch(ConnectionTable table, ChoiceSource choices) {
    this.table = table;
    this.choices = choices;
  }

  final void attach(FlowLife flowLife, ConntrackStatistics counters) {
    life = flowLife;
    statistics = counters;
  }

  /**
   * Changes the source ({@code manipulateSource}) or destination of the tuple in the fields so that
   * it lies in the range and its inverse is not the tuple of another flow, if it can; otherwise it
   * leaves a tuple that is taken, and the flow will clash when it is confirmed.
   *
   * @param flow the flow, not confirmed, whose binding this is; its own tuples never clash
   * @param flags bits of {@link NatRange}; ports are the id for ICMP
   * @param nowJiffies the time; an expired flow takes no tuple
   */
  public abstract void search(
      int flow,
      boolean manipulateSource,
      int flags,
      int minAddress,
      int maxAddress,
      int minPort,
      int maxPort,
      int nowJiffies);

  /** Handle of the confirmed flow with that tuple that has not timed out, or NONE. */
  protected final int find(int from, int to, int tuplePorts, int protocolZone, int nowJiffies) {
    FlowLife flows = life;
    if (flows == null) {
      throw new IllegalStateException("the search belongs to no connection tracking yet");
    }
    return flows.find(from, to, tuplePorts, protocolZone, nowJiffies);
  }

  /** Ends a confirmed flow that is closing anyway, for its tuple. */
  protected final void evict(int flow) {
    FlowLife flows = life;
    if (flows != null) {
      flows.kill(flow);
    }
  }

  /** Counts a tuple that was found taken. */
  protected final void countTaken() {
    ConntrackStatistics counters = statistics;
    if (counters != null) {
      counters.found++;
    }
  }

  /**
   * Whether a taken tuple may be had after all: that of a closing, source-translated TCP connection
   * whose sequence numbers the new one has passed (nf_nat_may_kill, nf_seq_has_advanced).
   *
   * @param holder the flow that has the tuple
   */
  protected final boolean mayEvict(int holder, int flow) {
    int[] old = table.words(holder);
    int[] young = table.words(flow);
    int oldBase = table.base(holder);
    int youngBase = table.base(flow);
    int status = old[oldBase + FlowDescriptor.STATUS];
    return FlowDescriptor.state(old, oldBase) >= TcpTracker.TIME_WAIT
        && (status & (ConnectionTable.STATUS_FIXED_TIMEOUT | ConnectionFacts.STATUS_DYING)) == 0
        && (status & ConnectionFacts.STATUS_SRC_NAT) != 0
        && young[youngBase + FlowDescriptor.TCP_END] - old[oldBase + FlowDescriptor.TCP_END] > 0;
  }

  /** Whether simultaneous first packets of the protocol may share a connection. */
  protected static boolean allowsClash(int protocol) {
    return Protocols.allowsClash(protocol);
  }

  /**
   * The hash that spreads sources over an address range: jhash2 over the source's bytes
   * (find_best_ips_proto; the algorithm is lookup3's hashword by Bob Jenkins, 2006, on a
   * little-endian machine).
   *
   * @param destination 0 if the range is persistent
   */
  protected static int addressHash(int source, int destination, int zone, boolean persistent) {
    int seed = persistent ? 0 : Integer.reverseBytes(destination) ^ zone;
    int a = 0xdead_beef + 16 + seed;
    int b = a;
    int c = a;
    a += Integer.reverseBytes(source);
    a = a - c ^ Integer.rotateLeft(c, 4);
    c += b;
    b = b - a ^ Integer.rotateLeft(a, 6);
    a += c;
    c = c - b ^ Integer.rotateLeft(b, 8);
    b += a;
    a = a - c ^ Integer.rotateLeft(c, 16);
    c += b;
    b = b - a ^ Integer.rotateLeft(a, 19);
    a += c;
    c = c - b ^ Integer.rotateLeft(b, 4);
    b += a;
    c = (c ^ b) - Integer.rotateLeft(b, 14);
    a = (a ^ c) - Integer.rotateLeft(c, 11);
    b = (b ^ a) - Integer.rotateLeft(a, 25);
    c = (c ^ b) - Integer.rotateLeft(b, 16);
    a = (a ^ c) - Integer.rotateLeft(c, 4);
    b = (b ^ a) - Integer.rotateLeft(a, 14);
    return (c ^ b) - Integer.rotateLeft(b, 24);
  }

  /**
   * The inverse of ports: swapped, but for ICMP the id stays and the type becomes that of the
   * answer (nf_ct_invert_tuple, nf_conntrack_invert_icmp_tuple). An ICMP type without an answer
   * gives itself.
   */
  public static int invertPorts(int protocol, int ports) {
    if (protocol != Ipv4.ICMP) {
      return ports << 16 | ports >>> 16;
    }
    int answer = IcmpTracker.answer(ports >>> 8 & 0xff);
    return answer < 0 ? ports : (ports & 0xffff_00ff) | answer << 8;
  }
}
