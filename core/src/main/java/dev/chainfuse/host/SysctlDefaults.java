package dev.chainfuse.host;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a freshly booted Linux 6.x has. */
final class SysctlDefaults {
  /** SKB_TRUESIZE(ETH_FRAME_LEN) on 64-bit machines: 1514 + 256 (sk_buff) + 320 (shared info). */
  static final int TRUESIZE_OF_A_FRAME = 2090;

  private static final Map<String, Long> CONNTRACK =
      Map.ofEntries(
          Map.entry("acct", 0L),
          Map.entry("buckets", 262_144L),
          Map.entry("checksum", 1L),
          Map.entry("expect_max", 4_096L),
          Map.entry("generic_timeout", 600L),
          Map.entry("gre_timeout", 30L),
          Map.entry("gre_timeout_stream", 180L),
          Map.entry("helper", 0L),
          Map.entry("icmp_timeout", 30L),
          Map.entry("log_invalid", 0L),
          Map.entry("max", 262_144L),
          Map.entry("sctp_timeout_closed", 10L),
          Map.entry("sctp_timeout_cookie_echoed", 3L),
          Map.entry("sctp_timeout_cookie_wait", 3L),
          Map.entry("sctp_timeout_established", 210L),
          Map.entry("sctp_timeout_heartbeat_sent", 30L),
          Map.entry("sctp_timeout_shutdown_ack_sent", 3L),
          Map.entry("sctp_timeout_shutdown_recd", 3L),
          Map.entry("sctp_timeout_shutdown_sent", 3L),
          Map.entry("tcp_be_liberal", 0L),
          Map.entry("tcp_ignore_invalid_rst", 0L),
          Map.entry("tcp_loose", 1L),
          Map.entry("tcp_max_retrans", 3L),
          Map.entry("tcp_timeout_close", 10L),
          Map.entry("tcp_timeout_close_wait", 60L),
          Map.entry("tcp_timeout_established", 432_000L),
          Map.entry("tcp_timeout_fin_wait", 120L),
          Map.entry("tcp_timeout_last_ack", 30L),
          Map.entry("tcp_timeout_max_retrans", 300L),
          Map.entry("tcp_timeout_syn_recv", 60L),
          Map.entry("tcp_timeout_syn_sent", 120L),
          Map.entry("tcp_timeout_time_wait", 120L),
          Map.entry("tcp_timeout_unacknowledged", 300L),
          Map.entry("timestamp", 0L),
          Map.entry("udp_timeout", 30L),
          Map.entry("udp_timeout_stream", 120L));

  private static final Map<String, Long> NEIGHBOUR =
      Map.ofEntries(
          Map.entry("app_solicit", 0L),
          Map.entry("base_reachable_time_ms", 30_000L),
          Map.entry("delay_first_probe_time", 5L),
          Map.entry("gc_thresh3", 1_024L),
          Map.entry("locktime", 100L),
          Map.entry("mcast_solicit", 3L),
          Map.entry("retrans_time_ms", 1_000L),
          Map.entry("ucast_solicit", 3L),
          Map.entry("unres_qlen", 101L),
          Map.entry("unres_qlen_bytes", 212_992L));

  private static final Map<String, Long> IPV4 =
      Map.ofEntries(
          Map.entry("icmp_echo_ignore_all", 0L),
          Map.entry("icmp_echo_ignore_broadcasts", 1L),
          Map.entry("icmp_errors_use_inbound_ifaddr", 0L),
          Map.entry("icmp_msgs_burst", 50L),
          Map.entry("icmp_msgs_per_sec", 1_000L),
          Map.entry("icmp_ratelimit", 1_000L),
          Map.entry("icmp_ratemask", 6_168L),
          Map.entry("ip_default_ttl", 64L),
          Map.entry("ip_forward", 0L),
          Map.entry("ip_no_pmtu_disc", 0L),
          Map.entry("ipfrag_high_thresh", 4_194_304L),
          Map.entry("ipfrag_low_thresh", 3_145_728L),
          Map.entry("ipfrag_max_dist", 64L),
          Map.entry("ipfrag_time", 30L));

  private SysctlDefaults() {}

  static @Nullable Long of(String key) {
    String conntrack = "net.netfilter.nf_conntrack_";
    if (key.startsWith(conntrack)) {
      return CONNTRACK.get(key.substring(conntrack.length()));
    }
    if (key.startsWith("net.ipv4.neigh.")) {
      return NEIGHBOUR.get(key.substring(key.lastIndexOf('.') + 1));
    }
    if (key.startsWith("net.ipv4.conf.")) {
      return ofInterface(key.substring(key.lastIndexOf('.') + 1));
    }
    return key.startsWith("net.ipv4.") ? IPV4.get(key.substring("net.ipv4.".length())) : null;
  }

  /** Default of a key of {@code net.ipv4.conf}, the same for all, default and interfaces. */
  static long ofInterface(String key) {
    return switch (key) {
      case "accept_redirects", "secure_redirects", "send_redirects", "shared_media" -> 1;
      default -> 0;
    };
  }
}
