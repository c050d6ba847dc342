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

  /** Slots of {@link #SLOT} ints; a slot without boxes is free. */
  static final int SLOT = 4;

  static final int SLOT_FIRST = 0;
  static final int SLOT_SECOND = 1;
  static final int SLOT_TUPLE_AND_COUNT = 2;
  static final int SLOT_ENTRY = 3;

  /** Bits of {@link #SLOT_TUPLE_AND_COUNT} that hold the tuple; the count is above. */
  static final int TUPLE_BITS = 6;

  /** Offsets in an entry: rule, the index of exact ranges or -1, then low and span a field. */
  static final int ENTRY_RULE = 0;

  static final int ENTRY_EXACT = 1;
  static final int ENTRY_RANGES = 2;

  /** The parts that the builder hands over; see the fields of {@link TupleSearch}. */
  record Parts(
      int firstField,
      int firstMask,
      int secondField,
      int secondMask,
      int[] otherFields,
      int[] otherMasks,
      RangeTrie firstTrie,
      RangeTrie secondTrie,
      long[] firstTuples,
      long[] secondTuples,
      int[] tupleFirstMask,
      int[] tupleSecondMask,
      int[] tupleBestRule,
      int[] tupleLastRule,
      int[] slots,
      int[] entries,
      int[] exact) {}

  private final int firstField;
  private final int firstMask;
  private final int secondField;
  private final int secondMask;
  private final int[] otherFields;
  private final int[] otherMasks;
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
   * The boxes of a slot one after another, by rule:
   *
   * <pre>
   *  | rule | index in exact, or -1 | low, span | low, span | ... for each other field
   * </pre>
   */
  private final int[] entries;

  private final int entryLength;

  /** Low and span of the first and the second field, where a prefix is not the whole truth. */
  private final int[] exact;

  TupleSearch(Parts parts) {
    this.firstField = parts.firstField();
    this.firstMask = parts.firstMask();
    this.secondField = parts.secondField();
    this.secondMask = parts.secondMask();
    this.otherFields = parts.otherFields();
    this.otherMasks = parts.otherMasks();
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
    this.entryLength = ENTRY_RANGES + 2 * otherFields.length;
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
    h = (h ^ h >>> 32) * 0xd6e8_feb8_6659_fd93L;
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
    int best = Integer.MAX_VALUE;
    while (live != 0) {
      int tuple = Long.numberOfTrailingZeros(live);
      if (tupleBestRule[tuple] >= best) {
        break;
      }
      live &= live - 1;
      if (tupleLastRule[tuple] >= from) {
        int slot = slotOf(first & tupleFirstMask[tuple], second & tupleSecondMask[tuple], tuple);
        if (slot >= 0) {
          best = better(point, offset, from, slot, best);
        }
      }
    }
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
          && (tupleAndCount & (1 << TUPLE_BITS) - 1) == tuple) {
        return at;
      }
      at = at + SLOT & s.length - 1;
    }
  }

  /** The first rule of a slot that is within [from, best) and matches, or {@code best}. */
  private int better(int[] point, int offset, int from, int slot, int best) {
    int[] e = entries;
    int at = slots[slot + SLOT_ENTRY];
    int end = at + (slots[slot + SLOT_TUPLE_AND_COUNT] >>> TUPLE_BITS) * entryLength;
    for (; at < end; at += entryLength) {
      int rule = e[at + ENTRY_RULE];
      if (rule >= best) {
        return best;
      }
      if (rule >= from && entryMatches(point, offset, at)) {
        return rule;
      }
    }
    return best;
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
    int[] firsts = columns[firstField];
    int[] seconds = columns[secondField];
    for (int i = from; i < to; i++) {
      out[i] = firstMatch(columns, i, firsts[i] & firstMask, seconds[i] & secondMask);
    }
  }

  private int firstMatch(int[][] columns, int i, int first, int second) {
    long live = firstTuples[firstTrie.classOf(first)] & secondTuples[secondTrie.classOf(second)];
    int best = Integer.MAX_VALUE;
    while (live != 0) {
      int tuple = Long.numberOfTrailingZeros(live);
      if (tupleBestRule[tuple] >= best) {
        break;
      }
      live &= live - 1;
      int slot = slotOf(first & tupleFirstMask[tuple], second & tupleSecondMask[tuple], tuple);
      if (slot >= 0) {
        best = better(columns, i, slot, best);
      }
    }
    return best == Integer.MAX_VALUE ? -1 : best;
  }

  private int better(int[][] columns, int i, int slot, int best) {
    int[] e = entries;
    int at = slots[slot + SLOT_ENTRY];
    int end = at + (slots[slot + SLOT_TUPLE_AND_COUNT] >>> TUPLE_BITS) * entryLength;
    for (; at < end; at += entryLength) {
      int rule = e[at + ENTRY_RULE];
      if (rule >= best) {
        return best;
      }
      if (entryMatches(columns, i, at)) {
        return rule;
      }
    }
    return best;
  }

  private boolean entryMatches(int[][] columns, int i, int entry) {
    int[] e = entries;
    int at = entry + ENTRY_RANGES;
    for (int k = 0; k < otherFields.length; k++, at += 2) {
      if (!within(columns[otherFields[k]][i] & otherMasks[k], e[at], e[at + 1])) {
        return false;
      }
    }
    int ranges = e[entry + ENTRY_EXACT];
    return ranges < 0
        || exactlyWithin(columns[firstField][i], columns[secondField][i], ranges);
  }

  private boolean exactlyWithin(int first, int second, int ranges) {
    return within(first & firstMask, exact[ranges], exact[ranges + 1])
        && within(second & secondMask, exact[ranges + 2], exact[ranges + 3]);
  }

  private boolean entryMatches(int[] point, int offset, int entry) {
    int[] e = entries;
    int at = entry + ENTRY_RANGES;
    for (int k = 0; k < otherFields.length; k++, at += 2) {
      if (!within(point[offset + otherFields[k]] & otherMasks[k], e[at], e[at + 1])) {
        return false;
      }
    }
    int ranges = e[entry + ENTRY_EXACT];
    return ranges < 0
        || exactlyWithin(point[offset + firstField], point[offset + secondField], ranges);
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
        + 16 * 11
        + 8L * (firstTuples.length + secondTuples.length)
        + 4L * 4 * tupleBestRule.length
        + 4L * 2 * otherFields.length
        + 4L * (slots.length + entries.length + exact.length);
  }
}
