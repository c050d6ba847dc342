package dev.chainfuse.stateful;

import org.jspecify.annotations.Nullable;

/** The types of IP sets that are modelled, as ipset(8) names them. */
public enum SetType {
  HASH_IP("hash:ip", 1, false, false),
  HASH_NET("hash:net", 1, true, false),
  HASH_IP_PORT("hash:ip,port", 2, false, false),
  HASH_NET_PORT("hash:net,port", 2, true, false),
  HASH_IP_PORT_IP("hash:ip,port,ip", 3, false, false),
  HASH_IP_PORT_NET("hash:ip,port,net", 3, false, true),
  HASH_NET_NET("hash:net,net", 2, true, true),
  HASH_MAC("hash:mac", 1, false, false),
  BITMAP_IP("bitmap:ip", 1, false, false),
  BITMAP_PORT("bitmap:port", 1, false, false),
  LIST_SET("list:set", 1, false, false);

  private final String text;

  /** How many of {@code src,dst} a rule must give at least. */
  public final int dimension;

  /** The first address has a prefix length. */
  public final boolean firstNet;

  /** The second address has a prefix length. */
  public final boolean secondNet;

  SetType(String text, int dimension, boolean firstNet, boolean secondNet) {
    this.text = text;
    this.dimension = dimension;
    this.firstNet = firstNet;
    this.secondNet = secondNet;
  }

  /** The name, such as {@code hash:ip,port}. */
  public String text() {
    return text;
  }

  /** The type of that name, or null. */
  public static @Nullable SetType of(String text) {
    for (SetType type : values()) {
      if (type.text.equals(text)) {
        return type;
      }
    }
    return null;
  }

  /** Whether some address has a prefix length, so that elements may be {@code nomatch}. */
  public boolean hasNets() {
    return firstNet || secondNet;
  }

  /** Whether elements have protocol and port. */
  public boolean hasPort() {
    return switch (this) {
      case HASH_IP_PORT, HASH_NET_PORT, HASH_IP_PORT_IP, HASH_IP_PORT_NET -> true;
      default -> false;
    };
  }

  /** Whether elements have a second address. */
  public boolean hasSecond() {
    return this == HASH_IP_PORT_IP || this == HASH_IP_PORT_NET || this == HASH_NET_NET;
  }

  public boolean isBitmap() {
    return this == BITMAP_IP || this == BITMAP_PORT;
  }

  public boolean isHash() {
    return !isBitmap() && this != LIST_SET;
  }
}
