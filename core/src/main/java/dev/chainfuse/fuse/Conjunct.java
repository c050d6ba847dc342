package dev.chainfuse.fuse;

import dev.chainfuse.packet.Field;
import dev.chainfuse.packet.RangeSet;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Sets of values for some fields, all of which a packet must meet. A field that is not named takes
 * every value; no set is empty. Immutable.
 */
record Conjunct(Map<Field, RangeSet> sets) {
  static final Conjunct ALWAYS = new Conjunct(Map.of());

  static Conjunct of(Field field, RangeSet values) {
    EnumMap<Field, RangeSet> sets = new EnumMap<>(Field.class);
    sets.put(field, values);
    return new Conjunct(Collections.unmodifiableMap(sets));
  }

  /** Both; null if no packet can meet both. */
  @Nullable Conjunct and(Conjunct other) {
    if (sets.isEmpty()) {
      return other;
    }
    if (other.sets.isEmpty()) {
      return this;
    }
    EnumMap<Field, RangeSet> both = new EnumMap<>(sets);
    for (Map.Entry<Field, RangeSet> entry : other.sets.entrySet()) {
      RangeSet mine = both.get(entry.getKey());
      RangeSet met = mine == null ? entry.getValue() : mine.intersect(entry.getValue());
      if (met.isEmpty()) {
        return null;
      }
      both.put(entry.getKey(), met);
    }
    return new Conjunct(Collections.unmodifiableMap(both));
  }

  /** The conjunct that holds where either holds, if both narrow the same single field; or null. */
  @Nullable Conjunct joined(Conjunct other) {
    if (sets.size() != 1 || !sets.keySet().equals(other.sets.keySet())) {
      return null;
    }
    Field field = sets.keySet().iterator().next();
    return of(field, values(field).union(other.values(field)));
  }

  /** The values of a field; all of them if it is not named. */
  RangeSet values(Field field) {
    RangeSet values = sets.get(field);
    return values == null ? RangeSet.ALL : values;
  }

  /** How many boxes, of one range a field, it takes. */
  long boxes() {
    long boxes = 1;
    for (RangeSet set : sets.values()) {
      boxes = Math.min(boxes * set.size(), Integer.MAX_VALUE);
    }
    return boxes;
  }
}
