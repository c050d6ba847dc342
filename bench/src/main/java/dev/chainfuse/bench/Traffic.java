package dev.chainfuse.bench;

import dev.chainfuse.PacketBatch;

/** A source of frames that never ends. Allocates nothing. One thread. */
abstract class Traffic {
  /** Of so many packets about one is odd: none of the connections', and not forwarded. */
  static final int ODD_ONE_OF = 1024;

  private final boolean verified;
  private final int gapShift;
  private long random;
  private long nanos;

  /** Packets of connections so far; each of them is to be forwarded. */
  long connectionPackets;

  /**
   * @param verified the card has verified the checksums
   * @param gapBits times between packets are drawn from 1 to 2 to this, nanoseconds
   */
  Traffic(boolean verified, int gapBits, long startNanos, long seed) {
    this.verified = verified;
    this.gapShift = 64 - gapBits;
    this.nanos = startNanos;
    this.random = seed * 0x9e37_79b9_7f4a_7c15L | 1;
  }

  /** Replaces what is in the batch by as many frames as it holds. */
  final void fill(PacketBatch batch) {
    batch.clear();
    for (int i = batch.capacity(); i > 0; i--) {
      random ^= random << 13;
      random ^= random >>> 7;
      random ^= random << 17;
      nanos += 1 + (random >>> gapShift);
      add(batch, nanos);
    }
    if (verified) {
      for (int i = 0; i < batch.size(); i++) {
        batch.setChecksumVerified(i);
      }
    }
  }

  /** Adds the next frame, that comes at {@code nanos}. */
  abstract void add(PacketBatch batch, long nanos);
}
