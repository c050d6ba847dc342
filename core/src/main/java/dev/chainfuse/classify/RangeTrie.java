package dev.chainfuse.classify;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The class of a field's value in one to five loads without branches on data.
 *
 * <p>A value is cut in one, two, three or five strides. A block of a level is indexed by the
 * stride's high bits: a block whose neighbours are alike keeps fewer entries and a greater shift,
 * down to a single entry. Equal blocks are stored once. An entry above the last level leads to a
 * block:
 *
 * <pre>
 *   31                          5 4       0
 *  +-----------------------------+---------+
 *  |   index of the block        |  shift  |
 *  +-----------------------------+---------+
 * </pre>
 *
 * An entry of the last level is a class. The root block is at index 0.
 */
final class RangeTrie {
  private static final int SHIFT_BITS = 5;
  private static final int UNIFORM = 31;
  private static final int MOST_NODES = 1 << 27;
  private static final int SMALL_BLOCK = 1024;

  /** Above so many entries a trie of 32 bits is cut finer, which costs two more loads. */
  private static final int LARGE_TRIE = 1 << 19;

  /** Above so many intervals only the first strides are tried: 16, 8 and 8 bits of 32. */
  private static final int MANY_INTERVALS = 2048;

  private final int[] nodes;
  private final int levels;
  private final int rootMask;
  private final int rootShift;
  private final int mask1;
  private final int mask2;
  private final int mask3;
  private final int mask4;

  private RangeTrie(int[] nodes, int width, int rootShift, int[] strides) {
    this.nodes = nodes;
    this.levels = strides.length;
    this.rootMask = mask(width);
    this.rootShift = rootShift;
    this.mask1 = maskBelow(width, strides, 1);
    this.mask2 = maskBelow(width, strides, 2);
    this.mask3 = maskBelow(width, strides, 3);
    this.mask4 = maskBelow(width, strides, 4);
  }

  private static int maskBelow(int width, int[] strides, int level) {
    int rest = width;
    for (int i = 0; i < Math.min(level, strides.length); i++) {
      rest -= strides[i];
    }
    return mask(rest);
  }

  private static int mask(int bits) {
    return (int) ((1L << bits) - 1);
  }

  /** The class of a value; bits above the field's width are ignored. */
  int classOf(int value) {
    int[] n = nodes;
    int entry = n[(value & rootMask) >>> rootShift];
    if (levels > 1) {
      entry = n[(entry >>> SHIFT_BITS) + ((value & mask1) >>> entry)];
      if (levels > 2) {
        entry = n[(entry >>> SHIFT_BITS) + ((value & mask2) >>> entry)];
        if (levels > 3) {
          entry = n[(entry >>> SHIFT_BITS) + ((value & mask3) >>> entry)];
          entry = n[(entry >>> SHIFT_BITS) + ((value & mask4) >>> entry)];
        }
      }
    }
    return entry;
  }

  long memoryBytes() {
    return 16 + nodes.length * 4L;
  }

  /** The smallest trie among the strides that suit the width. */
  static RangeTrie build(Intervals intervals) {
    RangeTrie best = null;
    for (int[] strides : candidates(intervals.width())) {
      if (best != null && intervals.starts().length > MANY_INTERVALS) {
        break;
      }
      RangeTrie trie = new Construction(intervals, strides).build();
      if (best == null || trie.nodes.length < best.nodes.length) {
        best = trie;
      }
      if (strides.length == 1 && trie.nodes.length <= SMALL_BLOCK) {
        return trie;
      }
    }
    if (best == null) {
      throw new IllegalArgumentException("bad width " + intervals.width());
    }
    if (best.nodes.length > LARGE_TRIE && intervals.width() == 32) {
      return new Construction(intervals, new int[] {16, 4, 4, 4, 4}).build();
    }
    return best;
  }

  private static List<int[]> candidates(int width) {
    List<int[]> candidates = new ArrayList<>();
    if (width > 8 && width <= 16) {
      candidates.add(new int[] {width / 2, width - width / 2});
    }
    if (width <= 16) {
      candidates.add(new int[] {width});
    }
    if (width > 16) {
      for (int low : new int[] {8, 6, 10, 12}) {
        if (width > low * 2 && width - low * 2 <= 16) {
          candidates.add(new int[] {width - low * 2, low, low});
        }
      }
      if (candidates.isEmpty()) {
        candidates.add(new int[] {width - 16, 8, 8});
      }
    }
    return candidates;
  }

  /** A block's content, compared by value. */
  @SuppressWarnings("ArrayRecordComponent") // equals is ours
  private record Block(int level, int[] entries) {
    @Override
    public boolean equals(Object other) {
      return other instanceof Block block
          && level == block.level
          && Arrays.equals(entries, block.entries);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(entries) + level;
    }
  }

  /** The state of building one trie. */
  private static final class Construction {
    private final Intervals intervals;
    private final int[] strides;
    private final int[] below;
    private final Map<Block, Integer> known = new HashMap<>();
    private int[] nodes = new int[1024];
    private int used;

    Construction(Intervals intervals, int[] strides) {
      this.intervals = intervals;
      this.strides = strides;
      this.below = new int[strides.length];
      int rest = intervals.width();
      for (int level = 0; level < strides.length; level++) {
        rest -= strides[level];
        below[level] = rest;
      }
    }

    RangeTrie build() {
      int width = intervals.width();
      int shift = shiftOf(0, 0, intervals.starts().length);
      used = 1 << (width - shift);
      nodes = new int[Math.max(1024, used * 2)];
      int[] root = entries(0, 0, shift, used, 0, intervals.starts().length);
      System.arraycopy(root, 0, nodes, 0, root.length);
      return new RangeTrie(Arrays.copyOf(nodes, used), width, shift, strides);
    }

    /** The greatest shift that keeps the starts in (from, to) apart, as far as this level goes. */
    private int shiftOf(int level, int from, int to) {
      int shift = level == 0 ? Math.min(intervals.width(), UNIFORM) : UNIFORM;
      for (int i = from + 1; i < to; i++) {
        shift = Math.min(shift, Long.numberOfTrailingZeros(intervals.starts()[i]));
        if (shift <= below[level]) {
          return below[level];
        }
      }
      return shift;
    }

    /** The entries of the block at {@code low} whose values lie in intervals [from, to). */
    private int[] entries(int level, long low, int shift, int count, int from, int to) {
      long[] starts = intervals.starts();
      int[] entries = new int[count];
      int interval = from;
      for (int i = 0; i < count; i++) {
        long first = low + ((long) i << shift);
        long last = first + (1L << shift) - 1;
        while (interval + 1 < to && starts[interval + 1] <= first) {
          interval++;
        }
        int end = interval + 1;
        while (end < to && starts[end] <= last) {
          end++;
        }
        entries[i] = entry(level + 1, first, interval, end);
      }
      return entries;
    }

    /** A class below the last level, else the reference to a block. */
    private int entry(int level, long low, int from, int to) {
      if (level == strides.length) {
        return intervals.classes()[from];
      }
      if (to == from + 1) {
        int[] single = {entry(level + 1, low, from, to)};
        return place(level, single) << SHIFT_BITS | UNIFORM;
      }
      int shift = shiftOf(level, from, to);
      int count = 1 << (below[level] + strides[level] - shift);
      return place(level, entries(level, low, shift, count, from, to)) << SHIFT_BITS | shift;
    }

    private int place(int level, int[] entries) {
      return known.computeIfAbsent(new Block(level, entries), this::append);
    }

    private int append(Block block) {
      int at = used;
      if (at + block.entries().length > MOST_NODES) {
        throw new IllegalStateException("a field's trie exceeds " + MOST_NODES + " entries");
      }
      if (at + block.entries().length > nodes.length) {
        nodes = Arrays.copyOf(nodes, Math.max(nodes.length * 2, at + block.entries().length));
      }
      System.arraycopy(block.entries(), 0, nodes, at, block.entries().length);
      used = at + block.entries().length;
      return at;
    }
  }
}
