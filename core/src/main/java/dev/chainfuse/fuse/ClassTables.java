package dev.chainfuse.fuse;

import dev.chainfuse.packet.Field;
import dev.chainfuse.packet.RangeSet;
import dev.chainfuse.rules.Condition;
import java.util.ArrayList;
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
    char[] classes = new char[1 << field.bits];
    for (RangeSet set : told) {
      refine(classes, set);
    }
    return classes;
  }

  private static RangeSet oneMore(RangeSet set) {
    RangeSet shifted = RangeSet.EMPTY;
    for (int i = 0; i < set.size(); i++) {
      long last = Math.min(set.last(i) + 1, RangeSet.MAX);
      shifted = shifted.union(RangeSet.of(set.first(i) + 1, last));
    }
    return shifted;
  }

  private static void refine(char[] classes, RangeSet set) {
    Map<Integer, Character> numbers = new HashMap<>();
    for (int value = 0; value < classes.length; value++) {
      int key = classes[value] << 1 | (set.contains(value) ? 1 : 0);
      classes[value] = numbers.computeIfAbsent(key, unused -> (char) numbers.size());
    }
  }
}
