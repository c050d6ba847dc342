package dev.chainfuse.stateful;

import java.util.Arrays;
import org.agrona.collections.Int2ObjectHashMap;

/**
 * The elements of one set: open addressing with linear probing, at most two thirds full, deletion
 * by moving back. An element is a number that holds until the next {@link #add} or {@link #remove}.
 * Mutable, one thread; {@link #find} allocates nothing.
 */
public final class ElementTable {
  /** {@link #find} found nothing. */
  public static final int NONE = -1;

  private static final long[] NO_WORDS = {};
  private static final long SLOT_MASK = 0xffff_ffffL;
  private static final int SMALLEST = 16;

  private final boolean pairs;
  private final boolean timed;
  private final boolean counted;
  private long[] first;
  private long[] second;

  /** The last jiffy of each element; 0 if it stays. */
  private long[] deadline;

  /** Packets, bytes, packets, bytes, ... */
  private long[] counters;

  /** Tells elements apart, and which of two came first; grows. */
  private int[] sequence;

  /** Notes of the few elements that have one, by {@link #sequence}. */
  private Int2ObjectHashMap<ElementNote> notes = new Int2ObjectHashMap<>();

  private int nextSequence;

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
    sequence = new int[0];
    allocate(slots);
  }

  /** The same elements; the copy and this one then change apart from each other. */
  ElementTable copy(long laterJiffies) {
    ElementTable copy = new ElementTable(pairs, timed, counted, 0);
    copy.mask = mask;
    copy.size = size;
    copy.first = first.clone();
    copy.second = second.clone();
    copy.deadline = deadline.clone();
    copy.counters = counters.clone();
    copy.sequence = sequence.clone();
    copy.nextSequence = nextSequence;
    copy.notes.putAll(notes);
    for (int i = 0; i < copy.deadline.length; i++) {
      copy.deadline[i] += deadline[i] == 0 ? 0 : laterJiffies;
    }
    return copy;
  }

  private void allocate(int slots) {
    mask = slots - 1;
    first = new long[slots];
    second = pairs ? new long[slots] : NO_WORDS;
    deadline = timed ? new long[slots] : NO_WORDS;
    counters = counted ? new long[2 * slots] : NO_WORDS;
    sequence = new int[slots];
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
    if (nextSequence == Integer.MAX_VALUE) {
      renumber();
    }
    size++;
    int element = place(a, b);
    sequence[element] = nextSequence++;
    return element;
  }

  /** Starts the sequence anew, in the same order. */
  private void renumber() {
    Int2ObjectHashMap<ElementNote> renumbered = new Int2ObjectHashMap<>();
    int[] slots = inOrder();
    for (int i = 0; i < slots.length; i++) {
      ElementNote note = notes.get(sequence[slots[i]]);
      if (note != null) {
        renumbered.put(i, note);
      }
      sequence[slots[i]] = i;
    }
    notes = renumbered;
    nextSequence = slots.length;
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
    int[] oldSequence = sequence;
    allocate(oldFirst.length * 2);
    for (int i = 0; i < oldFirst.length; i++) {
      if (oldFirst[i] != 0) {
        int at = place(oldFirst[i], pairs ? oldSecond[i] : 0);
        sequence[at] = oldSequence[i];
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
    notes.remove(sequence[element]);
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
    sequence[to] = sequence[from];
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

  /** The element's note, or {@link ElementNote#NONE}. */
  ElementNote note(int element) {
    ElementNote note = notes.isEmpty() ? null : notes.get(sequence[element]);
    return note == null ? ElementNote.NONE : note;
  }

  void setNote(int element, ElementNote note) {
    if (!note.equals(ElementNote.NONE)) {
      notes.put(sequence[element], note);
    } else if (!notes.isEmpty()) {
      notes.remove(sequence[element]);
    }
  }

  /** The element that has been there longest, or {@link #NONE}. */
  int oldest() {
    int oldest = NONE;
    for (int i = 0; i <= mask; i++) {
      if (first[i] != 0 && (oldest < 0 || sequence[i] < sequence[oldest])) {
        oldest = i;
      }
    }
    return oldest;
  }

  /** The slots of all elements in the order in which they came. */
  int[] inOrder() {
    long[] order = new long[size];
    int n = 0;
    for (int i = 0; i <= mask; i++) {
      if (first[i] != 0) {
        order[n++] = (long) sequence[i] << 32 | i;
      }
    }
    Arrays.sort(order);
    int[] slots = new int[n];
    for (int i = 0; i < n; i++) {
      slots[i] = (int) (order[i] & SLOT_MASK);
    }
    return slots;
  }

  /** The slots of all elements in the order of their first words, unsigned. */
  int[] byKey() {
    long[] keys = new long[size];
    int n = 0;
    for (int i = 0; i <= mask; i++) {
      if (first[i] != 0) {
        keys[n++] = first[i] ^ Long.MIN_VALUE;
      }
    }
    Arrays.sort(keys);
    int[] slots = new int[n];
    for (int i = 0; i < n; i++) {
      slots[i] = find(keys[i] ^ Long.MIN_VALUE, 0);
    }
    return slots;
  }

  /** Bytes of all arrays. */
  public long memoryBytes() {
    return (long) Long.BYTES * (first.length + second.length + deadline.length + counters.length)
        + (long) Integer.BYTES * sequence.length;
  }
}
