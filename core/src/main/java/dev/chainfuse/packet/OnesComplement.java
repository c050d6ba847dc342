package dev.chainfuse.packet;

/** The Internet checksum (RFC 1071) and its incremental update (RFC 1624, equation 3). */
public final class OnesComplement {
  private OnesComplement() {}

  /**
   * Adds {@code length} bytes from {@code offset} to the running {@code sum}; an odd last byte is
   * padded with zero.
   */
  public static long add(long sum, byte[] data, int offset, int length) {
    int at = offset;
    int end = offset + length;
    long total = sum;
    for (; at <= end - 8; at += 8) {
      long eight = Bytes.getLong(data, at);
      total += (eight & 0xffff_ffffL) + (eight >>> 32);
    }
    if (at < end && at <= data.length - 8) {
      // One load for what is left: bytes behind the end are cut off.
      long eight = Bytes.getLong(data, at) & ~(-1L >>> (end - at << 3));
      return total + (eight & 0xffff_ffffL) + (eight >>> 32);
    }
    for (; at < end; at++) {
      total += (data[at] & 0xffL) << ((at - offset & 1) == 0 ? 8 : 0);
    }
    return total;
  }

  /** Folds a running sum to 16 bits, without complementing it. */
  public static int fold(long sum) {
    long folded = (sum & 0xffff_ffffL) + (sum >>> 32);
    folded = (folded & 0xffff) + (folded >>> 16);
    folded = (folded & 0xffff) + (folded >>> 16);
    return (int) ((folded & 0xffff) + (folded >>> 16));
  }

  /** The checksum of {@code length} bytes, complemented, as it stands in a header. */
  public static int checksum(byte[] data, int offset, int length) {
    return ~fold(add(0, data, offset, length)) & 0xffff;
  }

  /** Sum of the IPv4 pseudo header (RFC 793, section 3.1). */
  public static long pseudoHeader(int source, int destination, int protocol, int length) {
    return (source & 0xffff_ffffL) + (destination & 0xffff_ffffL) + protocol + length;
  }

  /**
   * The delta by which a checksum changes when a 32-bit word changes from {@code before} to {@code
   * after}.
   */
  public static int delta32(int before, int after) {
    return fold((~before & 0xffff_ffffL) + (after & 0xffff_ffffL));
  }

  /** The delta by which a checksum changes when a 16-bit word changes. */
  public static int delta16(int before, int after) {
    return fold((~before & 0xffff) + (after & 0xffff));
  }

  /** {@code checksum} after a change by {@code delta} (RFC 1624: HC' = ~(~HC + delta)). */
  public static int update(int checksum, int delta) {
    return ~fold((~checksum & 0xffffL) + delta) & 0xffff;
  }
}
