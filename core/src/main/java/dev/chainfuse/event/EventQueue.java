package dev.chainfuse.event;

import java.util.Arrays;

/**
 * Events in order of time; of two at the same time the one that was added first comes first, so a
 * run is the same each time. A four-ary heap over primitive arrays: one level of it lies within one
 * cache line of {@link #times}, and nothing is allocated once the arrays have grown. One thread at
 * a time.
 *
 * <pre>
 * children of i: 4i + 1 .. 4i + 4
 *             +------+------+------+--
 *  times      | ns   |      |      |     order: times, then sequences
 *  sequences  | nth  |      |      |
 *  kinds      | int  |      |      |     the event: an int and a long,
 *  payloads   | long |      |      |     their meaning is the caller's
 *             +------+------+------+--
 * </pre>
 */
public final class EventQueue {
  /** {@link #nextNanos} of an empty queue. */
  public static final long NEVER = Long.MAX_VALUE;

  private static final int CHILDREN_SHIFT = 2;
  private static final int CHILDREN = 1 << CHILDREN_SHIFT;

  private long[] times;
  private long[] sequences;
  private int[] kinds;
  private long[] payloads;
  private int size;
  private long nextSequence;

  /**
   * An empty queue.
   *
   * @param initialCapacity events that fit before the arrays grow; at least 1
   */
  public EventQueue(int initialCapacity) {
    if (initialCapacity < 1) {
      throw new IllegalArgumentException("initialCapacity " + initialCapacity + " is not positive");
    }
    times = new long[initialCapacity];
    sequences = new long[initialCapacity];
    kinds = new int[initialCapacity];
    payloads = new long[initialCapacity];
  }

  /** How many events wait. */
  public int size() {
    return size;
  }

  public boolean isEmpty() {
    return size == 0;
  }

  /** Time of the first event; {@link #NEVER} if there is none. */
  public long nextNanos() {
    return size == 0 ? NEVER : times[0];
  }

  /** Kind of the first event; without meaning if there is none. */
  public int nextKind() {
    return kinds[0];
  }

  /** Payload of the first event; without meaning if there is none. */
  public long nextPayload() {
    return payloads[0];
  }

  /** Adds an event behind all others of the same time. */
  public void add(long nanos, int kind, long payload) {
    if (size == times.length) {
      grow();
    }
    long sequence = nextSequence++;
    int at = size++;
    while (at > 0) {
      int parent = at - 1 >> CHILDREN_SHIFT;
      // A new event has the highest sequence: it passes only events that are strictly later.
      if (times[parent] <= nanos) {
        break;
      }
      move(parent, at);
      at = parent;
    }
    put(at, nanos, sequence, kind, payload);
  }

  /**
   * Removes the first event.
   *
   * @throws IllegalStateException if there is none
   */
  public void removeNext() {
    if (size == 0) {
      throw new IllegalStateException("no event waits");
    }
    int last = --size;
    long nanos = times[last];
    long sequence = sequences[last];
    int at = 0;
    while (true) {
      int first = (at << CHILDREN_SHIFT) + 1;
      if (first >= size) {
        break;
      }
      int least = earliest(first, Math.min(first + CHILDREN, size));
      if (!before(times[least], sequences[least], nanos, sequence)) {
        break;
      }
      move(least, at);
      at = least;
    }
    put(at, nanos, sequence, kinds[last], payloads[last]);
  }

  private int earliest(int from, int to) {
    int least = from;
    for (int i = from + 1; i < to; i++) {
      if (before(times[i], sequences[i], times[least], sequences[least])) {
        least = i;
      }
    }
    return least;
  }

  private static boolean before(long nanos, long sequence, long thanNanos, long thanSequence) {
    return nanos < thanNanos || nanos == thanNanos && sequence < thanSequence;
  }

  private void move(int from, int to) {
    put(to, times[from], sequences[from], kinds[from], payloads[from]);
  }

  private void put(int at, long nanos, long sequence, int kind, long payload) {
    times[at] = nanos;
    sequences[at] = sequence;
    kinds[at] = kind;
    payloads[at] = payload;
  }

  private void grow() {
    int capacity = Math.addExact(size, Math.max(size >> 1, CHILDREN));
    times = Arrays.copyOf(times, capacity);
    sequences = Arrays.copyOf(sequences, capacity);
    kinds = Arrays.copyOf(kinds, capacity);
    payloads = Arrays.copyOf(payloads, capacity);
  }
}
