package dev.chainfuse.packet;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * An immutable set of unsigned 32-bit values, as sorted, disjoint, non-adjacent inclusive ranges.
 * Values are {@code long}s from 0 to 2^32-1. Thread-safe.
 */
public final class RangeSet {
  /** The greatest value of any field. */
  public static final long MAX = 0xffff_ffffL;

  /** No value. */
  public static final RangeSet EMPTY = new RangeSet(new long[0]);

  /** Every value from 0 to {@link #MAX}. */
  public static final RangeSet ALL = new RangeSet(new long[] {0, MAX});

  /** first0, last0, first1, last1, ... */
  private final long[] bounds;

  private RangeSet(long[] bounds) {
    this.bounds = bounds;
  }

  /** The values {@code first} to {@code last}, both inclusive; empty if {@code first > last}. */
  public static RangeSet of(long first, long last) {
    if (first < 0 || last > MAX) {
      throw new IllegalArgumentException("range " + first + "-" + last + " is not within 0-" + MAX);
    }
    return first > last ? EMPTY : new RangeSet(new long[] {first, last});
  }

  /** The single value {@code value}. */
  public static RangeSet of(long value) {
    return of(value, value);
  }

  /**
   * All 32-bit values v with {@code (v & mask) == (value & mask)}. A non-contiguous mask gives one
   * range for each combination of the free bits above its lowest contiguous run of zeros.
   *
   * @throws IllegalArgumentException if that would be more than 65,536 ranges
   */
  public static RangeSet masked(int value, int mask) {
    int low = mask == 0 ? 32 : Integer.numberOfTrailingZeros(mask);
    int free = ~mask & (low == 32 ? 0 : -1 << low);
    int count = Integer.bitCount(free);
    if (count > 16) {
      throw new IllegalArgumentException("mask with " + count + " free bits above fixed ones");
    }
    long span = low == 32 ? MAX : (1L << low) - 1;
    long[] out = new long[2 << count];
    int base = value & mask;
    for (int i = 0; i < 1 << count; i++) {
      long first = Integer.toUnsignedLong(base | deposit(i, free));
      out[2 * i] = first;
      out[2 * i + 1] = first + span;
    }
    return new RangeSet(out);
  }

  private static int deposit(int bits, int mask) {
    int out = 0;
    int rest = mask;
    for (int i = 0; rest != 0; i++) {
      int lowest = Integer.lowestOneBit(rest);
      if ((bits >>> i & 1) != 0) {
        out |= lowest;
      }
      rest ^= lowest;
    }
    return out;
  }

  /** How many disjoint ranges the set has. */
  public int size() {
    return bounds.length / 2;
  }

  /** First value of range {@code index}. */
  public long first(int index) {
    return bounds[2 * index];
  }

  /** Last value of range {@code index}, inclusive. */
  public long last(int index) {
    return bounds[2 * index + 1];
  }

  /** Whether {@code value} is in the set. */
  public boolean contains(long value) {
    int at = Arrays.binarySearch(bounds, value);
    return at >= 0 || ((-at - 1) & 1) == 1;
  }

  /** Whether the 32-bit {@code value}, taken as unsigned, is in the set. */
  public boolean containsInt(int value) {
    return contains(Integer.toUnsignedLong(value));
  }

  public boolean isEmpty() {
    return bounds.length == 0;
  }

  public RangeSet union(RangeSet other) {
    List<long[]> all = new ArrayList<>();
    for (RangeSet set : List.of(this, other)) {
      for (int i = 0; i < set.size(); i++) {
        all.add(new long[] {set.first(i), set.last(i)});
      }
    }
    all.sort((a, b) -> Long.compare(a[0], b[0]));
    return merged(all);
  }

  private static RangeSet merged(List<long[]> sorted) {
    long[] out = new long[sorted.size() * 2];
    int n = 0;
    for (long[] range : sorted) {
      if (n > 0 && range[0] <= out[n - 1] + 1) {
        out[n - 1] = Math.max(out[n - 1], range[1]);
      } else {
        out[n++] = range[0];
        out[n++] = range[1];
      }
    }
    return new RangeSet(Arrays.copyOf(out, n));
  }

  public RangeSet intersect(RangeSet other) {
    List<long[]> out = new ArrayList<>();
    int i = 0;
    int j = 0;
    while (i < size() && j < other.size()) {
      long first = Math.max(first(i), other.first(j));
      long last = Math.min(last(i), other.last(j));
      if (first <= last) {
        out.add(new long[] {first, last});
      }
      if (last(i) < other.last(j)) {
        i++;
      } else {
        j++;
      }
    }
    return merged(out);
  }

  /** Every value that is not in this set. */
  public RangeSet complement() {
    List<long[]> out = new ArrayList<>();
    long next = 0;
    for (int i = 0; i < size(); i++) {
      if (first(i) > next) {
        out.add(new long[] {next, first(i) - 1});
      }
      next = last(i) + 1;
    }
    if (next <= MAX) {
      out.add(new long[] {next, MAX});
    }
    return merged(out);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof RangeSet set && Arrays.equals(bounds, set.bounds);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bounds);
  }

  @Override
  public String toString() {
    StringBuilder out = new StringBuilder("{");
    for (int i = 0; i < size(); i++) {
      out.append(i == 0 ? "" : " ").append(first(i));
      if (last(i) != first(i)) {
        out.append('-').append(last(i));
      }
    }
    return out.append('}').toString();
  }
}
