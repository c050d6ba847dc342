package dev.chainfuse.path;

/** Takes the frames that leave besides those rewritten in place. */
public interface EgressSink {
  /**
   * A frame leaves by a lowest-level device; the bytes are only valid during the call.
   *
   * @param index place in the batch of the packet in hand; -1 if a timer sends it
   * @param causeSequence number of the packet that caused it; -1 if none did
   */
  void frame(
      byte[] data,
      int from,
      int bytes,
      int interfaceNumber,
      int index,
      long causeSequence,
      long nanos);

  /**
   * A packet has passed INPUT; the bytes are only valid during the call. Packets that go the short
   * way of an established flow are not told.
   *
   * @param from where its IPv4 header begins
   * @param causeSequence number of the packet that caused it; -1 if none did
   */
  void delivered(
      byte[] data, int from, int bytes, int interfaceNumber, int index, long causeSequence);

  /**
   * A line about a packet.
   *
   * @param target LOG, TRACE, NFLOG or ULOG
   * @param text the line, prefix included
   */
  void log(String target, String prefix, int level, String text, long causeSequence, long nanos);
}
