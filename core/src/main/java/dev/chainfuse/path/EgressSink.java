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

  /** A LOG line. */
  void log(String prefix, int level, int flags, long causeSequence, long nanos);
}
