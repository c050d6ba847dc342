package dev.chainfuse.conntrack;

import static dev.chainfuse.conntrack.ConnectionTable.NONE;

import dev.chainfuse.packet.ConnectionFacts;
import dev.chainfuse.packet.Ipv4;

/**
 * Connections as {@code conntrack -L} prints them (libnetfilter_conntrack, snprintf_default.c):
 *
 * <pre>
 * tcp      6 431999 ESTABLISHED src=10.0.0.1 dst=10.0.0.2 sport=40000 dport=80 packets=3 bytes=180
 *   src=172.17.0.2 dst=10.0.0.1 sport=80 dport=40000 packets=2 bytes=112 [ASSURED] mark=0 use=1
 * </pre>
 *
 * (one line each). Not for the hot path.
 */
public final class ConnectionText {
  private static final String[] TCP_STATES = {
    "NONE",
    "SYN_SENT",
    "SYN_RECV",
    "ESTABLISHED",
    "FIN_WAIT",
    "CLOSE_WAIT",
    "LAST_ACK",
    "TIME_WAIT",
    "CLOSE",
    "SYN_SENT2"
  };

  private static final String[] SCTP_STATES = {
    "NONE",
    "CLOSED",
    "COOKIE_WAIT",
    "COOKIE_ECHOED",
    "ESTABLISHED",
    "SHUTDOWN_SENT",
    "SHUTDOWN_RECD",
    "SHUTDOWN_ACK_SENT",
    "HEARTBEAT_SENT"
  };

  private static final String[] NO_STATES = {};

  private ConnectionText() {}

  /** The state names of a protocol, by number; empty if it has none. */
  static String[] states(int protocol) {
    return switch (protocol) {
      case Ipv4.TCP -> TCP_STATES;
      case Ipv4.SCTP -> SCTP_STATES;
      default -> NO_STATES;
    };
  }

  static String protocolName(int protocol) {
    return switch (protocol) {
      case Ipv4.TCP -> "tcp";
      case Ipv4.UDP -> "udp";
      case Ipv4.ICMP -> "icmp";
      case Ipv4.UDPLITE -> "udplite";
      case Ipv4.SCTP -> "sctp";
      case Ipv4.DCCP -> "dccp";
      case Ipv4.GRE -> "gre";
      default -> "unknown";
    };
  }

  /**
   * Appends a line, with its line feed, for each confirmed connection that has not timed out.
   *
   * @param counters whether packets and bytes are printed, as with nf_conntrack_acct
   */
  public static void write(
      ConnectionTable table, long nowNanos, boolean counters, StringBuilder out) {
    int now = ConnectionTable.jiffies(nowNanos);
    for (int flow = table.nextInserted(0); flow != NONE; flow = table.nextInserted(flow + 1)) {
      int status = table.words(flow)[table.base(flow) + FlowDescriptor.STATUS];
      if ((status & ConnectionTable.STATUS_REPLY_ONLY) == 0 && !table.expired(flow, now)) {
        line(table, flow, nowNanos, counters, out);
        out.append('\n');
      }
    }
  }

  /** Appends one connection, without line feed. */
  public static void line(
      ConnectionTable table, int flow, long nowNanos, boolean counters, StringBuilder out) {
    int protocol = table.protocol(flow);
    String name = protocolName(protocol);
    out.append(name).append(" ".repeat(9 - name.length())).append(protocol).append(' ');
    out.append(table.secondsLeft(flow, nowNanos)).append(' ');
    String[] states = states(protocol);
    if (states.length > 0) {
      out.append(states[FlowDescriptor.state(table.words(flow), table.base(flow))]).append(' ');
    }
    direction(table, flow, ConnectionFacts.ORIGINAL, counters, out);
    int status = table.status(flow);
    if ((status & ConnectionFacts.STATUS_SEEN_REPLY) == 0) {
      out.append("[UNREPLIED] ");
    }
    direction(table, flow, ConnectionFacts.REPLY, counters, out);
    if ((status & ConnectionFacts.STATUS_ASSURED) != 0) {
      out.append("[ASSURED] ");
    }
    out.append("mark=").append(Integer.toUnsignedString(table.mark(flow))).append(' ');
    if (table.zone(flow) != 0) {
      out.append("zone=").append(table.zone(flow)).append(' ');
    }
    out.append("use=1");
  }

  private static void direction(
      ConnectionTable table, int flow, int direction, boolean counters, StringBuilder out) {
    out.append("src=").append(Ipv4.format(table.source(flow, direction)));
    out.append(" dst=").append(Ipv4.format(table.destination(flow, direction))).append(' ');
    int first = table.sourcePort(flow, direction);
    int second = table.destinationPort(flow, direction);
    switch (table.protocol(flow)) {
      case Ipv4.TCP, Ipv4.UDP, Ipv4.UDPLITE, Ipv4.SCTP, Ipv4.DCCP ->
          out.append("sport=").append(first).append(" dport=").append(second).append(' ');
      case Ipv4.ICMP -> {
        out.append("type=").append(second >>> 8).append(" code=").append(second & 0xff);
        out.append(" id=").append(first).append(' ');
      }
      case Ipv4.GRE -> {
        out.append("srckey=0x").append(Integer.toHexString(first));
        out.append(" dstkey=0x").append(Integer.toHexString(second)).append(' ');
      }
      default -> {}
    }
    if (counters) {
      out.append("packets=").append(Long.toUnsignedString(table.packets(flow, direction)));
      out.append(" bytes=").append(Long.toUnsignedString(table.bytes(flow, direction))).append(' ');
    }
  }
}
