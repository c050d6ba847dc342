package dev.chainfuse.scenarios.capture;

/**
 * The older format.
 *
 * <pre>
 * file    magic 4 | version 2+2 | 0 4 | 0 4 | snap length 4 | link type 4 (upper 4 bits: FCS)
 * packet  seconds 4 | micro- or nanoseconds 4 | captured 4 | on the wire 4 | bytes
 * </pre>
 */
final class PcapReader extends CaptureReader {
  private static final int MICROSECONDS = 0xa1b2c3d4;
  private static final int NANOSECONDS = 0xa1b23c4d;
  private static final int FCS_PRESENT = 1 << 26;

  private final int unitNanos;

  /** Reads the rest of the file header. */
  PcapReader(CaptureInput in, int magicBigEndian) {
    super(in);
    boolean swapped =
        magicBigEndian == Integer.reverseBytes(MICROSECONDS)
            || magicBigEndian == Integer.reverseBytes(NANOSECONDS);
    int magic = swapped ? Integer.reverseBytes(magicBigEndian) : magicBigEndian;
    unitNanos =
        switch (magic) {
          case MICROSECONDS -> 1_000;
          case NANOSECONDS -> 1;
          default ->
              throw in.wrongAt(
                  0,
                  String.format(
                      "begins with %08x, which is neither pcap nor pcapng; write captures with"
                          + " tcpdump -w",
                      magicBigEndian));
        };
    in.littleEndian(swapped);
    int major = in.readShort();
    int minor = in.readShort();
    if (major != 2) {
      throw in.wrongAt(4, "pcap version " + major + "." + minor + "; 2.4 is read");
    }
    in.skip(12);
    int type = in.readInt();
    if ((type & FCS_PRESENT) != 0) {
      throw in.wrongAt(20, "frames with their check sequence are not read");
    }
    linkType = LinkType.of(type & 0xffff, in);
  }

  @Override
  public boolean next() {
    if (in.atEnd()) {
      return false;
    }
    packetOffset = in.offset();
    long seconds = in.readUnsignedInt();
    long fraction = in.readUnsignedInt();
    if (fraction >= 1_000_000_000 / unitNanos) {
      throw in.wrongAt(packetOffset, "a time with a fraction of a second or more: " + fraction);
    }
    nanos = seconds * 1_000_000_000 + fraction * unitNanos;
    long captured = in.readUnsignedInt();
    readPacket(captured, in.readUnsignedInt());
    return true;
  }
}
