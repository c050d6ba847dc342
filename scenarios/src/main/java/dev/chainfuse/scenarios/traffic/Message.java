package dev.chainfuse.scenarios.traffic;

import dev.chainfuse.packet.Bytes;

/**
 * What clients of the simulation ask: a message that says how long it is and how long the answer
 * shall be. A server that gets anything else answers with {@link #DEFAULT_RESPONSE} bytes.
 *
 * <pre>
 * request bytes 4 | response bytes 4 | letters
 * </pre>
 */
final class Message {
  static final int HEADER = 8;
  static final int DEFAULT_RESPONSE = 64;

  private Message() {}

  static void write(byte[] frame, int at, int request, int response) {
    Frames.fill(frame, at, request, 0);
    Bytes.putInt(frame, at, request);
    Bytes.putInt(frame, at + 4, response);
  }

  static int response(byte[] frame, int at, int bytes) {
    if (bytes < HEADER || Bytes.getInt(frame, at) != bytes) {
      return DEFAULT_RESPONSE;
    }
    return Math.max(0, Math.min(Bytes.getInt(frame, at + 4), Station.MAX_DATAGRAM));
  }
}
