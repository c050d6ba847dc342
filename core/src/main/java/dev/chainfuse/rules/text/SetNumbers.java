package dev.chainfuse.rules.text;

import dev.chainfuse.rules.NumberText;
import dev.chainfuse.rules.match.ServiceNames;

/** Numbers, addresses and ports in the words of {@code ipset}. */
final class SetNumbers {
  private static final int MOST_PORT = 65_535;

  private SetNumbers() {}

  static LineException error(int column, String problem, String mend) {
    return new LineException(column, problem, mend);
  }

  /** A number from {@code least} to {@code most}, as strtoull with base 0. */
  static long number(String text, int column, long least, long most) {
    long value = NumberText.parse(text, most);
    if (value < least) {
      throw error(
          column,
          "'" + text + "' is not a number from " + least + " to " + most,
          "correct the value");
    }
    return value;
  }

  /** An unsigned number of 64 bits but the greatest, which the kernel takes for none. */
  static long counter(String text, int column) {
    try {
      long value = Long.parseUnsignedLong(text);
      if (value != -1 && text.charAt(0) != '+') {
        return value;
      }
    } catch (NumberFormatException e) {
      throw noCounter(text, column);
    }
    throw noCounter(text, column);
  }

  private static LineException noCounter(String text, int column) {
    return error(
        column, "'" + text + "' is not a counter", "a number from 0 to 18446744073709551614");
  }

  /** A whole dotted address within {@code text}. */
  static int address(String text, int from, int to, int column) {
    int address = 0;
    int at = from;
    for (int octet = 0; octet < 4; octet++) {
      int value = 0;
      int digits = 0;
      while (at < to && digits < 4 && isDigit(text.charAt(at))) {
        value = value * 10 + text.charAt(at++) - '0';
        digits++;
      }
      boolean ended = octet == 3 ? at == to : at < to && text.charAt(at) == '.';
      boolean octal = digits > 1 && text.charAt(at - digits) == '0';
      if (digits == 0 || value > 255 || octal || !ended) {
        throw error(
            column + from,
            "'" + text.substring(from, to) + "' is not an IPv4 address",
            "write four numbers from 0 to 255, such as 192.0.2.1; names are not looked up");
      }
      address = address << 8 | value;
      at++;
    }
    return address;
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  /** A prefix length. */
  static int length(String text, int from, int to, int column, int least) {
    long value = NumberText.parse(text.substring(from, to), 32);
    if (value < least) {
      throw error(
          column + from,
          "'" + text.substring(from, to) + "' is not a prefix length from " + least + " to 32",
          "write it as 24");
    }
    return (int) value;
  }

  /** A port by number or, for {@code protocol} by name. */
  static int port(String text, int column, String protocol) {
    long value = NumberText.parse(text, MOST_PORT);
    long port = value >= 0 ? value : ServiceNames.port(text, protocol);
    if (port < 0) {
      throw error(
          column, "'" + text + "' is not a port", "a number from 0 to 65535, or a service's name");
    }
    return (int) port;
  }
}
