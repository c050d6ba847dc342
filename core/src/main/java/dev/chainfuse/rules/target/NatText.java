package dev.chainfuse.rules.target;

import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.rules.NatRange;
import dev.chainfuse.rules.NumberText;
import dev.chainfuse.rules.OptionValues;
import dev.chainfuse.rules.match.ServiceNames;

/**
 * Reads and writes {@code ADDRESS[-ADDRESS][:PORT[-PORT[/BASE]]]} of the NAT targets
 * (extensions/libxt_NAT.c of iptables). A range and the base port of its shift, 0 without one.
 */
record NatText(NatRange range, int basePort) {
  private static final int MAX_PORT = 0xffff;

  /** The whole form: {@code --to-source}, {@code --to-destination}. */
  static NatText addresses(OptionValues values, String option, int flags) {
    String text = String.valueOf(values.value(option));
    int colon = text.indexOf(':');
    String address = colon < 0 ? text : text.substring(0, colon);
    NatRange range = new NatRange(flags, 0, 0, 0, 0);
    if (colon != 0) {
      range = withAddresses(values, option, address, range);
    }
    return colon < 0
        ? new NatText(range, 0)
        : ports(values, option, text.substring(colon + 1), range);
  }

  private static NatRange withAddresses(
      OptionValues values, String option, String text, NatRange range) {
    int dash = text.indexOf('-');
    int min = address(values, option, dash < 0 ? text : text.substring(0, dash));
    int max = dash < 0 ? min : address(values, option, text.substring(dash + 1));
    return new NatRange(range.flags() | NatRange.MAP_ADDRESSES, min, max, 0, 0);
  }

  private static int address(OptionValues values, String option, String text) {
    try {
      return Ipv4.parse(text);
    } catch (IllegalArgumentException e) {
      throw values.error(option, String.valueOf(e.getMessage()), "write it as 192.0.2.1");
    }
  }

  /** The ports alone: {@code --to-ports}, or what follows the colon. */
  static NatText ports(OptionValues values, String option, String text, NatRange range) {
    requirePorts(values, option);
    int end = NumberText.end(text);
    if (end == 0 || end == text.length()) {
      int port = port(values, option, text);
      return new NatText(withPorts(range, 0, port, port), 0);
    }
    char separator = text.charAt(end);
    if (separator != '-') {
      throw garbage(values, option, text.substring(end));
    }
    int min = port(values, option, text.substring(0, end));
    String rest = text.substring(end + 1);
    int slash = rest.indexOf('/');
    String last = slash < 0 ? rest : rest.substring(0, slash);
    int max = NumberText.end(last) == 0 ? -1 : port(values, option, last);
    if (max < 0) {
      throw values.error(
          option, "'" + last + "' is not a port number", "write both ends of the range as numbers");
    }
    if (max < min) {
      throw values.error(
          option, "the port range " + min + "-" + max + " ends before it begins", "swap its ends");
    }
    if (slash < 0) {
      return new NatText(withPorts(range, 0, min, max), 0);
    }
    int base = port(values, option, rest.substring(slash + 1));
    if (base == 0) {
      throw values.error(option, "the base port is 0", "write the port that maps to " + min);
    }
    return new NatText(withPorts(range, NatRange.PORT_OFFSET, min, max), base);
  }

  private static NatRange withPorts(NatRange range, int flags, int min, int max) {
    return new NatRange(
        range.flags() | NatRange.PORTS_SPECIFIED | flags,
        range.minAddress(),
        range.maxAddress(),
        min,
        max);
  }

  private static RuntimeException garbage(OptionValues values, String option, String rest) {
    return values.error(
        option, "'" + rest + "' stands after the port", "one port, or a range such as 1024-65535");
  }

  private static int port(OptionValues values, String option, String text) {
    int end = NumberText.end(text);
    if (end > 0 && end < text.length()) {
      throw garbage(values, option, text.substring(end));
    }
    long number = NumberText.parse(text, MAX_PORT);
    int port = number >= 0 ? (int) number : ServiceNames.port(text);
    if (port < 0) {
      throw values.error(
          option, "'" + text + "' is not a port", "a number from 0 to 65535, or a service's name");
    }
    return port;
  }

  /** The protocols for which iptables lets a NAT rule name ports; it does not look at {@code !}. */
  private static void requirePorts(OptionValues values, String option) {
    switch (values.header().protocol()) {
      case Ipv4.TCP, Ipv4.UDP, Ipv4.SCTP, Ipv4.DCCP, Ipv4.ICMP -> {}
      default ->
          throw values.error(
              option,
              "ports need a protocol that has ports",
              "add -p tcp, -p udp, -p sctp or -p dccp to the rule");
    }
  }

  /** {@code 192.0.2.1-192.0.2.9:80-90/100}. */
  void append(StringBuilder out) {
    if (range.has(NatRange.MAP_ADDRESSES)) {
      out.append(Ipv4.format(range.minAddress()));
      if (range.maxAddress() != range.minAddress()) {
        out.append('-').append(Ipv4.format(range.maxAddress()));
      }
    }
    if (range.has(NatRange.PORTS_SPECIFIED)) {
      out.append(':');
      appendPorts(out);
    }
  }

  /** {@code 80-90/100}. */
  void appendPorts(StringBuilder out) {
    out.append(range.minPort());
    if (range.maxPort() != range.minPort()) {
      out.append('-').append(range.maxPort());
    }
    if (range.has(NatRange.PORT_OFFSET)) {
      out.append('/').append(basePort);
    }
  }

  /**
   * The flags as options, each behind {@code separator}: {@code " --"} in a rule, {@code " "} in a
   * listing.
   */
  static void appendFlags(StringBuilder out, NatRange range, String separator) {
    if (range.has(NatRange.RANDOM)) {
      out.append(separator).append("random");
    }
    if (range.has(NatRange.RANDOM_FULLY)) {
      out.append(separator).append("random-fully");
    }
    if (range.has(NatRange.PERSISTENT)) {
      out.append(separator).append("persistent");
    }
  }

  /**
   * The flags that the options {@code random}, {@code random-fully}, {@code persistent} ask for.
   */
  static int flags(OptionValues values) {
    int flags = values.has("random") ? NatRange.RANDOM : 0;
    flags |= values.has("random-fully") ? NatRange.RANDOM_FULLY : 0;
    return flags | (values.has("persistent") ? NatRange.PERSISTENT : 0);
  }
}
