package dev.chainfuse.rules.text;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Names of ICMP types and codes as ipset 7.17 prints them. */
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

  private static final Map<String, Integer> NUMBERS = new HashMap<>();
  private static final Map<Integer, String> NAMES = new HashMap<>();

  static {
    for (String entry : TABLE.trim().split("\\s+")) {
      int equals = entry.indexOf('=');
      int number = numbers(entry.substring(equals + 1));
      NUMBERS.put(entry.substring(0, equals), number);
      NAMES.putIfAbsent(number, entry.substring(0, equals));
    }
  }

  private SetIcmp() {}

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
    @Nullable String name = NAMES.get(typeAndCode);
    return name == null ? (typeAndCode >>> 8) + "/" + (typeAndCode & 255) : name;
  }
}
