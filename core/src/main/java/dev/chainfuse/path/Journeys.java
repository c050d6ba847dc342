package dev.chainfuse.path;

import java.util.Arrays;

/**
 * The ways through the host that packets of known flows took, each stored once: what a further
 * packet must look like to go the same way, what is done to it, and which counters it moves. A
 * bounded table: when it is full, its counts are given out and it starts anew.
 *
 * <pre>
 *   journey j: 16 longs, two cache lines, from 16 j
 *   +0  epoch                        routes, addresses, FDB, neighbours it was recorded under
 *   +1  Ethernet header, bytes 0-7   as it came
 *   +2  Ethernet header, bytes 6-13
 *   +3  signature                    classes of the per-packet fields that rules read
 *   +4  connection                   status and mark of the connection, if rules read them
 *   +5  | device out    | device in  |   lowest-level devices; -1 none
 *   +6  Ethernet header, bytes 0-7   as it leaves
 *   +7  Ethernet header, bytes 6-13
 *   -------------------------------------------- line
 *   +8  | greatest size | flags, hook, reason, action: a byte each |
 *   +9  | FDB slot to be refreshed   | what decided                |
 *   +10 packets  +11 IP bytes  +12 frame bytes   that went this way
 *
 *   hits: counters that each packet moves, from hitStart[j] to hitStart[j] + hitLength[j]
 * </pre>
 */
final class Journeys {
  static final int CAPACITY = 1 << 16;

  /** Flag: routed, so the TTL must allow it, and goes down if the packet leaves. */
  static final int ROUTED = 1;

  static final int STRIDE_BITS = 4;
  static final int EPOCH = 0;
  static final int IN_FIRST = 1;
  static final int IN_LAST = 2;
  static final int SIGNATURE = 3;
  static final int CONNECTION = 4;
  static final int DEVICES = 5;
  static final int OUT_FIRST = 6;
  static final int OUT_LAST = 7;
  static final int FATE = 8;
  static final int DECISION = 9;
  private static final int PACKETS = 10;
  private static final int IP_BYTES = PACKETS + 1;
  private static final int FRAME_BYTES = PACKETS + 2;

  final long[] rows = new long[CAPACITY << STRIDE_BITS];
  private final int[] hitStart = new int[CAPACITY];
  private final int[] hitLength = new int[CAPACITY];
  private int[] hits = new int[CAPACITY];
  private int hitsUsed;
  private int size;

  /** Open addressing: slot to journey + 1. */
  private final int[] index = new int[CAPACITY * 2];

  /** Two ints in a long. */
  static long pair(int high, int low) {
    return (long) high << 32 | low & 0xffff_ffffL;
  }

  /** Word {@link #FATE}. */
  static long fate(int greatestSize, int flags, int hook, int reason, int action) {
    int low = (flags & 0xff) << 24 | (hook & 0xff) << 16 | (reason & 0xff) << 8 | action & 0xff;
    return pair(greatestSize, low);
  }

  /** Where the row of a journey begins. */
  static int row(int journey) {
    return journey << STRIDE_BITS;
  }

  /** Counts a packet that went that way. */
  void count(int row, int ipBytes, int frameBytes) {
    rows[row + PACKETS]++;
    rows[row + IP_BYTES] += ipBytes;
    rows[row + FRAME_BYTES] += frameBytes;
  }

  int size() {
    return size;
  }

  boolean full() {
    return size == CAPACITY;
  }

  long packets(int journey) {
    return rows[row(journey) + PACKETS];
  }

  long ipBytes(int journey) {
    return rows[row(journey) + IP_BYTES];
  }

  long frameBytes(int journey) {
    return rows[row(journey) + FRAME_BYTES];
  }

  /** Ordinal of the reason for which its packets end. */
  int reason(int journey) {
    return (int) rows[row(journey) + FATE] >>> 8 & 0xff;
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
    for (int j = 0; j < size; j++) {
      Arrays.fill(rows, row(j) + PACKETS, row(j) + PACKETS + 3, 0);
    }
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
    long h = 0;
    for (int word = 0; word < PACKETS; word++) {
      h = h * 31 + rows[row(j) + word];
    }
    for (int i = 0; i < length; i++) {
      h = h * 31 + list[from + i];
    }
    h *= 0x9e37_79b9_7f4a_7c15L;
    return (int) (h >>> 40 ^ h >>> 13);
  }

  private boolean same(int a, int b) {
    int from = row(a);
    int other = row(b);
    return Arrays.equals(rows, from, from + PACKETS, rows, other, other + PACKETS);
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
