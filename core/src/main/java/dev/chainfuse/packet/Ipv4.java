package dev.chainfuse.packet;

/**
 * Offsets and numbers of Ethernet, IPv4 (RFC 791), TCP, UDP and ICMP headers, and text forms of
 * addresses.
 */
public final class Ipv4 {
  public static final int ETHERNET_HEADER = 14;
  public static final int ETHERTYPE_IPV4 = 0x0800;
  public static final int ETHERTYPE_ARP = 0x0806;
  public static final int ETHERTYPE_VLAN = 0x8100;

  public static final int TOS = 1;
  public static final int TOTAL_LENGTH = 2;
  public static final int ID = 4;
  public static final int FRAGMENT = 6;
  public static final int TTL = 8;
  public static final int PROTOCOL = 9;
  public static final int CHECKSUM = 10;
  public static final int SOURCE = 12;
  public static final int DESTINATION = 16;
  public static final int MINIMUM_HEADER = 20;

  /** Fragment word: do not fragment. */
  public static final int DONT_FRAGMENT = 0x4000;

  /** Fragment word: more fragments. */
  public static final int MORE_FRAGMENTS = 0x2000;

  /** Fragment word: offset in units of 8 bytes. */
  public static final int OFFSET_MASK = 0x1fff;

  public static final int ICMP = 1;
  public static final int IGMP = 2;
  public static final int TCP = 6;
  public static final int UDP = 17;
  public static final int DCCP = 33;
  public static final int GRE = 47;
  public static final int ESP = 50;
  public static final int AH = 51;
  public static final int SCTP = 132;
  public static final int UDPLITE = 136;

  public static final int TCP_FIN = 1;
  public static final int TCP_SYN = 2;
  public static final int TCP_RST = 4;
  public static final int TCP_PSH = 8;
  public static final int TCP_ACK = 16;
  public static final int TCP_URG = 32;
  public static final int TCP_ECE = 64;
  public static final int TCP_CWR = 128;

  private Ipv4() {}

  /** Dotted decimal form. */
  public static String format(int address) {
    return (address >>> 24)
        + "."
        + (address >>> 16 & 255)
        + "."
        + (address >>> 8 & 255)
        + "."
        + (address & 255);
  }

  /**
   * Parses four decimal numbers with dots, each 0 to 255.
   *
   * @throws IllegalArgumentException if the text is anything else
   */
  public static int parse(String text) {
    int value = 0;
    int octets = 0;
    int octet = -1;
    for (int i = 0; i <= text.length(); i++) {
      char c = i == text.length() ? '.' : text.charAt(i);
      if (c == '.') {
        if (octet < 0 || ++octets > 4) {
          throw new IllegalArgumentException("'" + text + "' is not an IPv4 address");
        }
        value = value << 8 | octet;
        octet = -1;
      } else if (c >= '0' && c <= '9') {
        octet = Math.max(octet, 0) * 10 + (c - '0');
        if (octet > 255) {
          throw new IllegalArgumentException("'" + text + "' is not an IPv4 address");
        }
      } else {
        throw new IllegalArgumentException("'" + text + "' is not an IPv4 address");
      }
    }
    if (octets != 4) {
      throw new IllegalArgumentException("'" + text + "' is not an IPv4 address");
    }
    return value;
  }

  /** The mask of a prefix length from 0 to 32. */
  public static int mask(int prefixLength) {
    return prefixLength == 0 ? 0 : -1 << (32 - prefixLength);
  }

  /** The prefix length of a contiguous mask, or -1. */
  public static int prefixLength(int mask) {
    int length = Integer.bitCount(mask);
    return mask(length) == mask ? length : -1;
  }

  public static boolean isMulticast(int address) {
    return address >>> 28 == 14;
  }

  public static boolean isLoopback(int address) {
    return address >>> 24 == 127;
  }

  /** A MAC address in its colon form, from the low 48 bits. */
  public static String formatMac(long mac) {
    StringBuilder out = new StringBuilder(17);
    for (int shift = 40; shift >= 0; shift -= 8) {
      int octet = (int) (mac >>> shift) & 255;
      out.append(Character.forDigit(octet >>> 4, 16)).append(Character.forDigit(octet & 15, 16));
      if (shift > 0) {
        out.append(':');
      }
    }
    return out.toString();
  }

  /**
   * Parses six hexadecimal octets with colons.
   *
   * @throws IllegalArgumentException if the text is anything else
   */
  public static long parseMac(String text) {
    String[] octets = text.split(":", -1);
    if (octets.length != 6) {
      throw new IllegalArgumentException("'" + text + "' is not a MAC address");
    }
    long mac = 0;
    for (String octet : octets) {
      if (octet.isEmpty() || octet.length() > 2) {
        throw new IllegalArgumentException("'" + text + "' is not a MAC address");
      }
      int value;
      try {
        value = Integer.parseInt(octet, 16);
      } catch (NumberFormatException e) {
        throw new IllegalArgumentException("'" + text + "' is not a MAC address", e);
      }
      if (value < 0) {
        throw new IllegalArgumentException("'" + text + "' is not a MAC address");
      }
      mac = mac << 8 | value;
    }
    return mac;
  }
}
