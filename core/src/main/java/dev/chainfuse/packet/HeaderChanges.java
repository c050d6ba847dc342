package dev.chainfuse.packet;

/**
 * Changes of single header fields: the bytes, the checksum that covers them, and the field of the
 * {@link Skb}. Checksums are updated as the kernel does it, down to the choice between the two
 * zeros.
 */
public final class HeaderChanges {
  private static final int TCP_CHECKSUM = 16;

  private HeaderChanges() {}

  /** Sets the time to live (csum_replace2, include/net/checksum.h). */
  public static void setTtl(Skb skb, int ttl) {
    replaceHeaderWord(skb, skb.ttl << 8, ttl << 8);
    skb.data[skb.network + Ipv4.TTL] = (byte) ttl;
    skb.ttl = ttl;
  }

  /** Sets the type of service (csum_replace2). */
  public static void setTos(Skb skb, int tos) {
    replaceHeaderWord(skb, skb.tos, tos);
    skb.data[skb.network + Ipv4.TOS] = (byte) tos;
    skb.tos = tos;
  }

  /** Sets the type of service as ipv4_change_dsfield does (include/net/dsfield.h). */
  public static void setServiceField(Skb skb, int tos) {
    int at = skb.network + Ipv4.CHECKSUM;
    int check = Bytes.getShort(skb.data, at) + skb.tos;
    if (check + 1 > 0xffff) {
      check = check + 1 & 0xffff;
    }
    check -= tos;
    check += check >>> 16;
    Bytes.putShort(skb.data, at, check);
    skb.data[skb.network + Ipv4.TOS] = (byte) tos;
    skb.tos = tos;
  }

  private static void replaceHeaderWord(Skb skb, int before, int after) {
    replace(skb, skb.network + Ipv4.CHECKSUM, before, after);
  }

  private static void replace(Skb skb, int at, int before, int after) {
    int checksum = Bytes.getShort(skb.data, at);
    Bytes.putShort(
        skb.data, at, OnesComplement.update(checksum, OnesComplement.delta16(before, after)));
  }

  /** Sets the eight flags of a TCP header, whose 20 bytes must be there. */
  public static void setTcpFlags(Skb skb, int flags) {
    replaceTcpWord(skb, 12, Bytes.getShort(skb.data, skb.transport + 12) & 0xff00 | flags);
    if (!skb.laterFragment()) {
      skb.tcpFlags = flags;
    }
  }

  /**
   * Replaces the 16-bit word at {@code offset} from the start of the TCP header, whose 20 bytes
   * must be there, and updates its checksum.
   */
  public static void replaceTcpWord(Skb skb, int offset, int word) {
    int at = skb.transport + offset;
    replace(skb, skb.transport + TCP_CHECKSUM, Bytes.getShort(skb.data, at), word);
    Bytes.putShort(skb.data, at, word);
  }

  /** Updates the TCP checksum alone: some 16-bit word that it covers changes. */
  public static void replaceInTcpChecksum(Skb skb, int before, int after) {
    replace(skb, skb.transport + TCP_CHECKSUM, before, after);
  }

  /** Updates the TCP checksum alone: a 32-bit word is added to what it covers. */
  public static void addToTcpChecksum(Skb skb, int word) {
    int at = skb.transport + TCP_CHECKSUM;
    int checksum = Bytes.getShort(skb.data, at);
    Bytes.putShort(skb.data, at, OnesComplement.update(checksum, OnesComplement.delta32(0, word)));
  }

  /** Sets the total length, and {@link Skb#end} with it. */
  public static void setTotalLength(Skb skb, int length) {
    int at = skb.network + Ipv4.TOTAL_LENGTH;
    replaceHeaderWord(skb, Bytes.getShort(skb.data, at), length);
    Bytes.putShort(skb.data, at, length);
    skb.totalLength = length;
    skb.end = skb.network + length;
  }
}
