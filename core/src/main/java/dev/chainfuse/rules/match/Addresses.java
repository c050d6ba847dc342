package dev.chainfuse.rules.match;

import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.rules.OptionValues;

/** Reads addresses in options. Host names are not resolved, and shortened forms not guessed. */
final class Addresses {
  private Addresses() {}

  /** An address in dotted decimal. */
  static int address(OptionValues values, String option, String text) {
    try {
      return Ipv4.parse(text);
    } catch (IllegalArgumentException e) {
      throw values.error(
          option,
          "'" + text + "' is not an IPv4 address",
          "write four numbers from 0 to 255 with dots; names are not resolved");
    }
  }

  /**
   * The mask behind a slash: a length from 0 to 32 or a contiguous dotted mask. iptables 1.8.9
   * silently takes any other for /32; here it is refused.
   */
  static int mask(OptionValues values, String option, String text) {
    int length =
        text.indexOf('.') >= 0
            ? Ipv4.prefixLength(address(values, option, text))
            : (int) Numbers.parseDecimal(text, 32);
    if (length < 0) {
      throw values.error(
          option,
          "'" + text + "' is not a mask of leading ones",
          "write a length from 0 to 32 or a mask such as 255.255.0.0");
    }
    return Ipv4.mask(length);
  }
}
