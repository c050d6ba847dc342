package dev.chainfuse.rules;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Names of IP protocols as {@code /etc/protocols} of a Debian system has them (IANA's registry of
 * protocol numbers), and those that iptables itself knows.
 */
public final class ProtocolNames {
  private static final String TABLE =
      """
      icmp=1 igmp=2 ggp=3 ipencap=4 st=5 tcp=6 egp=8 igp=9 pup=12 udp=17 hmp=20 xns-idp=22
      rdp=27 iso-tp4=29 dccp=33 xtp=36 ddp=37 idpr-cmtp=38 ipv6=41 ipv6-route=43
      ipv6-frag=44 idrp=45 rsvp=46 gre=47 esp=50 ah=51 skip=57 ipv6-icmp=58 ipv6-nonxt=59
      ipv6-opts=60 rspf=73 vmtp=81 eigrp=88 ospf=89 ax.25=93 ipip=94 etherip=97 encap=98
      pim=103 ipcomp=108 vrrp=112 l2tp=115 isis=124 sctp=132 fc=133 mobility-header=135
      udplite=136 mpls-in-ip=137 manet=138 hip=139 shim6=140 wesp=141 rohc=142
      ethernet=143
      """;

  private static final Map<String, Integer> NUMBERS = new HashMap<>();
  private static final @Nullable String[] NAMES = new String[256];

  static {
    for (String entry : TABLE.trim().split("\\s+")) {
      int equals = entry.indexOf('=');
      String name = entry.substring(0, equals);
      int number = Integer.parseInt(entry.substring(equals + 1));
      NUMBERS.put(name, number);
      NAMES[number] = name;
    }
    // iptables' own (libxtables/xtables.c, xtables_chain_protos).
    NUMBERS.put("icmpv6", 58);
    NUMBERS.put("mh", 135);
    NUMBERS.put("ipv6-mh", 135);
    NUMBERS.put("all", 0);
    NUMBERS.put("ip", 0);
    NUMBERS.put("hopopt", 0);
  }

  private ProtocolNames() {}

  /**
   * The number that a protocol's name or number means, whatever its case; {@code all} is 0.
   *
   * @return 0 to 255, or -1 if it means none
   */
  public static int number(String text) {
    long number = NumberText.parse(text, 255);
    if (number >= 0) {
      return (int) number;
    }
    return NUMBERS.getOrDefault(text.toLowerCase(Locale.ROOT), -1);
  }

  /** The name of a protocol, or null if it has none. */
  public static @Nullable String name(int number) {
    return NAMES[number];
  }

  /** The name of a protocol, or its number if it has none. */
  public static String nameOrNumber(int number) {
    String name = NAMES[number];
    return name == null ? Integer.toString(number) : name;
  }
}
