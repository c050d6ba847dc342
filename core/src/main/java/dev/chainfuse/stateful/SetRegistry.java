package dev.chainfuse.stateful;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The IP sets of one session, by name. One thread. */
public final class SetRegistry {
  /** No set at all. */
  public static final SetRegistry EMPTY = new SetRegistry(List.of());

  private final Map<String, RuntimeSet> sets = new LinkedHashMap<>();

  public SetRegistry(List<RuntimeSet> sets) {
    sets.forEach(set -> this.sets.put(set.name(), set));
  }

  /** The set of that name, or null. Allocates nothing. */
  public @Nullable RuntimeSet find(String name) {
    return sets.get(name);
  }

  /**
   * The set of that name, which the rules' check has found to be there.
   *
   * @throws IllegalArgumentException if there is none
   */
  public RuntimeSet get(String name) {
    RuntimeSet set = sets.get(name);
    if (set == null) {
      throw new IllegalArgumentException("there is no set " + name);
    }
    return set;
  }

  /** All sets, in the order of their making. */
  public Collection<RuntimeSet> all() {
    return sets.values();
  }

  /** Bytes of all elements. */
  public long memoryBytes() {
    return sets.values().stream().mapToLong(RuntimeSet::memoryBytes).sum();
  }
}
