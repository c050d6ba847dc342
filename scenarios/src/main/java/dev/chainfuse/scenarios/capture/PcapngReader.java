package dev.chainfuse.scenarios.capture;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/**
 * The newer format: blocks, each with its length before and behind it.
 *
 * <pre>
 * block    type 4 | length 4 | body, padded to 4 | length 4
 * section  byte order magic 4 | version 2+2 | section length 8 | options
 * interface  link type 2 | 0 2 | snap length 4 | options (resolution and offset of times)
 * packet   interface 4 | time 4 (high) + 4 (low) | captured 4 | on the wire 4 | bytes | options
 * </pre>
 *
 * Interfaces are numbered within a section; sections may differ in byte order.
 */
final class PcapngReader extends CaptureReader {
  static final int SECTION_HEADER = 0x0a0d0d0a;

  private static final int BYTE_ORDER_MAGIC = 0x1a2b3c4d;
  private static final int INTERFACE = 1;
  private static final int OBSOLETE_PACKET = 2;
  private static final int SIMPLE_PACKET = 3;
  private static final int ENHANCED_PACKET = 6;
  private static final int OPTION_END = 0;
  private static final int OPTION_RESOLUTION = 9;
  private static final int OPTION_OFFSET = 14;
  private static final int MAX_INTERFACES = 65_536;
  private static final long NANOS = 1_000_000_000L;
  private static final BigInteger BIG_NANOS = BigInteger.valueOf(NANOS);

  /**
   * How an interface of the present section tells its times.
   *
   * @param unitsPerSecond as an unsigned number of at most 2^63
   */
  private record Interface(LinkType linkType, BigInteger unitsPerSecond, long offsetSeconds) {}

  private final List<Interface> interfaces = new ArrayList<>();

  /** Reads the first section header, whose type has been read. */
  PcapngReader(CaptureInput in) {
    super(in);
    section(0);
  }

  @Override
  public boolean next() {
    while (!in.atEnd()) {
      long start = in.offset();
      int type = in.readInt();
      if (type == SECTION_HEADER) {
        section(start);
        continue;
      }
      long length = blockLength(start, in.readUnsignedInt(), 12);
      long bodyEnd = start + length - 4;
      boolean packet = false;
      switch (type) {
        case INTERFACE -> interfaceBlock(bodyEnd);
        case ENHANCED_PACKET, OBSOLETE_PACKET -> {
          packetBlock(start, bodyEnd, type);
          packet = true;
        }
        case SIMPLE_PACKET ->
            throw in.wrongAt(start, "a simple packet block: its packet has no time");
        default -> {}
      }
      endOfBlock(start, length);
      if (packet) {
        return true;
      }
    }
    return false;
  }

  /** Everything of a section header behind its type. */
  private void section(long start) {
    in.littleEndian(false);
    int rawLength = in.readInt();
    int magic = in.readInt();
    boolean little = magic == Integer.reverseBytes(BYTE_ORDER_MAGIC);
    if (!little && magic != BYTE_ORDER_MAGIC) {
      throw in.wrongAt(start, String.format("a section with the byte order mark %08x", magic));
    }
    in.littleEndian(little);
    int order = little ? Integer.reverseBytes(rawLength) : rawLength;
    long length = blockLength(start, order & 0xffff_ffffL, 28);
    int major = in.readShort();
    if (major != 1) {
      throw in.wrongAt(start, "pcapng version " + major + "; 1 is read");
    }
    interfaces.clear();
    endOfBlock(start, length);
  }

  private long blockLength(long start, long length, int least) {
    if (length < least || (length & 3) != 0) {
      throw in.wrongAt(start, "a block of " + length + " bytes");
    }
    return length;
  }

  private void endOfBlock(long start, long length) {
    long left = start + length - 4 - in.offset();
    if (left < 0) {
      throw in.wrongAt(start, "a block of " + length + " bytes holds more than that");
    }
    in.skip(left);
    long again = in.readUnsignedInt();
    if (again != length) {
      throw in.wrongAt(
          start, "a block says " + length + " bytes first and " + again + " at the end");
    }
  }

  private void interfaceBlock(long bodyEnd) {
    if (interfaces.size() == MAX_INTERFACES) {
      throw in.wrong("more than " + MAX_INTERFACES + " interfaces");
    }
    LinkType type = LinkType.of(in.readShort(), in);
    in.skip(6);
    BigInteger unitsPerSecond = BigInteger.valueOf(1_000_000);
    long offset = 0;
    while (in.offset() + 4 <= bodyEnd) {
      int option = in.readShort();
      int bytes = in.readShort();
      int padded = bytes + 3 & ~3;
      if (option == OPTION_END) {
        break;
      }
      if (in.offset() + padded > bodyEnd) {
        throw in.wrong("an option of " + bytes + " bytes goes beyond its block");
      }
      if (option == OPTION_RESOLUTION && bytes == 1) {
        byte[] value = new byte[padded];
        in.readBytes(value, padded);
        unitsPerSecond = resolution(value[0] & 0xff);
      } else if (option == OPTION_OFFSET && bytes == 8) {
        offset = readLong();
      } else {
        in.skip(padded);
      }
    }
    interfaces.add(new Interface(type, unitsPerSecond, offset));
  }

  private long readLong() {
    byte[] value = new byte[8];
    in.readBytes(value, 8);
    long big = java.nio.ByteBuffer.wrap(value).getLong();
    return in.isLittleEndian() ? Long.reverseBytes(big) : big;
  }

  private BigInteger resolution(int value) {
    int exponent = value & 0x7f;
    boolean binary = (value & 0x80) != 0;
    if (exponent > (binary ? 63 : 18)) {
      throw in.wrong("times in units of " + (binary ? 2 : 10) + "^-" + exponent + " s");
    }
    return BigInteger.valueOf(binary ? 2 : 10).pow(exponent);
  }

  private void packetBlock(long start, long bodyEnd, int type) {
    packetOffset = start;
    long number;
    if (type == OBSOLETE_PACKET) {
      number = in.readShort();
      in.skip(2);
    } else {
      number = in.readUnsignedInt();
    }
    if (number >= interfaces.size()) {
      throw in.wrongAt(
          start, "a packet of interface " + number + ", of which " + interfaces.size() + " exist");
    }
    Interface from = interfaces.get((int) number);
    linkType = from.linkType;
    long high = in.readUnsignedInt();
    nanos = toNanos(start, high << 32 | in.readUnsignedInt(), from);
    long captured = in.readUnsignedInt();
    long onWire = in.readUnsignedInt();
    if (in.offset() + captured > bodyEnd) {
      throw in.wrongAt(start, "a packet of " + captured + " bytes goes beyond its block");
    }
    readPacket(captured, onWire);
  }

  private long toNanos(long start, long time, Interface from) {
    BigInteger units = new BigInteger(Long.toUnsignedString(time));
    BigInteger result =
        units
            .multiply(BIG_NANOS)
            .divide(from.unitsPerSecond)
            .add(BigInteger.valueOf(from.offsetSeconds).multiply(BIG_NANOS));
    if (result.signum() < 0 || result.bitLength() > 63) {
      throw in.wrongAt(start, "a time outside of 1970 to 2262");
    }
    return result.longValue();
  }
}
