package dev.chainfuse.rules.text;

import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.rules.HeaderMatch.Address;
import dev.chainfuse.rules.NumberText;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads {@code address[/mask][,...]} as iptables does (libxtables/xtables.c,
 * xtables_ipparse_multiple): octets in decimal, octal or hexadecimal, missing ones at the end are
 * 0, a mask as a length or dotted.
 */
final class AddressText {
  private AddressText() {}

  /** The addresses of one option, at least one. */
  static List<Address> parse(Token token, boolean inverted) {
    List<Address> out = new ArrayList<>(1);
    String text = token.text();
    int start = 0;
    while (start <= text.length()) {
      int comma = text.indexOf(',', start);
      int end = comma < 0 ? text.length() : comma;
      while (start < end && text.charAt(start) == ' ') {
        start++;
      }
      out.add(one(text.substring(start, end), token.column() + start, inverted));
      start = end + 1;
    }
    if (inverted && out.size() > 1) {
      throw new LineException(
          token.column(), "'!' cannot go with several addresses", "write a chain of rules instead");
    }
    return out;
  }

  private static Address one(String text, int column, boolean inverted) {
    int slash = text.indexOf('/');
    int mask = slash < 0 ? -1 : mask(text.substring(slash + 1), column + slash + 1);
    String host = slash < 0 ? text : text.substring(0, slash);
    long address = dotted(host, false);
    if (address < 0) {
      throw new LineException(
          column,
          "'" + host + "' is not an IPv4 address",
          "host names are not looked up: write the address, such as 192.0.2.1");
    }
    return new Address((int) address & mask, mask, inverted);
  }

  private static int mask(String text, int column) {
    long length = NumberText.parse(text, 32);
    long mask = length >= 0 ? Ipv4.mask((int) length) : dotted(text, true);
    if (length < 0 && mask < 0) {
      throw new LineException(
          column,
          "'" + text + "' is not a mask",
          "a length from 0 to 32, or such as 255.255.255.0");
    }
    return (int) mask;
  }

  /** The unsigned value, or -1. */
  private static long dotted(String text, boolean complete) {
    long value = 0;
    int octets = 0;
    int start = 0;
    while (start <= text.length()) {
      int dot = text.indexOf('.', start);
      int end = dot < 0 ? text.length() : dot;
      long octet = NumberText.parse(text.substring(start, end), 255);
      if (octet < 0 || ++octets > 4) {
        return -1;
      }
      value = value << 8 | octet;
      start = end + 1;
    }
    if (complete && octets != 4) {
      return -1;
    }
    return value << 8 * (4 - octets);
  }
}
