package dev.chainfuse.classify;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * Builds a {@link TupleSearch}: covers each box by prefixes of its two most telling fields, merges
 * pairs of prefix lengths until at most 64 are left, and files the boxes under their prefixes.
 */
final class TupleSearchBuilder {
  /** The most prefixes that a range is cut into; the rest of its shape is checked exactly. */
  private static final int MOST_PIECES = 4;

  /** The lengths of two prefixes. */
  private record Lengths(int first, int second) {
    Lengths meet(Lengths other) {
      return new Lengths(Math.min(first, other.first), Math.min(second, other.second));
    }

    int bitsAbove(Lengths other) {
      return first - other.first + second - other.second;
    }
  }

  /** Values that start with the same {@code length} bits as {@code value}. */
  private record Prefix(long value, int length) {}

  /** Where a box is filed. */
  private record Filing(int box, Prefix first, Prefix second) {
    Lengths lengths() {
      return new Lengths(first.length(), second.length());
    }
  }

  private record Key(int tuple, int first, int second) {}

  private final ClassifierProblem problem;
  private final int firstField;
  private final int secondField;
  private final Lanes others;

  TupleSearchBuilder(ClassifierProblem problem) {
    this.problem = problem;
    int[] byVariety =
        IntStream.range(0, problem.fields())
            .boxed()
            .sorted(Comparator.comparingInt(field -> -variety(problem, field)))
            .mapToInt(Integer::intValue)
            .toArray();
    this.firstField = byVariety.length > 0 ? byVariety[0] : 0;
    this.secondField = byVariety.length > 1 ? byVariety[1] : firstField;
    this.others =
        new Lanes(problem, Arrays.stream(byVariety).skip(2).filter(problem::isRead).toArray());
  }

  /** How many different prefixes the ranges of a field need. */
  private static int variety(ClassifierProblem problem, int field) {
    Set<Prefix> prefixes = new HashSet<>();
    for (int box = 0; box < problem.boxes(); box++) {
      prefixes.add(
          enclosing(problem.low(box, field), problem.high(box, field), problem.width(field)));
    }
    return prefixes.size();
  }

  private static Prefix enclosing(long low, long high, int width) {
    int free = 64 - Long.numberOfLeadingZeros(low ^ high);
    return new Prefix((low >>> free) << free, width - free);
  }

  private static boolean isPrefix(long low, long high) {
    long span = low ^ high;
    return (span & (span + 1)) == 0 && (low & span) == 0;
  }

  /** Prefixes that cover a range; the loosest is cut first, as long as there may be more. */
  private List<Prefix> cover(int box, int field) {
    int width = problem.width(field);
    List<long[]> ranges = new ArrayList<>();
    ranges.add(new long[] {problem.low(box, field), problem.high(box, field)});
    while (ranges.size() < MOST_PIECES) {
      int loosest = -1;
      int bits = -1;
      for (int i = 0; i < ranges.size(); i++) {
        long[] range = ranges.get(i);
        int free = 64 - Long.numberOfLeadingZeros(range[0] ^ range[1]);
        if (!isPrefix(range[0], range[1]) && free > bits) {
          bits = free;
          loosest = i;
        }
      }
      if (loosest < 0) {
        break;
      }
      long[] range = ranges.get(loosest);
      long middle = (range[1] >>> (bits - 1)) << (bits - 1);
      ranges.set(loosest, new long[] {range[0], middle - 1});
      ranges.add(new long[] {middle, range[1]});
    }
    List<Prefix> prefixes = new ArrayList<>();
    for (long[] range : ranges) {
      prefixes.add(enclosing(range[0], range[1], width));
    }
    return prefixes;
  }

  TupleSearch build() {
    if (problem.fields() == 0) {
      throw new IllegalArgumentException("a tuple search needs a field");
    }
    List<Filing> filings = new ArrayList<>();
    for (int box = 0; box < problem.boxes(); box++) {
      List<Prefix> seconds = cover(box, secondField);
      for (Prefix first : cover(box, firstField)) {
        for (Prefix second : seconds) {
          filings.add(new Filing(box, first, second));
        }
      }
    }
    Map<Lengths, Lengths> merged = mergeLengths(filings);
    Map<Lengths, Integer> numbers = numberTuples(filings, merged);
    return assemble(filings, merged, numbers);
  }

  /** Where the boxes of each pair of lengths go, so that few pairs remain. */
  private static Map<Lengths, Lengths> mergeLengths(List<Filing> filings) {
    Map<Lengths, Integer> weight =
        new TreeMap<>(Comparator.comparingInt(Lengths::first).thenComparingInt(Lengths::second));
    for (Filing filing : filings) {
      weight.merge(filing.lengths(), 1, Integer::sum);
    }
    Map<Lengths, Lengths> target = new HashMap<>();
    weight.keySet().forEach(lengths -> target.put(lengths, lengths));
    while (weight.size() > TupleSearch.MOST_TUPLES) {
      Lengths lightest = null;
      Lengths into = null;
      long least = Long.MAX_VALUE;
      for (Map.Entry<Lengths, Integer> a : weight.entrySet()) {
        for (Lengths b : weight.keySet()) {
          Lengths meet = a.getKey().meet(b);
          long cost = (long) a.getValue() << Math.min(30, a.getKey().bitsAbove(meet));
          cost += meet.equals(b) ? 0 : (long) weight.get(b) << Math.min(30, b.bitsAbove(meet));
          if (!a.getKey().equals(b) && cost < least) {
            least = cost;
            lightest = a.getKey();
            into = b;
          }
        }
      }
      if (lightest == null || into == null) {
        break;
      }
      Lengths meet = lightest.meet(into);
      int sum = weight.getOrDefault(lightest, 0) + weight.getOrDefault(into, 0);
      weight.remove(lightest);
      weight.remove(into);
      weight.merge(meet, sum, Integer::sum);
      Lengths from = lightest;
      Lengths other = into;
      target.replaceAll((was, now) -> now.equals(from) || now.equals(other) ? meet : now);
    }
    return target;
  }

  /** Numbers the remaining pairs by their first rule. */
  private Map<Lengths, Integer> numberTuples(List<Filing> filings, Map<Lengths, Lengths> merged) {
    Map<Lengths, Integer> numbers = new HashMap<>();
    for (Filing filing : filings) {
      numbers.putIfAbsent(merged.get(filing.lengths()), numbers.size());
    }
    return numbers;
  }

  private TupleSearch assemble(
      List<Filing> filings, Map<Lengths, Lengths> merged, Map<Lengths, Integer> numbers) {
    int tuples = numbers.size();
    int[] firstMask = new int[TupleSearch.MOST_TUPLES];
    int[] secondMask = new int[TupleSearch.MOST_TUPLES];
    numbers.forEach(
        (lengths, tuple) -> {
          firstMask[tuple] = mask(lengths.first(), firstField);
          secondMask[tuple] = mask(lengths.second(), secondField);
        });
    int[] best = new int[tuples];
    int[] last = new int[tuples];
    Arrays.fill(best, Integer.MAX_VALUE);
    Map<Key, List<Integer>> boxes = new HashMap<>();
    for (Filing filing : filings) {
      int tuple = Objects.requireNonNull(numbers.get(merged.get(filing.lengths())));
      int rule = problem.ruleOf(filing.box());
      best[tuple] = Math.min(best[tuple], rule);
      last[tuple] = Math.max(last[tuple], rule);
      Key key =
          new Key(
              tuple,
              (int) filing.first().value() & firstMask[tuple],
              (int) filing.second().value() & secondMask[tuple]);
      List<Integer> filed = boxes.computeIfAbsent(key, unused -> new ArrayList<>(1));
      if (filed.isEmpty() || filed.get(filed.size() - 1) != filing.box()) {
        filed.add(filing.box());
      }
    }
    Occurrences firsts = occurrences(boxes.keySet(), tuples, firstField, firstMask, true);
    Occurrences seconds = occurrences(boxes.keySet(), tuples, secondField, secondMask, false);
    int[] slots = new int[TupleSearch.SLOT * capacity(boxes.size())];
    Leaves leaves = new Leaves();
    boxes.entrySet().stream()
        .sorted(Map.Entry.comparingByKey(BY_PLACE))
        .forEach(e -> leaves.add(slots, e.getKey(), e.getValue(), firstMask, secondMask));
    return new TupleSearch(
        new TupleSearch.Parts(
            firstField,
            (int) problem.greatest(firstField),
            secondField,
            (int) problem.greatest(secondField),
            others,
            firsts.trie(),
            seconds.trie(),
            firsts.tuples(),
            seconds.tuples(),
            firstMask,
            secondMask,
            best,
            last,
            slots,
            leaves.entries(),
            leaves.exact()));
  }

  private static final Comparator<Key> BY_PLACE =
      Comparator.comparingInt(Key::tuple)
          .thenComparingInt(Key::first)
          .thenComparingInt(Key::second);

  private static int capacity(int keys) {
    return Integer.highestOneBit(Math.max(1, keys)) * 4;
  }

  private int mask(int length, int field) {
    int width = problem.width(field);
    return (int) (problem.greatest(field) & -1L << (width - length));
  }

  /** A trie that leads to the tuples in which a value occurs. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Occurrences(RangeTrie trie, long[] tuples) {}

  private Occurrences occurrences(
      Set<Key> keys, int tuples, int field, int[] masks, boolean first) {
    List<long[]> values = new ArrayList<>();
    LongStream starts = LongStream.of(0);
    for (int tuple = 0; tuple < tuples; tuple++) {
      int number = tuple;
      long[] lows =
          Intervals.distinct(
              keys.stream()
                  .filter(key -> key.tuple() == number)
                  .mapToLong(key -> (first ? key.first() : key.second()) & 0xffff_ffffL)
                  .toArray());
      values.add(lows);
      LongStream ends = Arrays.stream(lows).map(low -> after(low, masks[number], field));
      starts = LongStream.concat(starts, LongStream.concat(Arrays.stream(lows), ends));
    }
    long[] distinct = Intervals.distinct(starts.toArray());
    int[] classes = new int[distinct.length];
    int[] next = new int[tuples];
    Map<Long, Integer> sets = new LinkedHashMap<>();
    for (int i = 0; i < distinct.length; i++) {
      long set = 0;
      for (int tuple = 0; tuple < tuples; tuple++) {
        long[] lows = values.get(tuple);
        long prefix = distinct[i] & masks[tuple] & 0xffff_ffffL;
        while (next[tuple] < lows.length && lows[next[tuple]] < prefix) {
          next[tuple]++;
        }
        if (next[tuple] < lows.length && lows[next[tuple]] == prefix) {
          set |= 1L << tuple;
        }
      }
      classes[i] = sets.computeIfAbsent(set, unused -> sets.size());
    }
    RangeTrie trie = RangeTrie.build(new Intervals(distinct, classes, problem.width(field)));
    return new Occurrences(trie, sets.keySet().stream().mapToLong(Long::longValue).toArray());
  }

  /** The value after a prefix, or 0 if it reaches the end of the field. */
  private long after(long low, int mask, int field) {
    long size = (problem.greatest(field) & ~(mask & 0xffff_ffffL)) + 1;
    return low + size > problem.greatest(field) ? 0 : low + size;
  }

  /** Fills slots and entries. */
  private final class Leaves {
    private long[] entries = new long[1024];
    private int[] exact = new int[64];
    private int entriesUsed;
    private int exactUsed;

    void add(int[] slots, Key key, List<Integer> boxes, int[] firstMask, int[] secondMask) {
      int shift = TupleSearch.shiftOf(slots.length / TupleSearch.SLOT);
      int at = TupleSearch.hash(key.first(), key.second(), key.tuple(), shift) * TupleSearch.SLOT;
      while (slots[at + TupleSearch.SLOT_TUPLE_AND_COUNT] != 0) {
        at = (at + TupleSearch.SLOT) & (slots.length - 1);
      }
      slots[at + TupleSearch.SLOT_FIRST] = key.first();
      slots[at + TupleSearch.SLOT_SECOND] = key.second();
      slots[at + TupleSearch.SLOT_TUPLE_AND_COUNT] =
          boxes.size() << TupleSearch.TUPLE_BITS | key.tuple();
      slots[at + TupleSearch.SLOT_ENTRY] = entriesUsed;
      for (int box : boxes) {
        boolean whole =
            fills(box, firstField, firstMask[key.tuple()])
                && fills(box, secondField, secondMask[key.tuple()]);
        entry((long) problem.ruleOf(box) << 32 | (whole ? 0xffff_ffffL : exactOf(box)));
        for (int word = 0; word < others.words(); word++) {
          entry(others.low(word, problem, box));
          entry(others.guardedHigh(word, problem, box));
        }
      }
    }

    /** Whether a box's range is all of the prefix that it is filed under. */
    private boolean fills(int box, int field, int mask) {
      long span = problem.high(box, field) - problem.low(box, field);
      return span == (problem.greatest(field) & ~(mask & 0xffff_ffffL));
    }

    private int exactOf(int box) {
      if (exactUsed + 4 > exact.length) {
        exact = Arrays.copyOf(exact, exact.length * 2);
      }
      int at = exactUsed;
      for (int field : new int[] {firstField, secondField}) {
        exact[exactUsed++] = (int) problem.low(box, field);
        exact[exactUsed++] = (int) (problem.high(box, field) - problem.low(box, field));
      }
      return at;
    }

    private void entry(long value) {
      if (entriesUsed == entries.length) {
        entries = Arrays.copyOf(entries, entries.length * 2);
      }
      entries[entriesUsed++] = value;
    }

    long[] entries() {
      return Arrays.copyOf(entries, Math.max(1, entriesUsed));
    }

    int[] exact() {
      return Arrays.copyOf(exact, exactUsed);
    }
  }
}
