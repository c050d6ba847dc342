package dev.chainfuse.stateful;

/**
 * Which prefix lengths the elements of a set have, longest first, as the kernel probes them (struct
 * net_prefixes, net/netfilter/ipset/ip_set_hash_gen.h). Mutable, one thread.
 */
final class PrefixLengths {
  private static final int ADDRESS_BITS = 32;

  private final int[] counts = new int[ADDRESS_BITS + 1];

  /** The lengths in use: the first {@link #used} hold. */
  final int[] lengths = new int[ADDRESS_BITS + 1];

  int used;

  /** Of a part without prefixes. */
  static PrefixLengths whole() {
    PrefixLengths whole = new PrefixLengths();
    whole.add(ADDRESS_BITS);
    return whole;
  }

  PrefixLengths copy() {
    PrefixLengths copy = new PrefixLengths();
    System.arraycopy(counts, 0, copy.counts, 0, counts.length);
    copy.collect();
    return copy;
  }

  void add(int length) {
    if (counts[length]++ == 0) {
      collect();
    }
  }

  void remove(int length) {
    if (--counts[length] == 0) {
      collect();
    }
  }

  /** What SET adds to a set (INIT_CIDR): the longest in use, or a whole address. */
  int ofNew() {
    return used == 0 ? ADDRESS_BITS : lengths[0];
  }

  private void collect() {
    used = 0;
    for (int length = ADDRESS_BITS; length >= 0; length--) {
      if (counts[length] > 0) {
        lengths[used++] = length;
      }
    }
  }
}
