package dev.chainfuse.conntrack;

import dev.chainfuse.packet.ConnectionFacts;
import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.packet.Skb;

/**
 * Storage of flows, found by either of their two tuples. It knows nothing of protocols: the
 * tracking logic works on the records, {@link FlowDescriptor} tells their layout. Not thread-safe.
 *
 * <p>A flow number is allocated, then (confirmed) inserted, removed, and freed. A <em>handle</em>
 * is {@code flow << 1 | direction}. Times are jiffies of 4 ms, as {@link #jiffies} makes them; they
 * wrap and are compared by difference, as the kernel's nfct_time_stamp.
 */
public abstract class ConnectionTable extends ConnectionFacts {
  /** Nothing found, nothing free. */
  public static final int NONE = -1;

  /** Nanoseconds of a jiffy at HZ=250. */
  public static final long NANOS_PER_JIFFY = 4_000_000;

  /** Jiffies of a second. */
  public static final int HZ = 250;

  /** How many buckets an eviction looks at (NF_CT_EVICTION_RANGE, nf_conntrack_core.c). */
  public static final int EVICTION_RANGE = 8;

  // Status bits beside those of ConnectionFacts, nf_conntrack_common.h.
  static final int STATUS_FIXED_TIMEOUT = 1 << 10;
  static final int STATUS_UNTRACKED = 1 << 12;
  static final int STATUS_NAT_CLASH = STATUS_UNTRACKED;
  static final int STATUS_NAT = STATUS_SRC_NAT | STATUS_DST_NAT;
  static final int STATUS_NAT_DONE = STATUS_SRC_NAT_DONE | STATUS_DST_NAT_DONE;

  /** Our own: the packet that made the flow has ended, but others still wait with it. */
  static final int STATUS_RELEASED = 1 << 24;

  /** Our own: in the by-source index. */
  static final int STATUS_BY_SOURCE = 1 << 25;

  /** Our own: only the reply tuple is in the index (a resolved clash). */
  protected static final int STATUS_REPLY_ONLY = 1 << 26;

  private static final int KERNEL_STATUS = 0xffff;

  private final int secret1;
  private final int secret2;
  private final int secret3;
  private final int secret4;

  /** A table whose hash is keyed by {@code seed}. */
  protected ConnectionTable(long seed) {
    long mixed = seed;
    int[] secrets = new int[4];
    for (int i = 0; i < 4; i++) {
      mixed += 0x9e37_79b9_7f4a_7c15L;
      long z = mixed;
      z = (z ^ z >>> 30) * 0xbf58_476d_1ce4_e5b9L;
      z = (z ^ z >>> 27) * 0x94d0_49bb_1331_11ebL;
      secrets[i] = (int) (z ^ z >>> 31) | 1;
    }
    secret1 = secrets[0];
    secret2 = secrets[1];
    secret3 = secrets[2];
    secret4 = secrets[3];
  }

  /** The array that holds the flow's record. */
  public abstract int[] words(int flow);

  /** Index of the record's first word in {@link #words}. */
  public abstract int base(int flow);

  /**
   * The handle of the inserted flow with that tuple in one of its directions, or {@link #NONE}. An
   * expired flow is found, too.
   *
   * @param ports source port in the high, destination port in the low half
   * @param protocolZone protocol in the low byte, zone in the high half
   */
  public abstract int find(int source, int destination, int ports, int protocolZone);

  /**
   * A fresh record, all words 0 but the journeys -1, in no index; {@link #NONE} if all records are
   * in use. There are a few more records than {@link #maximum}.
   */
  public abstract int allocate();

  /**
   * Enters a flow by both its tuples, or only by the reply's if {@code replyOnly}. The caller knows
   * that no inserted flow has one of them.
   */
  public abstract void insert(int flow, boolean replyOnly);

  /** Takes out what {@link #insert} entered; the record stays. */
  public abstract void remove(int flow);

  /** Gives the record of a flow, which is in no index, back. */
  public abstract void free(int flow);

  /** Flows that are allocated and not freed. */
  public abstract int allocated();

  /** How many flows there may be at once. */
  public abstract int maximum();

  /** Enters the flow in the by-source index, before older ones of equal source. */
  public abstract void addBySource(int flow);

  /** Takes the flow out of the by-source index. */
  public abstract void removeBySource(int flow);

  /**
   * The newest flow by-source with that original source address, source port and protocol and zone,
   * or {@link #NONE}.
   */
  public abstract int firstBySource(int source, int sourcePort, int protocolZone);

  /** The next older flow with the same source, or {@link #NONE}. */
  public abstract int nextBySource(int flow);

  /**
   * The first inserted flow in bucket {@code (bucketOf(hash) + step) % buckets()}, by either tuple,
   * that is expired or not ASSURED; or {@link #NONE}. Which one of several does not matter: the
   * caller removes it and asks again. A bucket holds the tuples whose {@link #bucketOf} it is.
   */
  public abstract int evictable(int hash, int step, int nowJiffies);

  /** Inserted flow with the smallest number of at least {@code from}, or {@link #NONE}. */
  public abstract int nextInserted(int from);

  /** Adds to a counter's high word. */
  protected abstract void carry(int flow, int counter);

  /** A counter's high word; counters are 0 to 3 in the record's order. */
  protected abstract int carried(int flow, int counter);

  /** Number of buckets for eviction: the maximum rounded up to a power of two. */
  public final int buckets() {
    int max = maximum();
    return max <= 1 ? 1 : Integer.highestOneBit(max - 1) << 1;
  }

  /** The bucket of a hash: its highest bits. */
  public final int bucketOf(int hash) {
    int bits = Integer.numberOfTrailingZeros(buckets());
    return bits == 0 ? 0 : hash >>> (32 - bits);
  }

  /** The keyed hash of a tuple. */
  public final int hash(int source, int destination, int ports, int protocolZone) {
    long a = ((source ^ secret1) & 0xffff_ffffL) * (0x9e37_79b9_7f4a_7c15L ^ secret2);
    a ^= a >>> 32;
    long b = (destination + (long) secret3) * 0xc2b2_ae3d_27d4_eb4fL;
    b ^= b >>> 29;
    long c = (ports ^ (long) protocolZone << 32 ^ secret4) * 0x9fb2_1c65_1e98_df25L;
    c ^= c >>> 31;
    long z = (a + Long.rotateLeft(b, 21) + Long.rotateLeft(c, 42)) * 0xbf58_476d_1ce4_e5b9L;
    return (int) (z ^ z >>> 32);
  }

  /** The time in jiffies, wrapping. */
  public static int jiffies(long nanos) {
    return (int) (nanos / NANOS_PER_JIFFY);
  }

  /** Whether a confirmed flow has timed out (nf_ct_is_expired). */
  public final boolean expired(int flow, int nowJiffies) {
    return words(flow)[base(flow) + FlowDescriptor.TIMEOUT] - nowJiffies <= 0;
  }

  /** Counts a packet of {@code length} IP bytes. */
  public final void count(int flow, int direction, int packets, int length) {
    int[] words = words(flow);
    int at =
        base(flow) + FlowDescriptor.ORIGINAL_PACKETS + direction * FlowDescriptor.COUNTER_STRIDE;
    words[at] += packets;
    if (Integer.compareUnsigned(words[at], packets) < 0) {
      carry(flow, 2 * direction);
    }
    words[at + 1] += length;
    if (Integer.compareUnsigned(words[at + 1], length) < 0) {
      carry(flow, 2 * direction + 1);
    }
  }

  @Override
  public final int protocol(int flow) {
    return words(flow)[base(flow) + FlowDescriptor.KIND] & 0xff;
  }

  @Override
  public final int source(int flow, int direction) {
    return words(flow)[base(flow) + direction * FlowDescriptor.TUPLE_STRIDE];
  }

  @Override
  public final int destination(int flow, int direction) {
    return words(flow)[base(flow) + direction * FlowDescriptor.TUPLE_STRIDE + 1];
  }

  /** Both ports of a direction's tuple, the source port in the high half. */
  public final int ports(int flow, int direction) {
    return words(flow)[base(flow) + direction * FlowDescriptor.TUPLE_STRIDE + 2];
  }

  @Override
  public final int sourcePort(int flow, int direction) {
    return ports(flow, direction) >>> 16;
  }

  @Override
  public final int destinationPort(int flow, int direction) {
    return ports(flow, direction) & 0xffff;
  }

  @Override
  public final int status(int flow) {
    return words(flow)[base(flow) + FlowDescriptor.STATUS] & KERNEL_STATUS;
  }

  /** Whether the flow was confirmed; it may be dying since. */
  public final boolean confirmed(int flow) {
    return (status(flow) & STATUS_CONFIRMED) != 0;
  }

  @Override
  public final int mark(int flow) {
    return words(flow)[base(flow) + FlowDescriptor.MARK];
  }

  @Override
  public final void setMark(int flow, int mark) {
    words(flow)[base(flow) + FlowDescriptor.MARK] = mark;
  }

  @Override
  public final int zone(int flow) {
    return words(flow)[base(flow) + FlowDescriptor.KIND] >>> 16;
  }

  /**
   * {@inheritDoc} It is 0 while a flow is not confirmed: the kernel takes the relative timeout for
   * an absolute one then (nf_ct_expires), which gives 0 from 5 minutes to 99 days after boot.
   */
  @Override
  public final int secondsLeft(int flow, long nowNanos) {
    if (!confirmed(flow)) {
      return 0;
    }
    int left = words(flow)[base(flow) + FlowDescriptor.TIMEOUT] - jiffies(nowNanos);
    return Math.max(left, 0) / HZ;
  }

  @Override
  public final int live(int source, int destination, int ports, int protocolZone, long nowNanos) {
    int handle = find(source, destination, ports, protocolZone);
    boolean lives = handle >= 0 && !expired(handle >>> 1, jiffies(nowNanos));
    return lives ? handle >>> 1 : NO_FLOW;
  }

  @Override
  public final long tuplePorts(Skb skb) {
    return PacketTuple.ports(skb.data, skb.transport, skb.end, skb.protocol);
  }

  @Override
  public final boolean closed(int flow) {
    int state = FlowDescriptor.state(words(flow), base(flow));
    return protocol(flow) == Ipv4.TCP
        && (state == TcpTracker.TIME_WAIT || state == TcpTracker.CLOSE);
  }

  @Override
  public final long packets(int flow, int direction) {
    return counter(flow, 2 * direction);
  }

  @Override
  public final long bytes(int flow, int direction) {
    return counter(flow, 2 * direction + 1);
  }

  private long counter(int flow, int counter) {
    int low = words(flow)[base(flow) + FlowDescriptor.ORIGINAL_PACKETS + counter];
    return (long) carried(flow, counter) << 32 | (low & 0xffff_ffffL);
  }

  /** Sets a direction's counters, as when a table is read from text. */
  public final void setCounters(int flow, int direction, long packets, long bytes) {
    setCounter(flow, 2 * direction, packets);
    setCounter(flow, 2 * direction + 1, bytes);
  }

  private void setCounter(int flow, int counter, long value) {
    for (long high = carried(flow, counter); high < value >>> 32; high++) {
      carry(flow, counter);
    }
    words(flow)[base(flow) + FlowDescriptor.ORIGINAL_PACKETS + counter] = (int) value;
  }

  /** The journey that the packet path cached for a direction, or -1. */
  public final int journey(int flow, int direction) {
    return words(flow)[base(flow) + FlowDescriptor.ORIGINAL_JOURNEY + direction];
  }

  public final void setJourney(int flow, int direction, int journey) {
    words(flow)[base(flow) + FlowDescriptor.ORIGINAL_JOURNEY + direction] = journey;
  }
}
