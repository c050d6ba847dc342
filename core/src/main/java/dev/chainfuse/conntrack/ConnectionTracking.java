package dev.chainfuse.conntrack;

import static dev.chainfuse.conntrack.ConnectionTable.NONE;
import static dev.chainfuse.conntrack.FlowDescriptor.KIND;
import static dev.chainfuse.conntrack.FlowDescriptor.STATUS;
import static dev.chainfuse.conntrack.FlowDescriptor.TIMEOUT;

import dev.chainfuse.packet.ConnectionFacts;
import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.packet.Skb;
import dev.chainfuse.rules.Hook;
import dev.chainfuse.rules.NatRange;
import dev.chainfuse.rules.Target;

/**
 * Connection tracking and NAT bindings as the packet path calls them, one object a session and
 * host. In order, for each packet: {@link #in}; where {@link #needsRules} the nat chains, whose
 * targets {@link #bind}, and {@link #bindNull} if none did; {@link #translate}; at the end of
 * POSTROUTING or INPUT {@link #confirm}; or {@link #release} if the packet ends without that. Zones
 * of one direction, expectations and helpers are not modelled. Nothing allocates. One thread.
 *
 * <p>Deviation: when the table is full, the kernel's background worker may also evict assured
 * connections that are closing, at times of its own; here only unassured ones are evicted, when
 * room is needed.
 */
public final class ConnectionTracking {
  /** Result of {@link #established}: nothing was done, call {@link #in}. */
  public static final int OTHER = -1;

  /** Result of {@link #established}: the packet is INVALID, as if {@link #in} had been called. */
  public static final int INVALID = 0;

  /** Result of {@link #established}: done, as if {@link #in} had been called. */
  public static final int VALID = 1;

  private static final int ORIGINAL = ConnectionFacts.ORIGINAL;
  private static final int REPLY = ConnectionFacts.REPLY;

  private final ConnectionTable table;
  private final NatSearch search;
  private final TrackerSettings settings;

  /** Whether packets and bytes of connections are counted. */
  private boolean counting;

  private final int maximum;
  private final ConntrackStatistics statistics = new ConntrackStatistics();
  private final FlowLife life;

  /**
   * Tracking with that table.
   *
   * @param search works on the same table
   */
  public ConnectionTracking(ConnectionTable table, NatSearch search, ConntrackSettings settings) {
    this.table = table;
    this.search = search;
    this.settings = new TrackerSettings(settings);
    this.counting = settings.acct();
    this.maximum = settings.max() > 0 ? Math.min(settings.max(), table.maximum()) : table.maximum();
    this.life = new FlowLife(table);
    search.attach(life, statistics);
  }

  public ConnectionTable table() {
    return table;
  }

  public ConntrackStatistics statistics() {
    return statistics;
  }

  /** Connections that exist, unconfirmed ones included. */
  public int count() {
    return life.count();
  }

  /** Removes what has timed out, as the kernel's garbage collector does. */
  public void tidy(long nowNanos) {
    life.tidy(ConnectionTable.jiffies(nowNanos));
  }

  /**
   * Finds or makes the packet's connection (nf_conntrack_in): sets {@link Skb#connections}, {@link
   * Skb#flow} and {@link Skb#connectionInfo}. A packet that is untracked or has its connection
   * already, as when it comes back by loopback, is left alone.
   *
   * @param hook PREROUTING or OUTPUT; checksums are verified at PREROUTING only
   * @return {@link Target#ACCEPT}; or {@link Target#DROP} if the table is full
   */
  public int in(Skb skb, Hook hook) {
    if (skb.flow >= 0 || skb.connectionInfo == Skb.CT_UNTRACKED) {
      return Target.ACCEPT;
    }
    skb.connections = table;
    if (skb.laterFragment() || skb.transport > skb.end) {
      return invalid(skb);
    }
    boolean verify = settings.checksum && hook == Hook.PREROUTING;
    int now = ConnectionTable.jiffies(skb.timeNanos);
    if (skb.protocol == Ipv4.ICMP) {
      int end = IcmpErrors.associate(skb, table, life, verify, now);
      if (end == IcmpErrors.INVALID) {
        return invalid(skb);
      }
      if (end == IcmpErrors.RELATED) {
        return Target.ACCEPT;
      }
    }
    long ports = PacketTuple.ports(skb.data, skb.transport, skb.end, skb.protocol);
    if (ports == PacketTuple.NO_TUPLE) {
      return invalid(skb);
    }
    int protocolZone = skb.protocol | skb.zone() << 16;
    int handle = life.find(skb.source, skb.destination, (int) ports, protocolZone, now);
    if (handle == NONE) {
      return begin(skb, (int) ports, verify, now);
    }
    int result = follow(handle, skb, verify, now);
    if (result == TcpTracker.REPEAT) {
      life.kill(handle >>> 1);
      skb.flow = ConnectionFacts.NO_FLOW;
      return begin(skb, (int) ports, verify, now);
    }
    return result == TcpTracker.INVALID ? invalid(skb) : Target.ACCEPT;
  }

  private int invalid(Skb skb) {
    statistics.invalid++;
    skb.flow = ConnectionFacts.NO_FLOW;
    skb.connectionInfo = Skb.CT_NONE;
    return Target.ACCEPT;
  }

  /** A new connection: init_conntrack, and what the protocol says to its first packet. */
  private int begin(Skb skb, int ports, boolean verify, int now) {
    int protocol = skb.protocol;
    if (protocol == Ipv4.ICMP && IcmpTracker.answer(ports >>> 8 & 0xff) < 0) {
      return invalid(skb);
    }
    int protocolZone = protocol | skb.zone() << 16;
    int hash = table.hash(skb.source, skb.destination, ports, protocolZone);
    int flow = life.allocate(maximum, hash, now, statistics);
    if (flow == NONE) {
      statistics.drop++;
      statistics.tableFull++;
      return Target.DROP;
    }
    int[] words = table.words(flow);
    int base = table.base(flow);
    words[base] = skb.source;
    words[base + 1] = skb.destination;
    words[base + 2] = ports;
    words[base + KIND] = protocolZone;
    setReply(words, base, skb.destination, skb.source, NatSearch.invertPorts(protocol, ports));
    int result = follow(flow << 1, skb, verify, now);
    if (result == TcpTracker.INVALID) {
      life.forget(flow);
      return invalid(skb);
    }
    return Target.ACCEPT;
  }

  private static void setReply(int[] words, int base, int from, int to, int replyPorts) {
    words[base + FlowDescriptor.REPLY_SOURCE] = from;
    words[base + FlowDescriptor.REPLY_DESTINATION] = to;
    words[base + FlowDescriptor.REPLY_PORTS] = replyPorts;
  }

  /**
   * The cheap way for a packet of a flow that has seen both sides, received, not an ICMP error, not
   * a fragment, whose whole tuple equals that of the handle: the same as {@link #in} without the
   * look-up.
   *
   * @param handle {@code flow << 1 | direction}
   * @return {@link #VALID}, {@link #INVALID} or {@link #OTHER}
   */
  public int established(int handle, Skb skb) {
    int flow = handle >>> 1;
    int[] words = table.words(flow);
    int base = table.base(flow);
    int now = ConnectionTable.jiffies(skb.timeNanos);
    int wanted = ConnectionFacts.STATUS_CONFIRMED | ConnectionFacts.STATUS_SEEN_REPLY;
    if ((words[base + STATUS] & (wanted | ConnectionFacts.STATUS_DYING)) != wanted
        || words[base + TIMEOUT] - now <= 0) {
      return OTHER;
    }
    if (skb.connections != table) {
      // Storing a reference costs a barrier of the collector.
      skb.connections = table;
    }
    if (skb.protocol == Ipv4.TCP
        && TcpEstablished.usual(words, base, skb.data, skb.transport, skb.end)
        && (!settings.checksum || Checksums.verify(skb))) {
      int timeout =
          TcpEstablished.packet(
              words, base, handle & 1, skb.data, skb.transport, skb.end, settings);
      if (timeout >= 0) {
        refresh(handle, words, base, skb, now + timeout);
        return VALID;
      }
    }
    int result = follow(handle, skb, settings.checksum, now);
    if (result == TcpTracker.INVALID) {
      invalid(skb);
      return INVALID;
    }
    if (result == TcpTracker.REPEAT) {
      life.kill(flow);
      skb.flow = ConnectionFacts.NO_FLOW;
      skb.connectionInfo = Skb.CT_NONE;
      return OTHER;
    }
    return VALID;
  }

  /**
   * Counts packets and bytes of connections from now on (nf_ct_set_acct). Connections that are
   * there already are counted from now on, too, which the kernel does not do.
   */
  public void countTraffic() {
    counting = true;
  }

  /** A packet of a confirmed flow that both sides have sent to (nf_ct_refresh_acct). */
  private void refresh(int handle, int[] words, int base, Skb skb, int deadline) {
    int flow = handle >>> 1;
    int direction = handle & 1;
    skb.flow = flow;
    skb.connectionInfo = direction == REPLY ? Skb.CT_ESTABLISHED_REPLY : Skb.CT_ESTABLISHED;
    if ((words[base + STATUS] & ConnectionTable.STATUS_FIXED_TIMEOUT) == 0) {
      words[base + TIMEOUT] = deadline;
    }
    account(flow, direction, skb);
  }

  /** The rest of resolve_normal_ct, the protocol's tracker, and nf_ct_refresh_acct. */
  private int follow(int handle, Skb skb, boolean verify, int now) {
    int flow = handle >>> 1;
    int direction = handle & 1;
    int[] words = table.words(flow);
    int base = table.base(flow);
    int status = words[base + STATUS];
    boolean seenReply = (status & ConnectionFacts.STATUS_SEEN_REPLY) != 0;
    skb.flow = flow;
    skb.connectionInfo =
        direction == REPLY ? Skb.CT_ESTABLISHED_REPLY : seenReply ? Skb.CT_ESTABLISHED : Skb.CT_NEW;
    int timeout = Protocols.track(words, base, direction, skb, settings, verify, now);
    if (timeout < 0) {
      if (timeout == TcpTracker.INVALID || timeout == TcpTracker.REPEAT) {
        return timeout;
      }
      if (timeout == TcpTracker.KILL) {
        account(flow, direction, skb);
        life.kill(flow);
      }
    } else {
      if ((status & ConnectionTable.STATUS_FIXED_TIMEOUT) == 0) {
        boolean confirmed = (status & ConnectionFacts.STATUS_CONFIRMED) != 0;
        words[base + TIMEOUT] = confirmed ? now + timeout : timeout;
      }
      account(flow, direction, skb);
    }
    if (direction == REPLY && !seenReply) {
      words[base + STATUS] |= ConnectionFacts.STATUS_SEEN_REPLY;
    }
    return VALID;
  }

  private void account(int flow, int direction, Skb skb) {
    if (counting) {
      table.count(flow, direction, 1, skb.totalLength);
    }
  }

  /**
   * Whether the nat chain for source or destination bindings is to be walked: the connection is new
   * (or related, but not by an ICMP error) and not bound so yet.
   */
  public boolean needsRules(Skb skb, boolean sourceBinding) {
    int flow = skb.flow;
    int info = skb.connectionInfo;
    if (flow < 0 || info == Skb.CT_ESTABLISHED || info == Skb.CT_ESTABLISHED_REPLY) {
      return false;
    }
    return (info == Skb.CT_NEW || skb.protocol != Ipv4.ICMP) && !bound(skb, sourceBinding);
  }

  /** Whether the connection has its source or destination binding (nf_nat_initialized). */
  public boolean bound(Skb skb, boolean sourceBinding) {
    int done =
        sourceBinding ? ConnectionFacts.STATUS_SRC_NAT_DONE : ConnectionFacts.STATUS_DST_NAT_DONE;
    return skb.flow >= 0 && (table.status(skb.flow) & done) != 0;
  }

  /**
   * Binds the packet's connection to a range (nf_nat_setup_info). A confirmed connection is left
   * alone. If no tuple of the range is free the connection gets one that is taken, and {@link
   * #confirm} drops the packet.
   *
   * @param flags bits of {@link dev.chainfuse.rules.NatRange}
   * @param basePort with PORT_OFFSET: the port of the range is the packet's distance from it
   * @return {@link Target#ACCEPT}; {@link Target#DROP} if it is bound already, or has no connection
   */
  public int bind(
      Skb skb,
      boolean sourceBinding,
      int flags,
      int minAddress,
      int maxAddress,
      int minPort,
      int maxPort,
      int basePort) {
    int flow = skb.flow;
    if (flow < 0) {
      return Target.DROP;
    }
    int status = table.status(flow);
    if ((status & ConnectionFacts.STATUS_CONFIRMED) != 0) {
      return Target.ACCEPT;
    }
    if (bound(skb, sourceBinding)) {
      return Target.DROP;
    }
    int[] words = table.words(flow);
    int base = table.base(flow);
    int protocol = words[base + KIND] & 0xff;
    int source = words[base + FlowDescriptor.REPLY_DESTINATION];
    int destination = words[base + FlowDescriptor.REPLY_SOURCE];
    int ports = NatSearch.invertPorts(protocol, words[base + FlowDescriptor.REPLY_PORTS]);
    search.source = source;
    search.destination = destination;
    search.ports = ports;
    search.basePort = basePort;
    int now = ConnectionTable.jiffies(skb.timeNanos);
    search.search(flow, sourceBinding, flags, minAddress, maxAddress, minPort, maxPort, now);
    int bits =
        sourceBinding ? ConnectionFacts.STATUS_SRC_NAT_DONE : ConnectionFacts.STATUS_DST_NAT_DONE;
    if (search.source != source || search.destination != destination || search.ports != ports) {
      setReply(
          words,
          base,
          search.destination,
          search.source,
          NatSearch.invertPorts(protocol, search.ports));
      bits |= sourceBinding ? ConnectionFacts.STATUS_SRC_NAT : ConnectionFacts.STATUS_DST_NAT;
    }
    words[base + STATUS] |= bits;
    if (sourceBinding) {
      table.addBySource(flow);
      words[base + STATUS] |= ConnectionTable.STATUS_BY_SOURCE;
    }
    return Target.ACCEPT;
  }

  /** Binds to the address that it has (nf_nat_alloc_null_binding); the port may change. */
  public int bindNull(Skb skb, boolean sourceBinding) {
    if (skb.flow < 0) {
      return Target.DROP;
    }
    int address =
        sourceBinding ? table.destination(skb.flow, REPLY) : table.source(skb.flow, REPLY);
    return bind(skb, sourceBinding, NatRange.MAP_ADDRESSES, address, address, 0, 0, 0);
  }

  /**
   * Notes that MASQUERADE bound the connection for the packet's outgoing interface: it ends when
   * its packets leave by another.
   */
  public void masqueraded(Skb skb) {
    int at = table.base(skb.flow) + FlowDescriptor.REFERENCES;
    int[] words = table.words(skb.flow);
    words[at] = (words[at] & 0xffff) | (skb.outInterface + 1) << 16;
  }

  /**
   * Rewrites the packet as its connection's bindings tell (nf_nat_packet,
   * nf_nat_icmp_reply_translation): destinations at PREROUTING and OUTPUT, sources at INPUT and
   * POSTROUTING.
   *
   * @return {@link Target#ACCEPT} or {@link Target#DROP}
   */
  public int translate(Skb skb, Hook hook) {
    int flow = skb.flow;
    if (flow < 0) {
      return Target.ACCEPT;
    }
    boolean source = hook == Hook.POSTROUTING || hook == Hook.INPUT;
    int direction = skb.connectionDirection();
    int[] words = table.words(flow);
    int base = table.base(flow);
    int status = words[base + STATUS];
    boolean error =
        skb.protocol == Ipv4.ICMP
            && (skb.connectionInfo == Skb.CT_RELATED || skb.connectionInfo == Skb.CT_RELATED_REPLY);
    if (!error && hook == Hook.POSTROUTING && direction == ORIGINAL) {
      int masqueraded = words[base + FlowDescriptor.REFERENCES] >>> 16;
      if (masqueraded != 0 && masqueraded != skb.outInterface + 1) {
        account(flow, direction, skb);
        life.kill(flow);
        return Target.DROP;
      }
    }
    if (error && !NatRewriter.errorMayPass(skb, status)) {
      return Target.DROP;
    }
    boolean sourceBit = source == (direction == ORIGINAL);
    int bit = sourceBit ? ConnectionFacts.STATUS_SRC_NAT : ConnectionFacts.STATUS_DST_NAT;
    if ((status & bit) == 0) {
      return Target.ACCEPT;
    }
    int tuple = NatRewriter.otherTuple(base, direction);
    boolean rewritten =
        error
            ? NatRewriter.rewriteError(skb, words, tuple, source)
            : NatRewriter.rewrite(skb, words, tuple, source);
    return rewritten ? Target.ACCEPT : Target.DROP;
  }

  /**
   * Enters the packet's connection in the table (nf_conntrack_confirm).
   *
   * @return {@link Target#ACCEPT}; {@link Target#DROP} if another connection has one of its tuples;
   *     {@link Skb#flow} can change to a connection that was confirmed meanwhile
   */
  public int confirm(Skb skb) {
    int flow = skb.flow;
    if (flow < 0
        || (table.status(flow) & ConnectionFacts.STATUS_CONFIRMED) != 0
        || skb.connectionDirection() != ORIGINAL) {
      return Target.ACCEPT;
    }
    int now = ConnectionTable.jiffies(skb.timeNanos);
    int handle = life.findTuple(flow, ORIGINAL, now);
    if (handle == NONE) {
      handle = life.findTuple(flow, REPLY, now);
    }
    if (handle != NONE) {
      return resolveClash(skb, handle, now);
    }
    int[] words = table.words(flow);
    int base = table.base(flow);
    words[base + TIMEOUT] += now;
    table.insert(flow, false);
    words[base + STATUS] =
        (words[base + STATUS] & ~ConnectionTable.STATUS_RELEASED)
            | ConnectionFacts.STATUS_CONFIRMED;
    statistics.insert++;
    return Target.ACCEPT;
  }

  /** nf_ct_resolve_clash. */
  private int resolveClash(Skb skb, int winner, int now) {
    int flow = skb.flow;
    if (Protocols.allowsClash(table.protocol(flow))) {
      if (join(skb, winner >>> 1)) {
        return Target.ACCEPT;
      }
      int other = life.findTuple(flow, REPLY, now);
      if (other != NONE) {
        if (join(skb, other >>> 1)) {
          return Target.ACCEPT;
        }
      } else {
        int[] words = table.words(flow);
        int base = table.base(flow);
        words[base + TIMEOUT] = now + ConnectionTable.HZ;
        words[base + STATUS] |=
            ConnectionTable.STATUS_FIXED_TIMEOUT
                | ConnectionTable.STATUS_NAT_CLASH
                | ConnectionFacts.STATUS_CONFIRMED;
        table.insert(flow, true);
        statistics.clashResolve++;
        return Target.ACCEPT;
      }
    }
    statistics.drop++;
    statistics.insertFailed++;
    return Target.DROP;
  }

  /** Gives the packet to the confirmed flow if that is the same or not for NAT. */
  private boolean join(Skb skb, int winner) {
    int loser = skb.flow;
    boolean unbound = (table.status(winner) & ConnectionTable.STATUS_NAT_DONE) == 0;
    if (!unbound && !life.equalTuples(winner, loser)) {
      return false;
    }
    int direction = skb.connectionDirection();
    if (counting) {
      table.count(winner, direction, 1, (int) table.bytes(loser, direction));
    }
    life.forget(loser);
    skb.flow = winner;
    statistics.clashResolve++;
    return true;
  }

  /**
   * Forgets the connection of a packet that ends before it was confirmed. Must be called for every
   * such packet; does nothing for others. Packets that {@link #attach} joined to a connection do
   * not end it.
   */
  public void release(Skb skb) {
    int flow = skb.flow;
    if (flow >= 0
        && skb.connectionInfo == Skb.CT_NEW
        && (table.status(flow) & ConnectionFacts.STATUS_CONFIRMED) == 0) {
      life.forget(flow);
    }
    skb.flow = ConnectionFacts.NO_FLOW;
    skb.connectionInfo = Skb.CT_NONE;
  }

  /**
   * Keeps the connection's record while a copy of the packet, or the packet itself, waits: for a
   * neighbour, or for its turn among flooded copies. To be paired with {@link #letGo}.
   */
  public void hold(Skb skb) {
    if (skb.flow >= 0) {
      life.hold(skb.flow);
    }
  }

  /** Ends a {@link #hold} of that flow; {@link ConnectionFacts#NO_FLOW} is ignored. */
  public void letGo(int flow) {
    if (flow >= 0) {
      life.letGo(flow);
    }
  }

  /** Joins a packet that the host made to the connection of its cause (nf_conntrack_attach). */
  public void attach(Skb made, Skb cause) {
    if (cause.flow >= 0) {
      made.connections = table;
      made.flow = cause.flow;
      made.connectionInfo =
          cause.connectionDirection() == ORIGINAL ? Skb.CT_RELATED_REPLY : Skb.CT_RELATED;
    }
  }

  /** Notes that a TCP reset was sent for the packet (nf_conntrack_tcp_set_closing). */
  public void closing(Skb cause) {
    int flow = cause.flow;
    if (flow >= 0 && table.protocol(flow) == Ipv4.TCP && table.confirmed(flow)) {
      int now = ConnectionTable.jiffies(cause.timeNanos);
      TcpTracker.setClosing(table.words(flow), table.base(flow), settings, now);
    }
  }
}
