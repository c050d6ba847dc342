package dev.chainfuse.scenarios.capture;

import dev.chainfuse.scenarios.InputException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Reads the packets of a capture file one by one: pcap with microseconds or nanoseconds in either
 * byte order, or pcapng. Memory is one packet, whatever the file says. One thread at a time.
 *
 * <pre>
 * try (CaptureReader reader = CaptureReader.open(file)) {
 *   while (reader.next()) use(reader.nanos(), reader.data(), reader.capturedBytes());
 * }
 * </pre>
 */
public abstract sealed class CaptureReader implements AutoCloseable
    permits PcapReader, PcapngReader {
  /** No packet may be longer: the longest that tcpdump writes. */
  public static final int MAX_PACKET_BYTES = 262_144;

  private static final int BUFFER = 1 << 16;

  final CaptureInput in;
  byte[] data = new byte[2_048];
  LinkType linkType = LinkType.ETHERNET;
  long nanos;
  long packetOffset;
  int capturedBytes;
  long wireBytes;

  CaptureReader(CaptureInput in) {
    this.in = in;
  }

  /**
   * Opens a capture file.
   *
   * @throws InputException if it cannot be read or is no capture file
   */
  public static CaptureReader open(Path file) {
    InputStream stream;
    try {
      stream = new BufferedInputStream(Files.newInputStream(file), BUFFER);
    } catch (IOException e) {
      throw new InputException(file + ": cannot be read: " + e.getMessage(), e);
    }
    CaptureInput in = new CaptureInput(file, stream);
    try {
      if (in.atEnd()) {
        throw in.wrong("the file is empty, not a capture file");
      }
      int magic = in.readInt();
      return magic == PcapngReader.SECTION_HEADER
          ? new PcapngReader(in)
          : new PcapReader(in, magic);
    } catch (InputException e) {
      in.close();
      throw e;
    }
  }

  /**
   * Reads the next packet.
   *
   * @return false at the end of the file
   * @throws InputException if the file is damaged; the message names file and byte
   */
  public abstract boolean next();

  /** Time of the packet: nanoseconds since 1970. */
  public long nanos() {
    return nanos;
  }

  /** What the packet begins with. */
  public LinkType linkType() {
    return linkType;
  }

  /** Holds the packet in its first {@link #capturedBytes} bytes until {@link #next}. */
  public byte[] data() {
    return data;
  }

  /** Bytes in the file. */
  public int capturedBytes() {
    return capturedBytes;
  }

  /** Bytes on the wire; more than {@link #capturedBytes} if the capture cut the packet short. */
  public long wireBytes() {
    return wireBytes;
  }

  /** Where in the file the packet's record begins. */
  public long packetOffset() {
    return packetOffset;
  }

  final void readPacket(long captured, long onWire) {
    if (captured > MAX_PACKET_BYTES) {
      throw in.wrongAt(
          packetOffset,
          "a packet of " + captured + " bytes; at most " + MAX_PACKET_BYTES + " are possible");
    }
    if (captured > onWire) {
      throw in.wrongAt(
          packetOffset, captured + " bytes captured of a packet of " + onWire + " bytes");
    }
    if (captured > data.length) {
      data = new byte[Math.max((int) captured, Math.min(data.length * 2, MAX_PACKET_BYTES))];
    }
    capturedBytes = (int) captured;
    wireBytes = onWire;
    in.readBytes(data, capturedBytes);
  }

  @Override
  public void close() {
    in.close();
  }
}
