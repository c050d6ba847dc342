package dev.chainfuse.classify;

/**
 * Tuple search in priority order (after V. Srinivasan, S. Suri and G. Varghese, "Packet
 * classification using tuple space search", SIGCOMM 1999). Two fields, in general the addresses,
 * are hashed: a <em>tuple</em> is a pair of prefix lengths, at most 64 of them. A {@link RangeTrie}
 * for each of the two gives the tuples in which the value occurs; the tuples in both are probed,
 * the one with the best rule first, until the next cannot win. What a slot holds is a short list of
 * boxes with the ranges of the other fields.
 *
 * <p>It works for every problem: a range that is no prefix is stored under prefixes that cover it
 * and checked exactly. Immutable and safe to share; look-ups allocate nothing.
 */
public final class TupleSearch {
  static final int MOST_TUPLES = 64;

  /** How many points go through one stage before the next: their classes stay in the L1 cache. */
  private static final int CHUNK = 128;

  /** Keeps the number of trailing zeros below 64. */
  private static final long LAST_TUPLE = 1L << 63;

  private static final long NEVER = -1;

  /** The stages keep the classes of both fields in one int. */
  private static final int MOST_STAGED_CLASSES = 1 << 16;

  /** Slots of {@link #SLOT} ints; a slot without boxes is free. */
  static final int SLOT = 4;

  static final int SLOT_FIRST = 0;
  static final int SLOT_SECOND = 1;
  static final int SLOT_TUPLE_AND_COUNT = 2;
  static final int SLOT_ENTRY = 3;

  /** Bits of {@link #SLOT_TUPLE_AND_COUNT} that hold the tuple; the count is above. */
  static final int TUPLE_BITS = 6;

  /** Words of an entry before its ranges. */
  static final int ENTRY_HEAD = 1;

  /** The parts that the builder hands over; see the fields of {@link TupleSearch}. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Parts(
      int firstField,
      int firstMask,
      int secondField,
      int secondMask,
      Lanes others,
      RangeTrie firstTrie,
      RangeTrie secondTrie,
      long[] firstTuples,
      long[] secondTuples,
      int[] tupleFirstMask,
      int[] tupleSecondMask,
      int[] tupleBestRule,
      int[] tupleLastRule,
      int[] slots,
      long[] entries,
      int[] exact) {}

  private final int firstField;
  private final int firstMask;
  private final int secondField;
  private final int secondMask;
  private final Lanes others;
  private final long otherGuard;
  private final RangeTrie firstTrie;
  private final RangeTrie secondTrie;

  /** For each class of the first trie the tuples in which the value occurs. */
  private final long[] firstTuples;

  private final long[] secondTuples;
  private final int[] tupleFirstMask;
  private final int[] tupleSecondMask;

  /** The first rule of each tuple; ascending. */
  private final int[] tupleBestRule;

  private final int[] tupleLastRule;

  /**
   * An open hash table:
   *
   * <pre>
   *  | first prefix | second prefix | count of boxes, tuple (6 bits) | index of first entry |
   * </pre>
   */
  private final int[] slots;

  private final int slotShift;

  /**
   * The boxes of a slot one after another, by rule; then for each word of the lanes its ends:
   *
   * <pre>
   *    63          32 31                       0
   *   +--------------+--------------------------+-----------+-----------------+
   *   |     rule     |  index in exact, or -1   | low ends  | guarded highs   | ...
   *   +--------------+--------------------------+-----------+-----------------+
   * </pre>
   */
  private final long[] entries;

  private final int entryLength;

  /** Low and span of the first and the second field, where a prefix is not the whole truth. */
  private final int[] exact;

  TupleSearch(Parts parts) {
    this.firstField = parts.firstField();
    this.firstMask = parts.firstMask();
    this.secondField = parts.secondField();
    this.secondMask = parts.secondMask();
    this.others = parts.others();
    this.otherGuard = others.guard(0);
    this.firstTrie = parts.firstTrie();
    this.secondTrie = parts.secondTrie();
    this.firstTuples = parts.firstTuples();
    this.secondTuples = parts.secondTuples();
    this.tupleFirstMask = parts.tupleFirstMask();
    this.tupleSecondMask = parts.tupleSecondMask();
    this.tupleBestRule = parts.tupleBestRule();
    this.tupleLastRule = parts.tupleLastRule();
    this.slots = parts.slots();
    this.slotShift = shiftOf(slots.length / SLOT);
    this.entries = parts.entries();
    this.entryLength = ENTRY_HEAD + 2 * others.words();
    this.exact = parts.exact();
  }

  /** Builds the search of a problem; time and memory are about linear in its boxes. */
  public static TupleSearch build(ClassifierProblem problem) {
    return new TupleSearchBuilder(problem).build();
  }

  static int shiftOf(int capacity) {
    return Integer.numberOfLeadingZeros(capacity) + 1;
  }

  static int hash(int first, int second, int tuple, int shift) {
    long h = first * 0x9e37_79b9_7f4a_7c15L + second * 0xc2b2_ae3d_27d4_eb4fL + tuple;
    h = (h ^ (h >>> 32)) * 0xd6e8_feb8_6659_fd93L;
    return (int) (h >>> 32) >>> shift;
  }

  /**
   * The first rule that matches.
   *
   * @param point holds the values of all fields in their order
   * @param offset where they start
   * @param from the first rule to look at
   * @return the rule, at least {@code from}, or -1 if none matches
   */
  public int firstMatch(int[] point, int offset, int from) {
    int first = point[offset + firstField] & firstMask;
    int second = point[offset + secondField] & secondMask;
    long live = firstTuples[firstTrie.classOf(first)] & secondTuples[secondTrie.classOf(second)];
    if (live == 0) {
      return -1;
    }
    long packed = others.pack(0, point, offset);
    int best = Integer.MAX_VALUE;
    do {
      int tuple = Long.numberOfTrailingZeros(live);
      if (tupleBestRule[tuple] >= best) {
        break;
      }
      live &= live - 1;
      if (tupleLastRule[tuple] >= from) {
        int slot = slotOf(first & tupleFirstMask[tuple], second & tupleSecondMask[tuple], tuple);
        if (slot >= 0) {
          best = better(point, offset, from, slot, packed, best);
        }
      }
    } while (live != 0);
    return best == Integer.MAX_VALUE ? -1 : best;
  }

  /** The index of a slot in {@link #slots}, or -1. */
  private int slotOf(int first, int second, int tuple) {
    int[] s = slots;
    int at = hash(first, second, tuple, slotShift) * SLOT;
    while (true) {
      int tupleAndCount = s[at + SLOT_TUPLE_AND_COUNT];
      if (tupleAndCount == 0) {
        return -1;
      }
      if (s[at + SLOT_FIRST] == first
          && s[at + SLOT_SECOND] == second
          && (tupleAndCount & ((1 << TUPLE_BITS) - 1)) == tuple) {
        return at;
      }
      at = (at + SLOT) & (s.length - 1);
    }
  }

  /** The first rule of a slot that is within [from, best) and matches, or {@code best}. */
  private int better(int[] point, int offset, int from, int slot, long packed, int best) {
    long[] e = entries;
    int at = slots[slot + SLOT_ENTRY];
    int end = at + (slots[slot + SLOT_TUPLE_AND_COUNT] >>> TUPLE_BITS) * entryLength;
    for (; at < end; at += entryLength) {
      int rule = (int) (e[at] >>> 32);
      if (rule >= best) {
        return best;
      }
      if (Lanes.within(packed, e[at + 1], e[at + 2], otherGuard)
          && rule >= from
          && restMatches(point, offset, at)) {
        return rule;
      }
    }
    return best;
  }

  /** Further words of lanes, and the exact ranges of the two fields. */
  private boolean restMatches(int[] point, int offset, int entry) {
    long[] e = entries;
    for (int word = 1; word < others.words(); word++) {
      int at = entry + ENTRY_HEAD + 2 * word;
      if (!Lanes.within(others.pack(word, point, offset), e[at], e[at + 1], others.guard(word))) {
        return false;
      }
    }
    int ranges = (int) e[entry];
    return ranges < 0
        || exactlyWithin(point[offset + firstField], point[offset + secondField], ranges);
  }

  private boolean exactlyWithin(int first, int second, int ranges) {
    return within(first & firstMask, exact[ranges], exact[ranges + 1])
        && within(second & secondMask, exact[ranges + 2], exact[ranges + 3]);
  }

  /**
   * The first rule that matches each of many points.
   *
   * @param columns for each field the values of all points
   * @param from the first point
   * @param to the end of the points, exclusive
   * @param out takes the rule, or -1, of point i at index i
   */
  public void firstMatch(int[][] columns, int from, int to, int[] out) {
    if (Math.max(firstTuples.length, secondTuples.length) > MOST_STAGED_CLASSES) {
      unstaged(columns, from, to, out);
      return;
    }
    for (int start = from; start < to; start += CHUNK) {
      int end = Math.min(to, start + CHUNK);
      classes(firstTrie, columns[firstField], start, end, out, 0);
      classes(secondTrie, columns[secondField], start, end, out, -1);
      if (touch(columns[firstField], columns[secondField], start, end, out) == NEVER) {
        throw new AssertionError("the sum of rules is never negative");
      }
      for (int i = start; i < end; i++) {
        long live = firstTuples[out[i] >>> 16] & secondTuples[out[i] & 0xffff];
        out[i] = probe(columns, i, live);
      }
    }
  }

  private void unstaged(int[][] columns, int from, int to, int[] out) {
    int[] firsts = columns[firstField];
    int[] seconds = columns[secondField];
    for (int i = from; i < to; i++) {
      long inFirst = firstTuples[firstTrie.classOf(firsts[i])];
      out[i] = probe(columns, i, inFirst & secondTuples[secondTrie.classOf(seconds[i])]);
    }
  }

  /** Puts the class of the first field above the class of the second, 16 bits each. */
  private static void classes(RangeTrie trie, int[] column, int from, int to, int[] out, int kept) {
    for (int i = from; i < to; i++) {
      out[i] = (out[i] & kept) << 16 | trie.classOf(column[i]);
    }
  }

  /**
   * Loads what {@link #probe} will most likely need, for many points at a time, so that their cache
   * misses overlap. Its result is used, or the loads would be optimised away.
   */
  private long touch(int[] firsts, int[] seconds, int from, int to, int[] out) {
    long sum = 0;
    for (int i = from; i < to; i++) {
      long live = firstTuples[out[i] >>> 16] & secondTuples[out[i] & 0xffff];
      int tuple = Long.numberOfTrailingZeros(live | LAST_TUPLE);
      int at =
          hash(
                  firsts[i] & tupleFirstMask[tuple],
                  seconds[i] & tupleSecondMask[tuple],
                  tuple,
                  slotShift)
              * SLOT;
      sum |= entries[slots[at + SLOT_ENTRY]] & Long.MAX_VALUE;
    }
    return sum;
  }

  private int probe(int[][] columns, int i, long candidates) {
    long live = candidates;
    if (live == 0) {
      return -1;
    }
    int first = columns[firstField][i] & firstMask;
    int second = columns[secondField][i] & secondMask;
    long packed = others.pack(0, columns, i);
    int best = Integer.MAX_VALUE;
    do {
      int tuple = Long.numberOfTrailingZeros(live);
      if (tupleBestRule[tuple] >= best) {
        break;
      }
      live &= live - 1;
      int slot = slotOf(first & tupleFirstMask[tuple], second & tupleSecondMask[tuple], tuple);
      if (slot >= 0) {
        best = better(columns, i, slot, packed, best);
      }
    } while (live != 0);
    return best == Integer.MAX_VALUE ? -1 : best;
  }

  private int better(int[][] columns, int i, int slot, long packed, int best) {
    long[] e = entries;
    int at = slots[slot + SLOT_ENTRY];
    int end = at + (slots[slot + SLOT_TUPLE_AND_COUNT] >>> TUPLE_BITS) * entryLength;
    for (; at < end; at += entryLength) {
      int rule = (int) (e[at] >>> 32);
      if (rule >= best) {
        return best;
      }
      if (Lanes.within(packed, e[at + 1], e[at + 2], otherGuard) && restMatches(columns, i, at)) {
        return rule;
      }
    }
    return best;
  }

  private boolean restMatches(int[][] columns, int i, int entry) {
    long[] e = entries;
    for (int word = 1; word < others.words(); word++) {
      int at = entry + ENTRY_HEAD + 2 * word;
      if (!Lanes.within(others.pack(word, columns, i), e[at], e[at + 1], others.guard(word))) {
        return false;
      }
    }
    int ranges = (int) e[entry];
    return ranges < 0 || exactlyWithin(columns[firstField][i], columns[secondField][i], ranges);
  }

  private static boolean within(int value, int low, int span) {
    return Integer.compareUnsigned(value - low, span) <= 0;
  }

  /** The number of pairs of prefix lengths, at most 64. */
  public int tuples() {
    return tupleBestRule.length;
  }

  /** The size of all arrays in bytes, headers included. */
  public long memoryBytes() {
    return firstTrie.memoryBytes()
        + secondTrie.memoryBytes()
        + 16 * 9
        + 8L * (firstTuples.length + secondTuples.length)
        + 4L * (2 * MOST_TUPLES + 2 * tupleBestRule.length)
        + others.memoryBytes()
        + 8L * entries.length
        + 4L * (slots.length + exact.length);
  }
}
