package dev.chainfuse.stateful;

/**
 * An element of a set as one or two words.
 *
 * <pre>
 *          63            32 31         16 15        8 7         2  1   0
 *         +----------------+-------------+-----------+-----------+---+---+
 * first   |   address 1    |    port     | protocol  | length 1  | N | 1 |
 *         +----------------+-------------+-----------+-----------+---+---+
 * or, of  | MAC address (48 bits)        |     0                 | N | 1 |
 * hash:mac+------------------------------+-----------------------+---+---+
 * second  |   address 2    |             0           | length 2  |   0   |
 *         +----------------+-------------------------+-----------+-------+
 * </pre>
 *
 * N: nomatch, no part of the key. Lengths of prefixes are 32 where a type has none. The lowest bit
 * tells an element from an empty slot.
 */
public final class SetKey {
  private static final long USED = 1;

  /** The element is {@code nomatch}. */
  public static final long NOMATCH = 2;

  private static final int LENGTH_SHIFT = 2;
  private static final int PROTOCOL_SHIFT = 8;
  private static final int PORT_SHIFT = 16;
  private static final int ADDRESS_SHIFT = 32;

  private SetKey() {}

  /** The first word; ports are in host order, ICMP types and codes {@code type << 8 | code}. */
  public static long first(int address, int length, int protocol, int port) {
    return (long) address << ADDRESS_SHIFT
        | (long) port << PORT_SHIFT
        | (long) protocol << PROTOCOL_SHIFT
        | (long) length << LENGTH_SHIFT
        | USED;
  }

  /** The first word of a MAC address. */
  public static long mac(long address) {
    return address << PORT_SHIFT | USED;
  }

  /** The second word. */
  public static long second(int address, int length) {
    return (long) address << ADDRESS_SHIFT | (long) length << LENGTH_SHIFT;
  }

  public static int address(long word) {
    return (int) (word >>> ADDRESS_SHIFT);
  }

  public static int length(long word) {
    return (int) (word >>> LENGTH_SHIFT) & 63;
  }

  public static int protocol(long first) {
    return (int) (first >>> PROTOCOL_SHIFT) & 255;
  }

  public static int port(long first) {
    return (int) (first >>> PORT_SHIFT) & 0xffff;
  }

  public static long macAddress(long first) {
    return first >>> PORT_SHIFT;
  }

  /** The mask of a prefix length. */
  public static int mask(int length) {
    return length == 0 ? 0 : -1 << (32 - length);
  }
}
