package dev.chainfuse.path;

import dev.chainfuse.packet.Skb;
import java.util.Arrays;

/**
 * Spare packets for copies, for packets that wait and for those that the host makes. Grows to the
 * largest need.
 */
final class SkbPool {
  /** Where frames begin in a pooled packet's array: IP words are aligned. */
  static final int FRAME = 2;

  private static final int BYTES = 2048;

  private Skb[] spare = new Skb[16];
  private int size;

  /** A packet with an array of its own, to be given back with {@link #give}. */
  Skb take() {
    if (size > 0) {
      Skb skb = spare[--size];
      skb.reset();
      return skb;
    }
    Skb made = new Skb();
    made.data = new byte[BYTES];
    return made;
  }

  /** A copy of {@code from}, frame and notes. */
  Skb copy(Skb from) {
    Skb copy = take();
    copy.copyOf(from, FRAME);
    return copy;
  }

  void give(Skb skb) {
    if (size == spare.length) {
      spare = Arrays.copyOf(spare, size * 2);
    }
    spare[size++] = skb;
  }
}
