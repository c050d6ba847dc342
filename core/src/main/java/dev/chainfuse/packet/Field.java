package dev.chainfuse.packet;

/**
 * The fields of a packet that a rule can ask for as a number, unsigned and at most 32 bits wide. A
 * compiled rule set reads fields through {@link Skb#field}; an interpreter reads the packet.
 */
public enum Field {
  SOURCE(32),
  DESTINATION(32),
  PROTOCOL(8),
  /** 1 for a fragment with offset &gt; 0, else 0. */
  LATER_FRAGMENT(1),
  /** Of TCP, UDP, UDP-Lite, SCTP and DCCP, unless a later fragment; else 0. */
  SOURCE_PORT(16),
  DESTINATION_PORT(16),
  /** The eight flag bits of the TCP header, CWR highest; 0 for other protocols. */
  TCP_FLAGS(8),
  /** {@code type << 8 | code} of ICMP; 0 for other protocols. */
  ICMP_TYPE_CODE(16),
  /** Interface number + 1; 0 means none. */
  IN_INTERFACE(16),
  OUT_INTERFACE(16),
  /** Bridge port by which the frame came, interface number + 1; 0 means none. */
  PHYSDEV_IN(16),
  PHYSDEV_OUT(16),
  /** 1 if the frame is bridged, not routed. */
  PHYSDEV_BRIDGED(1),
  /** IP total length. */
  LENGTH(16),
  TTL(8),
  TOS(8),
  /** PACKET_HOST 0, PACKET_BROADCAST 1, PACKET_MULTICAST 2 (include/uapi/linux/if_packet.h). */
  PACKET_TYPE(3),
  MARK(32),
  /** First two octets of the source MAC of the frame as it came. */
  SOURCE_MAC_HIGH(16),
  /** The other four. */
  SOURCE_MAC_LOW(32),
  /** Bits of net/netfilter/xt_conntrack.c: see {@link Skb#connectionState}. */
  CT_STATE(9),
  CT_MARK(32),
  /** Status bits of the connection; 0 without one. */
  CT_STATUS(16),
  CT_PROTOCOL(8),
  /** 0 original, 1 reply; 2 without a connection. */
  CT_DIRECTION(2),
  CT_ORIGINAL_SOURCE(32),
  CT_ORIGINAL_DESTINATION(32),
  CT_REPLY_SOURCE(32),
  CT_REPLY_DESTINATION(32),
  CT_ORIGINAL_SOURCE_PORT(16),
  CT_ORIGINAL_DESTINATION_PORT(16),
  CT_REPLY_SOURCE_PORT(16),
  CT_REPLY_DESTINATION_PORT(16),
  /**
   * Seconds until the connection times out: changes by itself, so nothing that reads it is cached.
   */
  CT_EXPIRE(32);

  /** Width in bits, 1 to 32. */
  public final int bits;

  Field(int bits) {
    this.bits = bits;
  }

  private static final Field[] ALL = values();

  /** How many fields there are. */
  public static int count() {
    return ALL.length;
  }
}
