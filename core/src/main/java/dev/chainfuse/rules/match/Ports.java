package dev.chainfuse.rules.match;

import dev.chainfuse.rules.OptionValues;

/** Reads ports and ranges of ports, the two ways in which iptables does. */
final class Ports {
  private Ports() {}

  /**
   * A port as tcp and multiport read it: a number (0x and 0 prefixes count) or a name that {@code
   * protocol} has.
   */
  static int named(OptionValues values, String option, String text, String protocol) {
    String trimmed = text.stripLeading();
    long number = Numbers.parse(trimmed, PortRange.MAX);
    if (number >= 0) {
      return (int) number;
    }
    int port = ServiceNames.port(text, protocol);
    if (port < 0) {
      throw bad(values, option, text, " of " + protocol);
    }
    return port;
  }

  /**
   * A port as udp and conntrack read it: a decimal number or a name of whatever protocol. Numbers
   * above 65535, which iptables silently cuts to 16 bits, are refused.
   */
  static int resolved(OptionValues values, String option, String text) {
    long number =
        Numbers.parseDecimal(text.startsWith("+") ? text.substring(1) : text, PortRange.MAX);
    if (number >= 0) {
      return (int) number;
    }
    int port = ServiceNames.port(text);
    if (port < 0) {
      throw bad(values, option, text, "");
    }
    return port;
  }

  private static RuntimeException bad(
      OptionValues values, String option, String text, String whose) {
    return values.error(
        option,
        "'" + text + "' is neither a port from 0 to 65535 nor a known service" + whose,
        "write the port's number");
  }

  /** The option's {@code port} or {@code first:last} as tcp reads it; any port if not given. */
  static PortRange named(OptionValues values, String option, String protocol) {
    String text = values.value(option);
    if (text == null) {
      return PortRange.ANY;
    }
    boolean inverted = values.inverted(option);
    int colon = text.indexOf(':');
    if (colon < 0) {
      int port = named(values, option, text, protocol);
      return new PortRange(port, port, inverted);
    }
    String low = text.substring(0, colon);
    String high = text.substring(colon + 1);
    int first = low.isEmpty() ? 0 : named(values, option, low, protocol);
    int last = high.isEmpty() ? PortRange.MAX : named(values, option, high, protocol);
    if (first > last) {
      throw values.error(
          option, "port range '" + text + "' ends before it begins", "write the lower port first");
    }
    return new PortRange(first, last, inverted);
  }

  /** The option's {@code port} or {@code first:last} as udp reads it; any port if not given. */
  static PortRange resolved(OptionValues values, String option) {
    String text = values.value(option);
    if (text == null) {
      return PortRange.ANY;
    }
    boolean inverted = values.inverted(option);
    int colon = text.indexOf(':');
    if (colon < 0) {
      int port = resolved(values, option, text);
      return new PortRange(port, port, inverted);
    }
    String low = text.substring(0, colon);
    String high = text.substring(colon + 1);
    int first = low.isEmpty() ? 0 : resolved(values, option, low);
    int last = high.isEmpty() ? PortRange.MAX : resolved(values, option, high);
    return new PortRange(first, last, inverted);
  }
}
