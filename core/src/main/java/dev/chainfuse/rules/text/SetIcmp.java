package dev.chainfuse.rules.text;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Names of ICMP types and codes as ipset 7.17 prints them; those of ICMPv6, too, as a packet of
 * that protocol may come over IPv4.
 */
final class SetIcmp {
  private static final String TABLE =
      """
      echo-reply=0/0 pong=0/0 network-unreachable=3/0 host-unreachable=3/1
      protocol-unreachable=3/2 port-unreachable=3/3 fragmentation-needed=3/4
      source-route-failed=3/5 network-unknown=3/6 host-unknown=3/7 network-prohibited=3/9
      host-prohibited=3/10 TOS-network-unreachable=3/11 TOS-host-unreachable=3/12
      communication-prohibited=3/13 host-precedence-violation=3/14 precedence-cutoff=3/15
      source-quench=4/0 network-redirect=5/0 host-redirect=5/1 TOS-network-redirect=5/2
      TOS-host-redirect=5/3 echo-request=8/0 ping=8/0 router-advertisement=9/0
      router-solicitation=10/0 ttl-zero-during-transit=11/0 ttl-zero-during-reassembly=11/1
      ip-header-bad=12/0 required-option-missing=12/1 timestamp-request=13/0
      timestamp-reply=14/0 address-mask-request=17/0 address-mask-reply=18/0
      """;

  private static final String TABLE_6 =
      """
      no-route=1/0 communication-prohibited=1/1 address-unreachable=1/3 port-unreachable=1/4
      packet-too-big=2/0 ttl-zero-during-transit=3/0 ttl-zero-during-reassembly=3/1
      bad-header=4/0 unknown-header-type=4/1 unknown-option=4/2 echo-request=128/0
      echo-reply=129/0 router-solicitation=133/0 router-advertisement=134/0
      neighbour-solicitation=135/0 neighbour-advertisement=136/0 redirect=137/0
      """;

  private static final Map<Integer, String> NAMES_6 = new HashMap<>();
  private static final Map<String, Integer> NUMBERS = new HashMap<>();
  private static final Map<Integer, String> NAMES = new HashMap<>();

  static {
    fill(TABLE, NUMBERS, NAMES);
    fill(TABLE_6, new HashMap<>(), NAMES_6);
  }

  private SetIcmp() {}

  private static void fill(String table, Map<String, Integer> numbers, Map<Integer, String> names) {
    for (String entry : table.trim().split("\\s+")) {
      int equals = entry.indexOf('=');
      int number = numbers(entry.substring(equals + 1));
      numbers.put(entry.substring(0, equals), number);
      names.putIfAbsent(number, entry.substring(0, equals));
    }
  }

  private static int numbers(String text) {
    int slash = text.indexOf('/');
    return Integer.parseInt(text.substring(0, slash)) << 8
        | Integer.parseInt(text.substring(slash + 1));
  }

  /** {@code type << 8 | code}. */
  static int parse(String text, int column) {
    Integer named = NUMBERS.get(text);
    if (named != null) {
      return named;
    }
    int slash = text.indexOf('/');
    if (slash < 0) {
      throw new LineException(
          column,
          "'" + text + "' is not an ICMP type and code",
          "write type/code, such as 3/4, or a name such as echo-request");
    }
    int type = (int) SetNumbers.number(text.substring(0, slash), column, 0, 255);
    int code = (int) SetNumbers.number(text.substring(slash + 1), column + slash + 1, 0, 255);
    return type << 8 | code;
  }

  /** The name, or type and code. */
  static String format(int typeAndCode) {
    return format(NAMES.get(typeAndCode), typeAndCode);
  }

  /** The same of ICMPv6. */
  static String format6(int typeAndCode) {
    return format(NAMES_6.get(typeAndCode), typeAndCode);
  }

  private static String format(@Nullable String name, int typeAndCode) {
    return name == null ? (typeAndCode >>> 8) + "/" + (typeAndCode & 255) : name;
  }
}
