package dev.chainfuse.scenarios.replay;

import dev.chainfuse.PacketBatch;
import dev.chainfuse.scenarios.InputException;
import dev.chainfuse.scenarios.capture.CaptureReader;
import dev.chainfuse.scenarios.capture.LinkType;
import java.nio.file.Path;

/** One capture file that is sent into a host, and by which interface. */
final class ReplayInput implements AutoCloseable {
  private static final int MAX_FRAME = 65_549;

  private final Path file;
  private final int interfaceNumber;
  private final CaptureReader reader;
  private long frames;
  private long lastNanos = Long.MIN_VALUE;
  private boolean present;

  /**
   * Opens the file and reads the first frame.
   *
   * @param interfaceNumber or {@link PacketBatch#LOCAL}
   */
  ReplayInput(Path file, int interfaceNumber) {
    this.file = file;
    this.interfaceNumber = interfaceNumber;
    reader = CaptureReader.open(file);
    advance();
  }

  /** Whether there is a frame. */
  boolean present() {
    return present;
  }

  long nanos() {
    return reader.nanos();
  }

  int bytes() {
    return reader.capturedBytes();
  }

  /** Puts the present frame into the batch. */
  void addTo(PacketBatch batch, long nanos) {
    if (interfaceNumber == PacketBatch.LOCAL) {
      batch.addLocal(reader.data(), 0, reader.capturedBytes(), nanos);
    } else {
      batch.add(reader.data(), 0, reader.capturedBytes(), interfaceNumber, nanos);
    }
  }

  /** Goes to the next frame. */
  void advance() {
    present = reader.next();
    if (!present) {
      return;
    }
    frames++;
    LinkType wanted = interfaceNumber == PacketBatch.LOCAL ? LinkType.IPV4 : LinkType.ETHERNET;
    if (reader.linkType() != wanted) {
      throw wrong(
          "link type "
              + reader.linkType().number()
              + " where "
              + wanted.number()
              + " is needed: Ethernet (1) for --in, plain IPv4 (228) for --local");
    }
    if (reader.wireBytes() != reader.capturedBytes()) {
      throw wrong(
          "cut short: "
              + reader.capturedBytes()
              + " of "
              + reader.wireBytes()
              + " bytes were captured, and a replay needs all; capture with tcpdump -s 0");
    }
    if (reader.capturedBytes() > MAX_FRAME) {
      throw wrong("longer than " + MAX_FRAME + " bytes");
    }
    if (reader.nanos() < lastNanos) {
      throw wrong("earlier than the frame before it; sort the file, with reordercap for instance");
    }
    lastNanos = reader.nanos();
  }

  private InputException wrong(String problem) {
    return new InputException(
        file + ": byte " + reader.packetOffset() + ": frame " + frames + ": " + problem);
  }

  @Override
  public void close() {
    reader.close();
  }
}
