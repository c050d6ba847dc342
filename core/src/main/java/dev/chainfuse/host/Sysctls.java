package dev.chainfuse.host;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Kernel settings, by the names that {@code sysctl} prints. What was not given has the kernel's
 * default. Immutable, thread-safe.
 *
 * <p>Per-interface settings combine the value of {@code all} and of the interface as the kernel's
 * macros do (include/linux/inetdevice.h); each method names its macro. An interface without a value
 * of its own takes that of {@code default}, as it would have at its creation.
 */
public final class Sysctls {
  private final SortedMap<String, String> values;

  Sysctls(Map<String, String> values) {
    this.values = new TreeMap<>(values);
  }

  /** Only defaults. */
  public static Sysctls defaults() {
    return new Sysctls(Map.of());
  }

  /** What was given, not the defaults; keys in order. */
  public Map<String, String> given() {
    return java.util.Collections.unmodifiableMap(values);
  }

  /** Whether the setting was given. */
  public boolean has(String key) {
    return values.containsKey(key);
  }

  /** The text of a setting as it was given, or null. */
  public @Nullable String text(String key) {
    return values.get(key);
  }

  /**
   * A setting with one whole number.
   *
   * @throws IllegalArgumentException if it was not given and has no known default, or is no number
   */
  public long number(String key) {
    String text = values.get(key);
    if (text != null) {
      return Numbers.within(text.strip(), Long.MIN_VALUE, Long.MAX_VALUE, key);
    }
    Long byDefault = SysctlDefaults.of(key);
    if (byDefault == null) {
      throw new IllegalArgumentException("no value and no default for " + key);
    }
    return byDefault;
  }

  private boolean flag(String key) {
    return number(key) != 0;
  }

  private long number(String key, long otherwise) {
    return has(key) ? number(key) : otherwise;
  }

  // ---- the host

  /** {@code net.ipv4.ip_forward}, or its other name conf.all.forwarding. */
  public boolean ipForward() {
    return number("net.ipv4.ip_forward", number("net.ipv4.conf.all.forwarding", 0)) != 0;
  }

  /** TTL of packets that the host makes. */
  public int defaultTtl() {
    return (int) number("net.ipv4.ip_default_ttl");
  }

  /** Milliseconds for one ICMP error to a destination; 0 for no limit. */
  public int icmpRatelimit() {
    return (int) number("net.ipv4.icmp_ratelimit");
  }

  /** Bit n: ICMP type n is limited. */
  public int icmpRatemask() {
    return (int) number("net.ipv4.icmp_ratemask");
  }

  public int icmpMessagesPerSecond() {
    return (int) number("net.ipv4.icmp_msgs_per_sec");
  }

  public int icmpMessagesBurst() {
    return (int) number("net.ipv4.icmp_msgs_burst");
  }

  public boolean icmpEchoIgnoreAll() {
    return flag("net.ipv4.icmp_echo_ignore_all");
  }

  public boolean icmpEchoIgnoreBroadcasts() {
    return flag("net.ipv4.icmp_echo_ignore_broadcasts");
  }

  public boolean icmpErrorsUseInboundAddress() {
    return flag("net.ipv4.icmp_errors_use_inbound_ifaddr");
  }

  /**
   * Whether bridged IPv4 traverses iptables. False if the file does not exist: then the module
   * br_netfilter is not loaded.
   */
  public boolean bridgeCallsIptables() {
    return number("net.bridge.bridge-nf-call-iptables", 0) != 0;
  }

  /** Whether the module br_netfilter is loaded. */
  public boolean bridgeNetfilterLoaded() {
    return has("net.bridge.bridge-nf-call-iptables");
  }

  /**
   * A setting of connection tracking by its name behind {@code net.netfilter.nf_conntrack_}, such
   * as {@code max} or {@code tcp_timeout_established} (seconds).
   *
   * @throws IllegalArgumentException if there is no such setting
   */
  public long conntrack(String name) {
    return number("net.netfilter.nf_conntrack_" + name);
  }

  /** First port that {@code connect} without {@code bind} takes. */
  public int localPortFirst() {
    return localPort(0);
  }

  /** Last port that {@code connect} without {@code bind} takes. */
  public int localPortLast() {
    return localPort(1);
  }

  private int localPort(int which) {
    String text = values.getOrDefault("net.ipv4.ip_local_port_range", "32768 60999");
    String[] ports = text.strip().split("\\s+");
    if (ports.length != 2) {
      throw new IllegalArgumentException("net.ipv4.ip_local_port_range '" + text + "'");
    }
    return Numbers.within(ports[which], 0, 65535, "net.ipv4.ip_local_port_range");
  }

  // ---- interfaces

  /** IN_DEV_CONF_GET: the interface's own value. */
  long own(String name, String key) {
    String prefix = "net.ipv4.conf.";
    String own = prefix + name.replace('.', '/') + "." + key;
    return number(own, number(prefix + "default." + key, SysctlDefaults.ofInterface(key)));
  }

  private long all(String key) {
    return number("net.ipv4.conf.all." + key, SysctlDefaults.ofInterface(key));
  }

  private boolean either(Interface at, String key) {
    return all(key) != 0 || own(at.name(), key) != 0;
  }

  private int greater(Interface at, String key) {
    return (int) Math.max(all(key), own(at.name(), key));
  }

  /** IN_DEV_FORWARD: own value; if not given, {@link #ipForward}, which sets all. */
  public boolean forwarding(Interface at) {
    String key = "net.ipv4.conf." + at.name().replace('.', '/') + ".forwarding";
    return number(key, ipForward() ? 1 : 0) != 0;
  }

  /** IN_DEV_RPFILTER, 0 to 2: the greater. */
  public int rpFilter(Interface at) {
    return greater(at, "rp_filter");
  }

  /** IN_DEV_ACCEPT_LOCAL: either. */
  public boolean acceptLocal(Interface at) {
    return either(at, "accept_local");
  }

  /** IN_DEV_ROUTE_LOCALNET: either. */
  public boolean routeLocalnet(Interface at) {
    return either(at, "route_localnet");
  }

  /** IN_DEV_TX_REDIRECTS: either. */
  public boolean sendRedirects(Interface at) {
    return either(at, "send_redirects");
  }

  /** IN_DEV_RX_REDIRECTS: both on a router, either on a host. */
  public boolean acceptRedirects(Interface at) {
    String key = "accept_redirects";
    return forwarding(at) ? all(key) != 0 && own(at.name(), key) != 0 : either(at, key);
  }

  /** IN_DEV_SHARED_MEDIA: either. */
  public boolean sharedMedia(Interface at) {
    return either(at, "shared_media");
  }

  /** IN_DEV_ARP_IGNORE: the greater. */
  public int arpIgnore(Interface at) {
    return greater(at, "arp_ignore");
  }

  /** IN_DEV_ARP_ANNOUNCE: the greater. */
  public int arpAnnounce(Interface at) {
    return greater(at, "arp_announce");
  }

  /** IN_DEV_ARPFILTER: either. */
  public boolean arpFilter(Interface at) {
    return either(at, "arp_filter");
  }

  /** IN_DEV_ARP_ACCEPT: the greater. */
  public int arpAccept(Interface at) {
    return greater(at, "arp_accept");
  }

  /** IN_DEV_PROXY_ARP: either. */
  public boolean proxyArp(Interface at) {
    return either(at, "proxy_arp");
  }

  /** IN_DEV_PROXY_ARP_PVLAN: own. */
  public boolean proxyArpPrivateVlan(Interface at) {
    return own(at.name(), "proxy_arp_pvlan") != 0;
  }

  /** IN_DEV_BFORWARD: both. */
  public boolean broadcastForwarding(Interface at) {
    return all("bc_forwarding") != 0 && own(at.name(), "bc_forwarding") != 0;
  }

  /** IN_DEV_IGNORE_ROUTES_WITH_LINKDOWN: own. */
  public boolean ignoreRoutesWithLinkdown(Interface at) {
    return own(at.name(), "ignore_routes_with_linkdown") != 0;
  }

  // ---- neighbours

  /**
   * A setting of {@code net.ipv4.neigh} by its last name, such as {@code mcast_solicit}: own, or
   * that of {@code default}.
   */
  public long neighbour(Interface at, String key) {
    String own = "net.ipv4.neigh." + at.name().replace('.', '/') + "." + key;
    return number(own, number("net.ipv4.neigh.default." + key));
  }

  /**
   * Bytes that may wait for one neighbour's address; by {@code unres_qlen} if only that is given.
   */
  public long neighbourQueueBytes(Interface at) {
    String own = "net.ipv4.neigh." + at.name().replace('.', '/') + ".";
    for (String prefix : new String[] {own, "net.ipv4.neigh.default."}) {
      if (has(prefix + "unres_qlen_bytes")) {
        return number(prefix + "unres_qlen_bytes");
      }
      // The file shows bytes / SKB_TRUESIZE(ETH_FRAME_LEN); 101 is what the default shows as.
      if (has(prefix + "unres_qlen") && number(prefix + "unres_qlen") != 101) {
        return number(prefix + "unres_qlen") * SysctlDefaults.TRUESIZE_OF_A_FRAME;
      }
    }
    return number("net.ipv4.neigh.default.unres_qlen_bytes");
  }
}
