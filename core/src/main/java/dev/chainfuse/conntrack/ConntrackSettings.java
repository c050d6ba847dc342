package dev.chainfuse.conntrack;

/**
 * The {@code net.netfilter.nf_conntrack_*} sysctls; times in seconds. Immutable: the arrays are not
 * to be changed.
 *
 * @param max connections that may exist at once, unconfirmed ones included
 * @param checksum whether a wrong L4 checksum makes a packet INVALID
 * @param acct whether packets and bytes are counted
 * @param tcpLoose whether connections are picked up in mid-stream
 * @param tcpBeLiberal whether only resets are held against the window
 * @param tcpMaxRetrans retransmissions after which the retrans timeout applies
 * @param tcpIgnoreInvalidRst whether resets out of the window are ordinary
 * @param tcpTimeouts by TCP state (enum tcp_conntrack): NONE, SYN_SENT, SYN_RECV, ESTABLISHED,
 *     FIN_WAIT, CLOSE_WAIT, LAST_ACK, TIME_WAIT, CLOSE, SYN_SENT2, then max_retrans and
 *     unacknowledged
 * @param sctpTimeouts by SCTP state (enum sctp_conntrack): NONE, CLOSED, COOKIE_WAIT,
 *     COOKIE_ECHOED, ESTABLISHED, SHUTDOWN_SENT, SHUTDOWN_RECD, SHUTDOWN_ACK_SENT, HEARTBEAT_SENT
 */
@SuppressWarnings("ArrayRecordComponent") // indexed by state number; callers must not change them
public record ConntrackSettings(
    int max,
    boolean checksum,
    boolean acct,
    boolean tcpLoose,
    boolean tcpBeLiberal,
    int tcpMaxRetrans,
    boolean tcpIgnoreInvalidRst,
    int[] tcpTimeouts,
    int udpTimeout,
    int udpStreamTimeout,
    int icmpTimeout,
    int genericTimeout,
    int greTimeout,
    int greStreamTimeout,
    int[] sctpTimeouts) {

  /** Sysctl names of {@link #tcpTimeouts}, behind {@code nf_conntrack_tcp_timeout_}. */
  private static final String[] TCP_NAMES = {
    "",
    "syn_sent",
    "syn_recv",
    "established",
    "fin_wait",
    "close_wait",
    "last_ack",
    "time_wait",
    "close",
    "",
    "max_retrans",
    "unacknowledged"
  };

  private static final String[] SCTP_NAMES = {
    "",
    "closed",
    "cookie_wait",
    "cookie_echoed",
    "established",
    "shutdown_sent",
    "shutdown_recd",
    "shutdown_ack_sent",
    "heartbeat_sent"
  };

  /** The kernel's defaults, but with accounting on, and at most {@code max} connections. */
  public static ConntrackSettings defaults(int max) {
    return new ConntrackSettings(
        max,
        true,
        true,
        true,
        false,
        3,
        false,
        new int[] {0, 120, 60, 432_000, 120, 60, 30, 120, 10, 120, 300, 300},
        30,
        120,
        30,
        600,
        30,
        180,
        new int[] {0, 10, 3, 3, 210, 3, 3, 3, 30});
  }

  /**
   * These settings with one sysctl changed.
   *
   * @param name the name behind {@code net.netfilter.}, such as {@code nf_conntrack_udp_timeout}
   * @return changed settings; the same if the name is none that matters here
   */
  public ConntrackSettings with(String name, int value) {
    int[] tcp = tcpTimeouts.clone();
    int[] sctp = sctpTimeouts.clone();
    if (name.startsWith("nf_conntrack_tcp_timeout_")) {
      set(tcp, TCP_NAMES, name.substring("nf_conntrack_tcp_timeout_".length()), value);
      // SYN_SENT2 has no sysctl of its own.
    } else if (name.startsWith("nf_conntrack_sctp_timeout_")) {
      set(sctp, SCTP_NAMES, name.substring("nf_conntrack_sctp_timeout_".length()), value);
    }
    return new ConntrackSettings(
        is(name, "max") ? value : max,
        is(name, "checksum") ? value != 0 : checksum,
        is(name, "acct") ? value != 0 : acct,
        is(name, "tcp_loose") ? value != 0 : tcpLoose,
        is(name, "tcp_be_liberal") ? value != 0 : tcpBeLiberal,
        is(name, "tcp_max_retrans") ? value : tcpMaxRetrans,
        is(name, "tcp_ignore_invalid_rst") ? value != 0 : tcpIgnoreInvalidRst,
        tcp,
        is(name, "udp_timeout") ? value : udpTimeout,
        is(name, "udp_timeout_stream") ? value : udpStreamTimeout,
        is(name, "icmp_timeout") ? value : icmpTimeout,
        is(name, "generic_timeout") ? value : genericTimeout,
        is(name, "gre_timeout") ? value : greTimeout,
        is(name, "gre_timeout_stream") ? value : greStreamTimeout,
        sctp);
  }

  private static boolean is(String name, String tail) {
    return name.equals("nf_conntrack_" + tail);
  }

  private static void set(int[] values, String[] names, String name, int value) {
    for (int i = 0; i < names.length; i++) {
      if (!names[i].isEmpty() && names[i].equals(name)) {
        values[i] = value;
      }
    }
  }
}
