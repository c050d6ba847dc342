package dev.chainfuse.path;

import java.util.Arrays;

/**
 * The ways through the host that packets of known flows took, each stored once: what a further
 * packet must look like to go the same way, what is done to it, and which counters it moves. A
 * bounded table: when it is full, its counts are given out and it starts anew.
 *
 * <pre>
 *   journey j, columns:
 *   epoch          routes, addresses, FDB and neighbours that it was recorded under
 *   inDevice       lowest-level device of arrival
 *   inFirst/inLast Ethernet header as it came: bytes 0-7 and 6-13
 *   signature      classes of the per-packet fields that rules read
 *   connection     status and mark of the connection, if rules read them
 *   outDevice      device of departure, -1 none        outFirst/outLast  Ethernet header as it leaves
 *   sourceSlot     FDB entry of the sender, to be refreshed
 *   fate           action, reason, decision, flags
 *   counts         +0 packets | +1 IP bytes | +2 frame bytes | +3 unused
 *   hits           counters that each packet moves, from hitStart[j] to hitStart[j] + hitLength[j]
 * </pre>
 */
final class Journeys {
  static final int CAPACITY = 1 << 16;

  /** Flag: routed, so the TTL must allow it, and goes down if the packet leaves. */
  static final int ROUTED = 1;

  private static final int COUNT_STRIDE = 4;

  final long[] epoch = new long[CAPACITY];
  final int[] inDevice = new int[CAPACITY];
  final long[] inFirst = new long[CAPACITY];
  final long[] inLast = new long[CAPACITY];
  final long[] signature = new long[CAPACITY];
  final long[] connection = new long[CAPACITY];
  final int[] outDevice = new int[CAPACITY];
  final long[] outFirst = new long[CAPACITY];
  final long[] outLast = new long[CAPACITY];
  final byte[] action = new byte[CAPACITY];
  final byte[] reason = new byte[CAPACITY];
  final byte[] flags = new byte[CAPACITY];
  final byte[] hook = new byte[CAPACITY];
  final int[] decidedBy = new int[CAPACITY];
  final int[] mtu = new int[CAPACITY];
  final int[] sourceSlot = new int[CAPACITY];
  private final long[] counts = new long[CAPACITY * COUNT_STRIDE];
  private final int[] hitStart = new int[CAPACITY];
  private final int[] hitLength = new int[CAPACITY];
  private int[] hits = new int[CAPACITY];
  private int hitsUsed;
  private int size;

  /** Open addressing: slot to journey + 1. */
  private final int[] index = new int[CAPACITY * 2];

  /** Packets, IP bytes and frame bytes that went that way. */
  void count(int journey, int ipBytes, int frameBytes) {
    int at = journey * COUNT_STRIDE;
    counts[at]++;
    counts[at + 1] += ipBytes;
    counts[at + 2] += frameBytes;
  }

  int size() {
    return size;
  }

  boolean full() {
    return size == CAPACITY;
  }

  long packets(int journey) {
    return counts[journey * COUNT_STRIDE];
  }

  long ipBytes(int journey) {
    return counts[journey * COUNT_STRIDE + 1];
  }

  long frameBytes(int journey) {
    return counts[journey * COUNT_STRIDE + 2];
  }

  int[] hits() {
    return hits;
  }

  int hitStart(int journey) {
    return hitStart[journey];
  }

  int hitLength(int journey) {
    return hitLength[journey];
  }

  /** Forgets what was counted, once it has been given out. */
  void clearCounts() {
    Arrays.fill(counts, 0, size * COUNT_STRIDE, 0);
  }

  /** Forgets all journeys. */
  void clear() {
    clearCounts();
    Arrays.fill(index, 0);
    size = 0;
    hitsUsed = 0;
  }

  /**
   * The journey equal to the one written at number {@link #size}, with these hits: an older one, or
   * that one, kept. The table must not be full.
   */
  int intern(int[] list, int from, int length) {
    int made = size;
    hitLength[made] = length;
    int at = hash(made, list, from, length) & index.length - 1;
    while (index[at] != 0) {
      int old = index[at] - 1;
      if (same(old, made) && sameHits(old, list, from, length)) {
        return old;
      }
      at = at + 1 & index.length - 1;
    }
    if (hitsUsed + length > hits.length) {
      hits = Arrays.copyOf(hits, Math.max(hits.length * 2, hitsUsed + length));
    }
    System.arraycopy(list, from, hits, hitsUsed, length);
    hitStart[made] = hitsUsed;
    hitsUsed += length;
    index[at] = made + 1;
    size++;
    return made;
  }

  private int hash(int j, int[] list, int from, int length) {
    long h = inFirst[j] * 31 + inLast[j];
    h = h * 31 + outFirst[j];
    h = h * 31 + outLast[j];
    h = h * 31 + signature[j];
    h = h * 31 + epoch[j];
    h = h * 31 + inDevice[j];
    h = h * 31 + outDevice[j];
    for (int i = 0; i < length; i++) {
      h = h * 31 + list[from + i];
    }
    h *= 0x9e37_79b9_7f4a_7c15L;
    return (int) (h >>> 40 ^ h >>> 13);
  }

  private boolean same(int a, int b) {
    return epoch[a] == epoch[b]
        && inDevice[a] == inDevice[b]
        && inFirst[a] == inFirst[b]
        && inLast[a] == inLast[b]
        && signature[a] == signature[b]
        && connection[a] == connection[b]
        && outDevice[a] == outDevice[b]
        && outFirst[a] == outFirst[b]
        && outLast[a] == outLast[b]
        && action[a] == action[b]
        && reason[a] == reason[b]
        && flags[a] == flags[b]
        && hook[a] == hook[b]
        && decidedBy[a] == decidedBy[b]
        && mtu[a] == mtu[b]
        && sourceSlot[a] == sourceSlot[b];
  }

  private boolean sameHits(int old, int[] list, int from, int length) {
    if (hitLength[old] != length) {
      return false;
    }
    for (int i = 0; i < length; i++) {
      if (hits[hitStart[old] + i] != list[from + i]) {
        return false;
      }
    }
    return true;
  }
}
