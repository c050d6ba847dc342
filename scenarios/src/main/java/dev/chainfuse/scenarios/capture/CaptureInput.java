package dev.chainfuse.scenarios.capture;

import dev.chainfuse.scenarios.InputException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;

/** The bytes of a capture file in order, in either byte order, with the offset for messages. */
final class CaptureInput implements AutoCloseable {
  private final String name;
  private final InputStream in;
  private long offset;
  private boolean littleEndian;

  CaptureInput(Path file, InputStream in) {
    name = file.toString();
    this.in = in;
  }

  void littleEndian(boolean on) {
    littleEndian = on;
  }

  boolean isLittleEndian() {
    return littleEndian;
  }

  long offset() {
    return offset;
  }

  /** An error at the present offset. */
  InputException wrong(String what) {
    return wrongAt(offset, what);
  }

  InputException wrongAt(long where, String what) {
    return new InputException(name + ": byte " + where + ": " + what);
  }

  /** Whether the file ends here. Reads one byte ahead, so the stream must support marks. */
  boolean atEnd() {
    try {
      in.mark(1);
      int next = in.read();
      in.reset();
      return next < 0;
    } catch (IOException e) {
      throw failed(e);
    }
  }

  int readInt() {
    int a = readByte();
    int b = readByte();
    int c = readByte();
    int d = readByte();
    return littleEndian ? d << 24 | c << 16 | b << 8 | a : a << 24 | b << 16 | c << 8 | d;
  }

  int readShort() {
    int a = readByte();
    int b = readByte();
    return littleEndian ? b << 8 | a : a << 8 | b;
  }

  long readUnsignedInt() {
    return readInt() & 0xffff_ffffL;
  }

  void readBytes(byte[] into, int bytes) {
    try {
      int got = in.readNBytes(into, 0, bytes);
      offset += got;
      if (got < bytes) {
        throw wrong("the file ends within a packet: " + got + " of " + bytes + " bytes are there");
      }
    } catch (IOException e) {
      throw failed(e);
    }
  }

  void skip(long bytes) {
    try {
      in.skipNBytes(bytes);
      offset += bytes;
    } catch (EOFException e) {
      throw new InputException(
          name + ": byte " + offset + ": the file ends before the next " + bytes + " bytes", e);
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private int readByte() {
    try {
      int value = in.read();
      if (value < 0) {
        throw wrong("the file ends within a header");
      }
      offset++;
      return value;
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private InputException failed(IOException e) {
    return new InputException(name + ": byte " + offset + ": cannot be read: " + e.getMessage(), e);
  }

  @Override
  public void close() {
    try {
      in.close();
    } catch (IOException e) {
      throw failed(e);
    }
  }
}
