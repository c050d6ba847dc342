package dev.chainfuse.forwarding;

import dev.chainfuse.packet.Ipv4;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The longest prefix of a fixed set that covers an address. Prefixes are numbered by their place in
 * the list that the index is made of. Immutable; look-up allocates nothing.
 *
 * <p>The prefixes cut the address space into at most 2n+1 ranges; a look-up takes the ranges of the
 * address's first octet and searches them by halving.
 *
 * <pre>
 *   byOctet   0 ............ 255 256      first range that begins in or covers the octet's start
 *             |
 *             v
 *   starts    0 | 10.0.0.0 | 10.1.0.0 | 10.2.0.0 | 11.0.0.0     ascending, unsigned, 0 first
 *   prefix   -1 |    0     |    1     |    0     |    -1        longest prefix over that range
 *   parent           -1         0                               next shorter prefix, by prefix
 * </pre>
 */
final class PrefixIndex {
  static final int NONE = -1;

  /** Range starts, with the sign bit flipped so that signed comparison orders them. */
  private final int[] starts;

  private final int[] prefixes;
  private final int[] byOctet = new int[257];
  private final int[] parents;

  private PrefixIndex(int[] starts, int[] prefixes, int[] parents) {
    this.starts = starts;
    this.prefixes = prefixes;
    this.parents = parents;
    int at = 0;
    for (int octet = 0; octet < 256; octet++) {
      int first = (octet << 24) ^ Integer.MIN_VALUE;
      while (at + 1 < starts.length && starts[at + 1] <= first) {
        at++;
      }
      byOctet[octet] = at;
    }
    byOctet[256] = starts.length - 1;
  }

  /** The index of distinct prefixes, given as addresses and lengths. */
  static PrefixIndex of(int[] addresses, int[] lengths) {
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < addresses.length; i++) {
      order.add(i);
    }
    order.sort(
        Comparator.<Integer>comparingLong(i -> Integer.toUnsignedLong(addresses[i]))
            .thenComparingInt(i -> lengths[i]));
    int[] parents = new int[addresses.length];
    Cuts cuts = new Cuts();
    // Prefixes nest, so those that are open form a stack, shortest at the bottom.
    List<Integer> open = new ArrayList<>();
    for (int prefix : order) {
      long first = Integer.toUnsignedLong(addresses[prefix]);
      closeBefore(first, open, cuts, addresses, lengths);
      parents[prefix] = open.isEmpty() ? NONE : open.get(open.size() - 1);
      open.add(prefix);
      cuts.add(first, prefix);
    }
    closeBefore(1L << 32, open, cuts, addresses, lengths);
    return cuts.index(parents);
  }

  private static void closeBefore(
      long next, List<Integer> open, Cuts cuts, int[] addresses, int[] lengths) {
    while (!open.isEmpty()) {
      int top = open.get(open.size() - 1);
      long end =
          Integer.toUnsignedLong(addresses[top])
              + Integer.toUnsignedLong(~Ipv4.mask(lengths[top]))
              + 1;
      if (end > next) {
        return;
      }
      open.remove(open.size() - 1);
      cuts.add(end, open.isEmpty() ? NONE : open.get(open.size() - 1));
    }
  }

  /** Ranges in the making. */
  private static final class Cuts {
    private final List<Long> starts = new ArrayList<>(List.of(0L));
    private final List<Integer> prefixes = new ArrayList<>(List.of(NONE));

    void add(long start, int prefix) {
      int last = starts.size() - 1;
      if (start > 0xffff_ffffL) {
        return;
      }
      if (starts.get(last) == start) {
        prefixes.set(last, prefix);
      } else {
        starts.add(start);
        prefixes.add(prefix);
      }
    }

    PrefixIndex index(int[] parents) {
      int[] flipped = new int[starts.size()];
      int[] numbers = new int[starts.size()];
      for (int i = 0; i < flipped.length; i++) {
        flipped[i] = (int) (long) starts.get(i) ^ Integer.MIN_VALUE;
        numbers[i] = prefixes.get(i);
      }
      return new PrefixIndex(flipped, numbers, parents);
    }
  }

  /** The longest prefix that covers {@code address}, or {@link #NONE}. */
  int find(int address) {
    int key = address ^ Integer.MIN_VALUE;
    int octet = address >>> 24;
    int low = byOctet[octet];
    int high = byOctet[octet + 1];
    int[] s = starts;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (s[middle] <= key) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return prefixes[low];
  }

  /** The longest prefix that covers all of {@code prefix} and is shorter, or {@link #NONE}. */
  int parent(int prefix) {
    return parents[prefix];
  }

  int ranges() {
    return starts.length;
  }

  long rangeFirst(int range) {
    return Integer.toUnsignedLong(starts[range] ^ Integer.MIN_VALUE);
  }

  long rangeLast(int range) {
    return range + 1 < starts.length ? rangeFirst(range + 1) - 1 : 0xffff_ffffL;
  }

  long memoryBytes() {
    return 4L * (starts.length + prefixes.length + byOctet.length + parents.length);
  }
}
