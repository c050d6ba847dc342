package dev.chainfuse.fuse;

import dev.chainfuse.packet.Field;
import dev.chainfuse.packet.RangeSet;
import dev.chainfuse.rules.Condition;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Finds which fields conditions read, and which values of a field no condition tells apart. */
final class ClassTables {
  /** Fields of which a packet path wants to know the classes. */
  static final Set<Field> CLASSED = EnumSet.of(Field.LENGTH, Field.TTL, Field.TOS, Field.TCP_FLAGS);

  private final Set<Field> read = EnumSet.noneOf(Field.class);
  private final Map<Field, Set<RangeSet>> sets = new EnumMap<>(Field.class);

  /** Notes all that a condition reads. */
  void add(Condition condition) {
    if (condition instanceof Condition.In in) {
      read.add(in.field());
      if (CLASSED.contains(in.field())) {
        sets.computeIfAbsent(in.field(), field -> new LinkedHashSet<>()).add(in.values());
      }
    } else if (condition instanceof Condition.Bits bits) {
      read.add(bits.field());
      if (CLASSED.contains(bits.field())) {
        RangeSet values = RangeSet.masked(bits.value(), bits.mask());
        sets.computeIfAbsent(bits.field(), field -> new LinkedHashSet<>()).add(values);
      }
    } else if (condition instanceof Condition.All all) {
      all.parts().forEach(this::add);
    } else if (condition instanceof Condition.Any any) {
      any.parts().forEach(this::add);
    }
  }

  /** The fields that are read. */
  Set<Field> fields() {
    return read;
  }

  /** The class of each value of one of the {@link #CLASSED}; all 0 if it is not read. */
  char[] classes(Field field) {
    List<RangeSet> told = new ArrayList<>(sets.getOrDefault(field, Set.of()));
    if (field == Field.TTL) {
      // A routed packet is asked in FORWARD with one less than in PREROUTING.
      for (RangeSet set : List.copyOf(told)) {
        told.add(oneMore(set));
      }
    }
    int[] starts = starts(told, 1 << field.bits);
    int[] classOf = new int[starts.length];
    for (RangeSet set : told) {
      refine(classOf, starts, set);
    }
    char[] classes = new char[1 << field.bits];
    for (int i = 0; i < starts.length; i++) {
      int end = i + 1 == starts.length ? classes.length : starts[i + 1];
      Arrays.fill(classes, starts[i], end, (char) classOf[i]);
    }
    return classes;
  }

  /** Where a range starts, or has just ended; with 0, ascending. */
  private static int[] starts(List<RangeSet> sets, int values) {
    BitSet starts = new BitSet(values);
    starts.set(0);
    for (RangeSet set : sets) {
      for (int i = 0; i < set.size(); i++) {
        starts.set((int) Math.min(set.first(i), values));
        starts.set((int) Math.min(set.last(i) + 1, values));
      }
    }
    return starts.get(0, values).stream().toArray();
  }

  private static RangeSet oneMore(RangeSet set) {
    RangeSet shifted = RangeSet.EMPTY;
    for (int i = 0; i < set.size(); i++) {
      long last = Math.min(set.last(i) + 1, RangeSet.MAX);
      shifted = shifted.union(RangeSet.of(set.first(i) + 1, last));
    }
    return shifted;
  }

  /** Parts classes whose intervals lie partly in the set. */
  private static void refine(int[] classOf, int[] starts, RangeSet set) {
    Map<Integer, Integer> numbers = new HashMap<>();
    for (int i = 0; i < classOf.length; i++) {
      int key = classOf[i] << 1 | (set.contains(starts[i]) ? 1 : 0);
      Integer number = numbers.get(key);
      if (number == null) {
        number = numbers.size();
        numbers.put(key, number);
      }
      classOf[i] = number;
    }
  }
}
