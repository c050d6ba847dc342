package dev.chainfuse.stateful;

import java.util.Arrays;

/**
 * The elements of one set: open addressing with linear probing, at most two thirds full, deletion
 * by moving back. An element is a number that holds until the next {@link #add} or {@link #remove}.
 * Mutable, one thread; {@link #find} allocates nothing.
 */
public final class ElementTable {
  /** {@link #find} found nothing. */
  public static final int NONE = -1;

  private static final long[] NO_WORDS = {};
  private static final int SMALLEST = 16;
  private static final int WORD_BYTES = 8;

  private final boolean pairs;
  private final boolean timed;
  private final boolean counted;
  private long[] first;
  private long[] second;

  /** The last jiffy of each element; 0 if it stays. */
  private long[] deadline;

  /** Packets, bytes, packets, bytes, ... */
  private long[] counters;

  private int mask;
  private int size;

  /**
   * An empty table.
   *
   * @param pairs elements have a second word
   * @param timed elements have deadlines
   * @param counted elements have counters
   * @param expected how many elements to have room for
   */
  public ElementTable(boolean pairs, boolean timed, boolean counted, int expected) {
    this.pairs = pairs;
    this.timed = timed;
    this.counted = counted;
    int slots = SMALLEST;
    while (slots < 1 << 30 && slots * 2L < expected * 3L) {
      slots <<= 1;
    }
    first = NO_WORDS;
    second = NO_WORDS;
    deadline = NO_WORDS;
    counters = NO_WORDS;
    allocate(slots);
  }

  private void allocate(int slots) {
    mask = slots - 1;
    first = new long[slots];
    second = pairs ? new long[slots] : NO_WORDS;
    deadline = timed ? new long[slots] : NO_WORDS;
    counters = counted ? new long[2 * slots] : NO_WORDS;
  }

  private static int hash(long a, long b) {
    long h = (a & ~SetKey.NOMATCH) * 0x9e3779b97f4a7c15L ^ Long.rotateLeft(b, 29);
    h = (h ^ h >>> 32) * 0xd6e8feb86659fd93L;
    return (int) (h ^ h >>> 32);
  }

  /** The element, whether it has expired or not, or {@link #NONE}. */
  public int find(long a, long b) {
    long[] words = first;
    int at = hash(a, b) & mask;
    while (true) {
      long word = words[at];
      if (word == 0) {
        return NONE;
      }
      if ((word & ~SetKey.NOMATCH) == (a & ~SetKey.NOMATCH) && (!pairs || second[at] == b)) {
        return at;
      }
      at = at + 1 & mask;
    }
  }

  /** Adds an element that is not there; returns it. */
  public int add(long a, long b) {
    if ((size + 1) * 3L > (mask + 1) * 2L) {
      grow();
    }
    size++;
    return place(a, b);
  }

  private int place(long a, long b) {
    int at = hash(a, b) & mask;
    while (first[at] != 0) {
      at = at + 1 & mask;
    }
    first[at] = a;
    if (pairs) {
      second[at] = b;
    }
    return at;
  }

  private void grow() {
    long[] oldFirst = first;
    long[] oldSecond = second;
    long[] oldDeadline = deadline;
    long[] oldCounters = counters;
    allocate(oldFirst.length * 2);
    for (int i = 0; i < oldFirst.length; i++) {
      if (oldFirst[i] != 0) {
        int at = place(oldFirst[i], pairs ? oldSecond[i] : 0);
        if (timed) {
          deadline[at] = oldDeadline[i];
        }
        if (counted) {
          counters[2 * at] = oldCounters[2 * i];
          counters[2 * at + 1] = oldCounters[2 * i + 1];
        }
      }
    }
  }

  /** Removes an element and closes the gap: what probing would no longer reach moves back. */
  public void remove(int element) {
    int hole = element;
    int at = element;
    while (true) {
      at = at + 1 & mask;
      if (first[at] == 0) {
        break;
      }
      int home = hash(first[at], pairs ? second[at] : 0) & mask;
      if ((at - home & mask) >= (at - hole & mask)) {
        move(at, hole);
        hole = at;
      }
    }
    first[hole] = 0;
    size--;
  }

  private void move(int from, int to) {
    first[to] = first[from];
    if (pairs) {
      second[to] = second[from];
    }
    if (timed) {
      deadline[to] = deadline[from];
    }
    if (counted) {
      counters[2 * to] = counters[2 * from];
      counters[2 * to + 1] = counters[2 * from + 1];
    }
  }

  /** How many elements there are, expired ones included. */
  public int size() {
    return size;
  }

  /** Elements are among 0 to {@code slots() - 1}. */
  public int slots() {
    return mask + 1;
  }

  /** The first word of a slot; 0 if it holds no element. */
  public long first(int slot) {
    return first[slot];
  }

  public long second(int slot) {
    return pairs ? second[slot] : 0;
  }

  void setNomatch(int element, boolean nomatch) {
    first[element] = first[element] & ~SetKey.NOMATCH | (nomatch ? SetKey.NOMATCH : 0);
  }

  long deadline(int element) {
    return timed ? deadline[element] : 0;
  }

  void setDeadline(int element, long jiffies) {
    if (timed) {
      deadline[element] = jiffies;
    }
  }

  long packets(int element) {
    return counted ? counters[2 * element] : 0;
  }

  long bytes(int element) {
    return counted ? counters[2 * element + 1] : 0;
  }

  void setCounters(int element, long packets, long bytes) {
    if (counted) {
      counters[2 * element] = packets;
      counters[2 * element + 1] = bytes;
    }
  }

  /** The slots of all elements in the order of their keys, unsigned. */
  int[] sorted() {
    Integer[] slots = new Integer[size];
    int n = 0;
    for (int i = 0; i <= mask; i++) {
      if (first[i] != 0) {
        slots[n++] = i;
      }
    }
    Arrays.sort(slots, this::compare);
    return Arrays.stream(slots).mapToInt(Integer::intValue).toArray();
  }

  private int compare(int a, int b) {
    int byFirst = Long.compareUnsigned(first[a], first[b]);
    return byFirst != 0 ? byFirst : Long.compareUnsigned(second(a), second(b));
  }

  /** Bytes of all arrays. */
  public long memoryBytes() {
    return (long) WORD_BYTES * (first.length + second.length + deadline.length + counters.length);
  }
}
