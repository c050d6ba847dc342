package dev.chainfuse.scenarios.capture;

import dev.chainfuse.scenarios.InputException;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Writes a pcap file with nanoseconds, little endian, as tcpdump and Wireshark read it. One thread
 * at a time.
 */
public final class CaptureWriter implements AutoCloseable {
  private static final int NANOSECONDS = 0xa1b23c4d;

  private final Path file;
  private final OutputStream out;
  private final ByteBuffer header = ByteBuffer.allocate(24).order(ByteOrder.LITTLE_ENDIAN);

  /**
   * Creates or replaces {@code file}.
   *
   * @throws InputException if it cannot be written
   */
  public CaptureWriter(Path file, LinkType linkType) {
    this.file = file;
    try {
      out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 16);
      header.putInt(NANOSECONDS).putShort((short) 2).putShort((short) 4).putLong(0);
      header.putInt(CaptureReader.MAX_PACKET_BYTES).putInt(linkType.number());
      out.write(header.array());
    } catch (IOException e) {
      throw failed(e);
    }
  }

  /**
   * Appends a packet.
   *
   * @param nanos since 1970; not negative, at most 2^32 seconds
   */
  public void write(long nanos, byte[] data, int from, int bytes) {
    header.clear();
    header.putInt((int) (nanos / 1_000_000_000)).putInt((int) (nanos % 1_000_000_000));
    header.putInt(bytes).putInt(bytes);
    try {
      out.write(header.array(), 0, 16);
      out.write(data, from, bytes);
    } catch (IOException e) {
      throw failed(e);
    }
  }

  @Override
  public void close() {
    try {
      out.close();
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private InputException failed(IOException e) {
    return new InputException(file + ": cannot be written: " + e.getMessage(), e);
  }
}
