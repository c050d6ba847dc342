package dev.chainfuse.rules.match;

import dev.chainfuse.packet.Ipv4;
import java.util.Locale;
import java.util.Map;

/**
 * The numbers of IP protocols by name: IANA's assignments under the names that iptables resolves,
 * and iptables' own aliases (libxtables/xtables.c, xtables_chain_protos). Immutable.
 */
public final class ProtocolNames {
  private static final Map<String, Integer> NUMBERS =
      Map.ofEntries(
          Map.entry("all", 0),
          Map.entry("ip", 0),
          Map.entry("hopopt", 0),
          Map.entry("icmp", Ipv4.ICMP),
          Map.entry("igmp", Ipv4.IGMP),
          Map.entry("ggp", 3),
          Map.entry("ipencap", 4),
          Map.entry("st", 5),
          Map.entry("tcp", Ipv4.TCP),
          Map.entry("egp", 8),
          Map.entry("igp", 9),
          Map.entry("pup", 12),
          Map.entry("udp", Ipv4.UDP),
          Map.entry("hmp", 20),
          Map.entry("xns-idp", 22),
          Map.entry("rdp", 27),
          Map.entry("iso-tp4", 29),
          Map.entry("dccp", Ipv4.DCCP),
          Map.entry("xtp", 36),
          Map.entry("ddp", 37),
          Map.entry("idpr-cmtp", 38),
          Map.entry("ipv6", 41),
          Map.entry("ipv6-route", 43),
          Map.entry("ipv6-frag", 44),
          Map.entry("idrp", 45),
          Map.entry("rsvp", 46),
          Map.entry("gre", Ipv4.GRE),
          Map.entry("esp", 50),
          Map.entry("ah", 51),
          Map.entry("skip", 57),
          Map.entry("ipv6-icmp", 58),
          Map.entry("icmpv6", 58),
          Map.entry("ipv6-nonxt", 59),
          Map.entry("ipv6-opts", 60),
          Map.entry("rspf", 73),
          Map.entry("vmtp", 81),
          Map.entry("eigrp", 88),
          Map.entry("ospf", 89),
          Map.entry("ax.25", 93),
          Map.entry("ipip", 94),
          Map.entry("etherip", 97),
          Map.entry("encap", 98),
          Map.entry("pim", 103),
          Map.entry("ipcomp", 108),
          Map.entry("vrrp", 112),
          Map.entry("l2tp", 115),
          Map.entry("isis", 124),
          Map.entry("sctp", Ipv4.SCTP),
          Map.entry("fc", 133),
          Map.entry("mobility-header", 135),
          Map.entry("mh", 135),
          Map.entry("ipv6-mh", 135),
          Map.entry("udplite", Ipv4.UDPLITE),
          Map.entry("mpls-in-ip", 137),
          Map.entry("manet", 138),
          Map.entry("hip", 139),
          Map.entry("shim6", 140),
          Map.entry("wesp", 141),
          Map.entry("rohc", 142),
          Map.entry("ethernet", 143));

  private ProtocolNames() {}

  /** The number of a protocol given by name or number, 0 to 255; -1 if it is neither. */
  public static int parse(String text) {
    int number = (int) Numbers.parse(text, 255);
    return number >= 0 ? number : NUMBERS.getOrDefault(text.toLowerCase(Locale.ROOT), -1);
  }
}
