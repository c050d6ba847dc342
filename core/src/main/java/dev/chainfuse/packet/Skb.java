package dev.chainfuse.packet;

/**
 * A packet on its way through the host, as the kernel's {@code sk_buff}: the frame's bytes, its
 * parsed header fields and what the host noted about it. Mutable and reused: one packet at a time,
 * one thread. Fields are public because every stage of the path reads them.
 */
public final class Skb {
  /** "No interface". Interfaces are numbered densely from 0, in the order of the topology. */
  public static final int NO_INTERFACE = -1;

  /** {@link #template}: no rule said how it is to be tracked. */
  public static final int NO_TEMPLATE = -1;

  /** {@link #template}: the mark that it has when it is tracked is its zone. */
  public static final int ZONE_OF_MARK = 1 << 16;

  private static final int[] NO_FRAGMENTS = {};

  public static final int PACKET_HOST = 0;
  public static final int PACKET_BROADCAST = 1;
  public static final int PACKET_MULTICAST = 2;
  public static final int PACKET_OTHERHOST = 3;

  /** A copy of a packet that the host sent, on its way back to it. */
  public static final int PACKET_LOOPBACK = 5;

  // enum ip_conntrack_info, include/uapi/linux/netfilter/nf_conntrack_common.h.
  public static final int CT_ESTABLISHED = 0;
  public static final int CT_RELATED = 1;
  public static final int CT_NEW = 2;
  public static final int CT_ESTABLISHED_REPLY = 3;
  public static final int CT_RELATED_REPLY = 4;

  /** Not (yet) looked up, or invalid: no connection. */
  public static final int CT_NONE = 5;

  /** {@link #trackedFlow} of a packet that tracking found to be invalid. */
  public static final int TRACKED_INVALID = -2;

  /** Told not to be tracked by CT --notrack. */
  public static final int CT_UNTRACKED = 7;

  // Bits of connectionState(): XT_CONNTRACK_STATE_BIT, net/netfilter/xt_conntrack.c.
  public static final int STATE_INVALID = 1;
  public static final int STATE_ESTABLISHED = 2;
  public static final int STATE_RELATED = 4;
  public static final int STATE_NEW = 8;
  public static final int STATE_SNAT = 1 << 6;
  public static final int STATE_DNAT = 1 << 7;
  public static final int STATE_UNTRACKED = 1 << 8;

  /** The array that holds the frame. */
  public byte[] data = new byte[0];

  /** Offset of the Ethernet header, whose 14 bytes are there even if it is not written yet. */
  public int frame;

  /** Bytes of the frame, Ethernet header and padding included. */
  public int frameLength;

  /** Offset of the IP header. */
  public int network;

  /** Offset of what follows the IP header. */
  public int transport;

  /** Offset behind the last byte of the IP packet (total length). */
  public int end;

  public int headerLength;
  public int totalLength;
  public int tos;
  public int ttl;
  public int protocol;
  public int source;
  public int destination;

  /** The fragment word: flags and offset. */
  public int fragmentWord;

  public int sourcePort;
  public int destinationPort;
  public int tcpFlags;
  public int icmpTypeCode;

  /**
   * The L4 header that a port, flag or type match would read is cut short, or this is a later
   * fragment of TCP. Such packets can be dropped by the mere reading ("hotdrop"), and some matches
   * take such a fragment's payload for a header.
   */
  public boolean irregular;

  /** Made by the host, as opposed to received. */
  public boolean local;

  /** L4 checksum known to be right, as a network card would say. */
  public boolean checksumVerified;

  /**
   * Receiving interface as iptables sees it (the bridge for bridged traffic), or {@link
   * #NO_INTERFACE}.
   */
  public int inInterface = NO_INTERFACE;

  /** Sending interface as iptables sees it, or {@link #NO_INTERFACE}. */
  public int outInterface = NO_INTERFACE;

  /**
   * Record route option that the host has read, bytes from the start of the IP header; 0 without.
   */
  public int recordRoute;

  /** The record route option had room for the host's address. */
  public boolean recordsAddress;

  /** Bridge port of entry, kept while routed. */
  public int physicalIn = NO_INTERFACE;

  /** Bridge port of exit, known for bridged frames only. */
  public int physicalOut = NO_INTERFACE;

  /** Bridged, not routed. */
  public boolean bridged;

  public int packetType;
  public int mark;

  /** The table that {@link #flow} belongs to. */
  public ConnectionFacts connections = NoConnections.INSTANCE;

  /** The flow's number, or {@link ConnectionFacts#NO_FLOW}. */
  public int flow = ConnectionFacts.NO_FLOW;

  /** One of the CT_ constants. */
  public int connectionInfo = CT_NONE;

  /**
   * Flow that tracking has found for it already, on the short way that it left; else {@link
   * ConnectionFacts#NO_FLOW}.
   */
  public int trackedFlow = ConnectionFacts.NO_FLOW;

  /** {@link #connectionInfo} that belongs to {@link #trackedFlow}. */
  public int trackedInfo = CT_NONE;

  /**
   * How it is to be tracked, if a rule said so: the zone, or {@link #ZONE_OF_MARK}; else {@link
   * #NO_TEMPLATE}.
   */
  public int template = NO_TEMPLATE;

  /** How many times it is the copy of a copy. */
  public int generation;

  /** A TRACE rule has met it: every further rule is reported. */
  public boolean traced;

  /** Virtual time of arrival, nanoseconds. */
  public long timeNanos;

  /** Destination MAC as it came, low 48 bits. */
  public long destinationMac;

  /** Source MAC as it came, low 48 bits. */
  public long sourceMac;

  /**
   * The packet's number in its session, or that of the packet that caused this one; -1 for none.
   */
  public long sequence = -1;

  /**
   * A segment that the host made: the kernel leaves its checksum to the device (CHECKSUM_PARTIAL),
   * so that an error about it quotes the sum over the pseudo header alone.
   */
  public boolean checksumPartial;

  /**
   * Handed in from outside: its fate is the reported verdict. Copies and the host's packets are
   * not.
   */
  public boolean primary;

  /** It, or a copy of it, decides the reported verdict; false for packets that the host makes. */
  public boolean reported;

  /**
   * Came through a bridge port and passed the bridge's PREROUTING already (struct nf_bridge_info).
   */
  public boolean bridgeInfo;

  /** Was for another station when it came (nf_bridge_info.pkt_otherhost). */
  public boolean otherHost;

  /** Type of the route found, RTN_ number; 0 before routing. */
  public int routeType;

  /** Next hop of the route: gateway, or the destination itself. */
  public int nextHop;

  /** Interface of the route. */
  public int routeInterface = NO_INTERFACE;

  /** MTU of the route. */
  public int routeMtu;

  /** The route leads back out of the interface of arrival, and the sender should be told. */
  public boolean redirect;

  /** Of a packet put together from fragments: how many there were; else 0. */
  public int fragmentCount;

  /** Payload bytes of each of them, in order. */
  public int[] fragmentSizes = NO_FRAGMENTS;

  /** Bytes of the longest of them as an IP packet; 0 if the packet came whole. */
  public int fragmentMaximum;

  /** The longest of them had the flag "do not fragment": smaller ones must have it, too. */
  public boolean fragmentsKeepDf;

  /** Forgets everything but the frame's place, for a new packet. */
  public void reset() {
    sequence = -1;
    checksumPartial = false;
    primary = false;
    reported = false;
    bridgeInfo = false;
    otherHost = false;
    routeType = 0;
    nextHop = 0;
    routeInterface = NO_INTERFACE;
    routeMtu = 0;
    redirect = false;
    recordRoute = 0;
    recordsAddress = false;
    fragmentCount = 0;
    fragmentMaximum = 0;
    fragmentsKeepDf = false;
    local = false;
    checksumVerified = false;
    inInterface = NO_INTERFACE;
    outInterface = NO_INTERFACE;
    physicalIn = NO_INTERFACE;
    physicalOut = NO_INTERFACE;
    bridged = false;
    packetType = PACKET_HOST;
    mark = 0;
    flow = ConnectionFacts.NO_FLOW;
    connectionInfo = CT_NONE;
    trackedFlow = ConnectionFacts.NO_FLOW;
    template = NO_TEMPLATE;
    traced = false;
    generation = 0;
    irregular = false;
  }

  /**
   * Reads the header fields anew from the bytes at {@link #network}. The IP header must be complete
   * and its lengths checked.
   */
  public void parse() {
    byte[] d = data;
    int at = network;
    headerLength = (d[at] & 15) << 2;
    tos = d[at + Ipv4.TOS] & 255;
    totalLength = Bytes.getShort(d, at + Ipv4.TOTAL_LENGTH);
    fragmentWord = Bytes.getShort(d, at + Ipv4.FRAGMENT);
    ttl = d[at + Ipv4.TTL] & 255;
    protocol = d[at + Ipv4.PROTOCOL] & 255;
    source = Bytes.getInt(d, at + Ipv4.SOURCE);
    destination = Bytes.getInt(d, at + Ipv4.DESTINATION);
    transport = at + headerLength;
    end = at + totalLength;
    parseTransport();
  }

  /**
   * {@link #parse} for a TCP or UDP packet that is no fragment and whose transport header is known
   * to be complete.
   */
  public void parseWhole(int ipHeaderLength) {
    byte[] d = data;
    int at = network;
    int first = Bytes.getInt(d, at);
    headerLength = ipHeaderLength;
    tos = first >>> 16 & 255;
    totalLength = first & 0xffff;
    fragmentWord = Bytes.getShort(d, at + Ipv4.FRAGMENT);
    int third = Bytes.getInt(d, at + Ipv4.TTL);
    ttl = third >>> 24;
    protocol = third >>> 16 & 255;
    source = Bytes.getInt(d, at + Ipv4.SOURCE);
    destination = Bytes.getInt(d, at + Ipv4.DESTINATION);
    transport = at + ipHeaderLength;
    end = at + totalLength;
    int ports = Bytes.getInt(d, transport);
    sourcePort = ports >>> 16;
    destinationPort = ports & 0xffff;
    tcpFlags = protocol == Ipv4.TCP ? d[transport + 13] & 255 : 0;
    icmpTypeCode = 0;
    irregular = false;
  }

  private void parseTransport() {
    sourcePort = 0;
    destinationPort = 0;
    tcpFlags = 0;
    icmpTypeCode = 0;
    irregular = false;
    if (laterFragment()) {
      irregular = protocol == Ipv4.TCP;
      return;
    }
    int have = end - transport;
    int need = transportHeader(protocol);
    if (have < need) {
      irregular = true;
      return;
    }
    switch (protocol) {
      case Ipv4.TCP -> {
        sourcePort = Bytes.getShort(data, transport);
        destinationPort = Bytes.getShort(data, transport + 2);
        tcpFlags = data[transport + 13] & 255;
      }
      case Ipv4.UDP, Ipv4.UDPLITE, Ipv4.SCTP, Ipv4.DCCP -> {
        sourcePort = Bytes.getShort(data, transport);
        destinationPort = Bytes.getShort(data, transport + 2);
      }
      case Ipv4.ICMP -> icmpTypeCode = Bytes.getShort(data, transport);
      default -> {}
    }
  }

  /** Bytes of the fixed transport header, 0 for protocols without one that matches read. */
  public static int transportHeader(int protocol) {
    return switch (protocol) {
      case Ipv4.TCP -> 20;
      case Ipv4.UDP, Ipv4.UDPLITE, Ipv4.ICMP -> 8;
      case Ipv4.SCTP, Ipv4.DCCP -> 12;
      default -> 0;
    };
  }

  /**
   * Copies what the host noted about {@code from}, and its frame, to offset {@code at} of this
   * packet's own array.
   */
  public void copyOf(Skb from, int at) {
    int first = from.frame;
    int bytes = Math.max(from.frameLength, from.end - first);
    if (data.length < at + bytes) {
      data = new byte[at + bytes + 64];
    }
    System.arraycopy(from.data, first, data, at, bytes);
    int shift = at - first;
    copyNotes(from);
    frame = from.frame + shift;
    frameLength = from.frameLength;
    network = from.network + shift;
    copyHeader(from, shift);
  }

  /** Copies what the host noted about {@code from}, but neither its frame nor its header fields. */
  public void copyNotes(Skb from) {
    local = from.local;
    checksumVerified = from.checksumVerified;
    inInterface = from.inInterface;
    outInterface = from.outInterface;
    recordRoute = from.recordRoute;
    recordsAddress = from.recordsAddress;
    physicalIn = from.physicalIn;
    physicalOut = from.physicalOut;
    bridged = from.bridged;
    packetType = from.packetType;
    mark = from.mark;
    connections = from.connections;
    flow = from.flow;
    connectionInfo = from.connectionInfo;
    template = from.template;
    traced = from.traced;
    generation = from.generation;
    timeNanos = from.timeNanos;
    destinationMac = from.destinationMac;
    sourceMac = from.sourceMac;
    sequence = from.sequence;
    checksumPartial = from.checksumPartial;
    primary = false;
    reported = from.reported;
    bridgeInfo = from.bridgeInfo;
    otherHost = from.otherHost;
    routeType = from.routeType;
    nextHop = from.nextHop;
    routeInterface = from.routeInterface;
    routeMtu = from.routeMtu;
    redirect = from.redirect;
    fragmentCount = from.fragmentCount;
    fragmentSizes = from.fragmentSizes;
    fragmentMaximum = from.fragmentMaximum;
    fragmentsKeepDf = from.fragmentsKeepDf;
  }

  private void copyHeader(Skb from, int shift) {
    transport = from.transport + shift;
    end = from.end + shift;
    headerLength = from.headerLength;
    totalLength = from.totalLength;
    tos = from.tos;
    ttl = from.ttl;
    protocol = from.protocol;
    source = from.source;
    destination = from.destination;
    fragmentWord = from.fragmentWord;
    sourcePort = from.sourcePort;
    destinationPort = from.destinationPort;
    tcpFlags = from.tcpFlags;
    icmpTypeCode = from.icmpTypeCode;
    irregular = from.irregular;
  }

  /** Whether this is a fragment with an offset, which has no transport header. */
  public boolean laterFragment() {
    return (fragmentWord & Ipv4.OFFSET_MASK) != 0;
  }

  /** The zone that its connection is looked up in, now that it is tracked. */
  public int zone() {
    return template == ZONE_OF_MARK ? mark & 0xffff : Math.max(template, 0);
  }

  /** The bits that {@code --ctstate} compares: one STATE_ bit, plus SNAT and DNAT. */
  public int connectionState() {
    int info = connectionInfo;
    if (info == CT_UNTRACKED) {
      return STATE_UNTRACKED;
    }
    if (flow < 0) {
      return STATE_INVALID;
    }
    int state = 2 << info % 3;
    int status = connections.status(flow);
    if ((status & ConnectionFacts.STATUS_SRC_NAT) != 0) {
      state |= STATE_SNAT;
    }
    if ((status & ConnectionFacts.STATUS_DST_NAT) != 0) {
      state |= STATE_DNAT;
    }
    return state;
  }

  /** 0 original, 1 reply direction, by {@link #connectionInfo}. */
  public int connectionDirection() {
    return connectionInfo >= CT_ESTABLISHED_REPLY ? 1 : 0;
  }

  /** The value of a field, unsigned in an int. */
  public int field(Field field) {
    return switch (field) {
      case SOURCE -> source;
      case DESTINATION -> destination;
      case PROTOCOL -> protocol;
      case LATER_FRAGMENT -> laterFragment() ? 1 : 0;
      case SOURCE_PORT -> sourcePort;
      case DESTINATION_PORT -> destinationPort;
      case TCP_FLAGS -> tcpFlags;
      case ICMP_TYPE_CODE -> icmpTypeCode;
      case IN_INTERFACE -> inInterface + 1;
      case OUT_INTERFACE -> outInterface + 1;
      case PHYSDEV_IN -> physicalIn + 1;
      case PHYSDEV_OUT -> physicalOut + 1;
      case PHYSDEV_BRIDGED -> bridged ? 1 : 0;
      case LENGTH -> totalLength;
      case TTL -> ttl;
      case TOS -> tos;
      case PACKET_TYPE -> packetType;
      case MARK -> mark;
      case SOURCE_MAC_HIGH -> (int) (sourceMac >>> 32);
      case SOURCE_MAC_LOW -> (int) sourceMac;
      default -> connectionField(field);
    };
  }

  private int connectionField(Field field) {
    if (field == Field.CT_STATE) {
      return connectionState();
    }
    if (flow < 0) {
      return field == Field.CT_DIRECTION ? 2 : 0;
    }
    ConnectionFacts c = connections;
    return switch (field) {
      case CT_MARK -> c.mark(flow);
      case CT_STATUS -> c.status(flow);
      case CT_PROTOCOL -> c.protocol(flow);
      case CT_DIRECTION -> connectionDirection();
      case CT_ORIGINAL_SOURCE -> c.source(flow, 0);
      case CT_ORIGINAL_DESTINATION -> c.destination(flow, 0);
      case CT_REPLY_SOURCE -> c.source(flow, 1);
      case CT_REPLY_DESTINATION -> c.destination(flow, 1);
      case CT_ORIGINAL_SOURCE_PORT -> c.sourcePort(flow, 0);
      case CT_ORIGINAL_DESTINATION_PORT -> c.destinationPort(flow, 0);
      case CT_REPLY_SOURCE_PORT -> c.sourcePort(flow, 1);
      case CT_REPLY_DESTINATION_PORT -> c.destinationPort(flow, 1);
      case CT_EXPIRE -> c.secondsLeft(flow, timeNanos);
      default -> throw new IllegalArgumentException(field.name());
    };
  }
}
