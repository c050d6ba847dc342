package dev.chainfuse.rules.text;

import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.rules.ProtocolNames;
import dev.chainfuse.rules.match.ServiceNames;
import dev.chainfuse.stateful.SetHeader;
import dev.chainfuse.stateful.SetHeader.MaskForm;
import dev.chainfuse.stateful.SetKey;
import dev.chainfuse.stateful.SetType;

/**
 * An element as {@code ipset add} takes it: an address, a network or a range, a port or a range, a
 * second address, a MAC address. A range stands for many elements. Reused; used by one thread.
 */
final class SetElement {
  private static final int WHOLE = 32;
  private static final int ICMPV6 = 58;

  private String text = "";
  private int column;
  private SetHeader header = SetHeader.of(SetType.HASH_IP);

  // Addresses are unsigned; a length of -1 says that the range has to be split into networks.
  private long firstFrom;
  private long firstTo;
  private int firstLength;
  private int protocol;
  private int portFrom;
  private int portTo;
  private long secondFrom;
  private long secondTo;
  private int secondLength;
  private long mac;

  // What address() read last.
  private long from;
  private long to;
  private int length;

  /** Receives single elements. */
  @FunctionalInterface
  interface Single {
    void take(long first, long second);
  }

  /** Reads the word that names the element. */
  void parse(SetHeader of, String word, int at) {
    text = word;
    column = at;
    header = of;
    firstFrom = 0;
    firstTo = 0;
    firstLength = WHOLE;
    protocol = 0;
    portFrom = 0;
    portTo = 0;
    secondFrom = 0;
    secondTo = 0;
    secondLength = 0;
    int parts = parts(of.type());
    int firstEnd = end(0, parts > 1);
    int secondEnd = parts > 1 ? end(firstEnd + 1, parts > 2) : firstEnd;
    switch (of.type()) {
      case HASH_MAC -> mac = mac();
      case BITMAP_PORT -> bitmapPorts();
      case LIST_SET -> throw new IllegalArgumentException("a member of a list is a name");
      case HASH_NET_NET -> {
        first(firstEnd, true, 0);
        second(firstEnd + 1, true, 0);
      }
      case HASH_IP, HASH_IP_PORT, HASH_IP_PORT_IP, HASH_IP_PORT_NET, BITMAP_IP ->
          first(firstEnd, false, 1);
      case HASH_NET, HASH_NET_PORT -> first(firstEnd, true, 1);
    }
    if (of.type().hasPort()) {
      ports(firstEnd + 1, secondEnd);
    }
    if (of.type() == SetType.HASH_IP_PORT_NET) {
      second(secondEnd + 1, true, 1);
    } else if (of.type() == SetType.HASH_IP_PORT_IP) {
      secondFrom = whole(secondEnd + 1, text.length());
      secondTo = secondFrom;
      secondLength = WHOLE;
    }
    checkValues();
  }

  private static int parts(SetType type) {
    return switch (type) {
      case HASH_IP, HASH_NET, HASH_MAC, BITMAP_IP, BITMAP_PORT, LIST_SET -> 1;
      case HASH_IP_PORT, HASH_NET_PORT, HASH_NET_NET -> 2;
      case HASH_IP_PORT_IP, HASH_IP_PORT_NET -> 3;
    };
  }

  private LineException error(int at, String problem, String mend) {
    return new LineException(column + at, problem, mend);
  }

  /** Where the part that begins at {@code start} ends. */
  private int end(int start, boolean more) {
    int comma = text.indexOf(',', start);
    if (more && comma < 0) {
      throw error(
          0,
          "'" + text + "' has too few parts",
          "an element of " + header.type().text() + " has its parts between commas");
    }
    if (!more && comma >= 0) {
      throw error(
          comma,
          "'" + text + "' has too many parts",
          "a set of type " + header.type().text() + " has no more");
    }
    return comma < 0 ? text.length() : comma;
  }

  private void first(int end, boolean net, int least) {
    address(0, end, net, least);
    firstFrom = from;
    firstTo = to;
    firstLength = length;
  }

  private void second(int start, boolean net, int least) {
    address(start, text.length(), net, least);
    secondFrom = from;
    secondTo = to;
    secondLength = length;
  }

  private long whole(int start, int end) {
    return SetNumbers.address(text, start, end, column) & 0xffff_ffffL;
  }

  /** {@code A}, {@code A/LENGTH} or {@code A-B}. */
  private void address(int start, int end, boolean net, int least) {
    int dash = indexOf('-', start, end);
    int slash = indexOf('/', start, end);
    length = WHOLE;
    if (dash >= 0) {
      long a = whole(start, dash);
      long b = whole(dash + 1, end);
      from = Math.min(a, b);
      to = Math.max(a, b);
      length = net ? -1 : WHOLE;
      if (from == 0 && to == 0xffff_ffffL) {
        throw error(start, "the range covers the whole address space", "write two halves");
      }
    } else if (slash >= 0) {
      int bits = SetNumbers.length(text, slash + 1, end, column, least);
      int address = (int) whole(start, slash) & Ipv4.mask(bits);
      from = address & 0xffff_ffffL;
      to = net ? from : (address | ~Ipv4.mask(bits)) & 0xffff_ffffL;
      length = net ? bits : WHOLE;
    } else {
      from = whole(start, end);
      to = from;
    }
  }

  private int indexOf(char c, int start, int end) {
    int at = text.indexOf(c, start);
    return at < end ? at : -1;
  }

  /** {@code [PROTOCOL:]PORT[-PORT]}; without protocol it is TCP. */
  private void ports(int start, int end) {
    int colon = indexOf(':', start, end);
    protocol = Ipv4.TCP;
    int at = start;
    if (colon >= 0) {
      String name = text.substring(start, colon);
      protocol = ProtocolNames.number(name);
      if (protocol <= 0) {
        throw error(start, "'" + name + "' is not a protocol", "such as tcp, udp, icmp or 47");
      }
      at = colon + 1;
    }
    switch (protocol) {
      case Ipv4.TCP, Ipv4.UDP, Ipv4.UDPLITE, Ipv4.SCTP -> range(at, end, portNames());
      case Ipv4.ICMP -> {
        portFrom = SetIcmp.parse(text.substring(at, end), column + at);
        portTo = portFrom;
      }
      default -> {
        if (!text.substring(at, end).equals("0")) {
          throw error(
              at, "protocol " + text.substring(start, at - 1) + " has no ports", "write :0");
        }
      }
    }
  }

  private String portNames() {
    return protocol == Ipv4.UDP ? "udp" : protocol == Ipv4.SCTP ? "sctp" : "tcp";
  }

  private void bitmapPorts() {
    int colon = text.indexOf(':');
    String protocolName = colon < 0 ? "tcp" : text.substring(0, colon);
    range(colon + 1, text.length(), protocolName);
    if (portFrom < header.from() || portTo > header.to()) {
      throw error(0, "Element is out of the range of the set", rangeText());
    }
  }

  private void range(int start, int end, String names) {
    String word = text.substring(start, end);
    int dash = word.indexOf('-', 1);
    if (dash < 0 || ServiceNames.port(word, names) >= 0) {
      portFrom = SetNumbers.port(word, column + start, names);
      portTo = portFrom;
      return;
    }
    int a = SetNumbers.port(word.substring(0, dash), column + start, names);
    int b = SetNumbers.port(word.substring(dash + 1), column + start + dash + 1, names);
    portFrom = Math.min(a, b);
    portTo = Math.max(a, b);
  }

  private long mac() {
    try {
      return Ipv4.parseMac(text);
    } catch (IllegalArgumentException e) {
      throw error(0, "'" + text + "' is not a MAC address", "write it as 02:42:ac:11:00:02");
    }
  }

  private String rangeText() {
    return header.type() == SetType.BITMAP_PORT
        ? "it goes from " + header.from() + " to " + header.to()
        : "it goes from " + Ipv4.format(header.from()) + " to " + Ipv4.format(header.to());
  }

  private void checkValues() {
    boolean none =
        switch (header.type()) {
          case HASH_IP, HASH_IP_PORT -> ((int) firstFrom & header.mask()) == 0;
          case HASH_MAC -> mac == 0;
          default -> false;
        };
    if (none) {
      throw error(0, "Null-valued element, cannot be stored in a hash type of set", "");
    }
    if (header.type() == SetType.BITMAP_IP
        && (firstFrom < (header.from() & 0xffff_ffffL) || firstTo > (header.to() & 0xffff_ffffL))) {
      throw error(0, "Element is out of the range of the set", rangeText());
    }
  }

  /** Hands over each element that was read, without flags. */
  void each(Single single) {
    if (header.type() == SetType.HASH_MAC) {
      single.take(SetKey.mac(mac), 0);
      return;
    }
    boolean prefixed = header.maskForm() == MaskForm.PREFIX_LENGTH;
    long step = prefixed ? 1L << WHOLE - Ipv4.prefixLength(header.mask()) : 1;
    long start = header.type() == SetType.BITMAP_IP ? firstFrom : firstFrom & -step;
    for (long a = start; a <= firstTo; ) {
      int bits = firstLength >= 0 ? firstLength : networkAt(a, firstTo);
      for (int port = portFrom; port <= portTo; port++) {
        eachSecond(SetKey.first((int) a & header.mask(), bits, protocol, port), single);
      }
      a += firstLength >= 0 ? step : 1L << WHOLE - bits;
    }
  }

  private void eachSecond(long first, Single single) {
    if (!header.type().hasSecond()) {
      single.take(first, 0);
      return;
    }
    for (long a = secondFrom; a <= secondTo; ) {
      int bits = secondLength >= 0 ? secondLength : networkAt(a, secondTo);
      single.take(first, SetKey.second((int) a, bits));
      a += 1L << WHOLE - bits;
    }
  }

  /** Prefix length of the largest network that begins at an address and ends by {@code last}. */
  private static int networkAt(long first, long last) {
    int bits = WHOLE;
    while (bits > 1) {
      long size = 1L << WHOLE - bits + 1;
      if ((first & size - 1) != 0 || first + size - 1 > last) {
        break;
      }
      bits--;
    }
    return bits;
  }

  /** Appends an element as {@code ipset save} prints it. */
  static void append(StringBuilder out, SetType type, long first, long second) {
    if (type == SetType.HASH_MAC) {
      long mac = SetKey.macAddress(first);
      for (int shift = 40; shift >= 0; shift -= 8) {
        int octet = (int) (mac >>> shift) & 255;
        out.append(HEX.charAt(octet >> 4)).append(HEX.charAt(octet & 15));
        out.append(shift > 0 ? ":" : "");
      }
      return;
    }
    if (type == SetType.BITMAP_PORT) {
      out.append(SetKey.port(first));
      return;
    }
    network(out, first);
    if (type.hasPort()) {
      out.append(',');
      port(out, SetKey.protocol(first), SetKey.port(first));
    }
    if (type.hasSecond()) {
      out.append(',');
      network(out, second);
    }
  }

  private static final String HEX = "0123456789ABCDEF";

  private static void network(StringBuilder out, long word) {
    int address = SetKey.address(word);
    out.append(address >>> 24).append('.').append(address >> 16 & 255).append('.');
    out.append(address >> 8 & 255).append('.').append(address & 255);
    if (SetKey.length(word) != WHOLE) {
      out.append('/').append(SetKey.length(word));
    }
  }

  private static void port(StringBuilder out, int protocol, int port) {
    String name = ProtocolNames.name(protocol);
    out.append(name == null ? Integer.toString(protocol) : name).append(':');
    out.append(
        switch (protocol) {
          case Ipv4.ICMP -> SetIcmp.format(port);
          case ICMPV6 -> SetIcmp.format6(port);
          default -> Integer.toString(port);
        });
  }
}
