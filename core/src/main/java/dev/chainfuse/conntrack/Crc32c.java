package dev.chainfuse.conntrack;

import dev.chainfuse.packet.Bytes;

/** The CRC32c of SCTP packets (RFC 9260, appendix A). */
public final class Crc32c {
  private static final int[] TABLE = table();

  private Crc32c() {}

  private static int[] table() {
    int[] out = new int[256];
    for (int i = 0; i < 256; i++) {
      int crc = i;
      for (int bit = 0; bit < 8; bit++) {
        crc = (crc & 1) != 0 ? crc >>> 1 ^ 0x82f6_3b78 : crc >>> 1;
      }
      out[i] = crc;
    }
    return out;
  }

  /** The value that belongs into the checksum field of the SCTP packet, as a big-endian int. */
  public static int ofSctp(byte[] data, int at, int end) {
    int crc = -1;
    for (int i = at; i < end; i++) {
      int octet = i - at >= 8 && i - at < 12 ? 0 : data[i];
      crc = TABLE[(crc ^ octet) & 0xff] ^ crc >>> 8;
    }
    return Integer.reverseBytes(~crc);
  }

  /** Whether an SCTP packet's checksum is right. */
  static boolean matches(byte[] data, int at, int end) {
    return Bytes.getInt(data, at + 8) == ofSctp(data, at, end);
  }
}
