package dev.chainfuse.stateful;

import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * The IP sets that a host was loaded with. Immutable and thread-safe: sessions work on {@linkplain
 * #open copies}.
 */
public final class SavedSets {
  /** No set at all. */
  public static final SavedSets NONE = new SavedSets(Map.of());

  /** Never changed from here on. */
  private final Map<String, IpSet> sets;

  private SavedSets(Map<String, IpSet> sets) {
    this.sets = sets;
  }

  /** These sets, in their order, which the caller does not change any more. */
  public static SavedSets of(Collection<IpSet> sets) {
    Map<String, IpSet> byName = new LinkedHashMap<>();
    sets.forEach(set -> byName.put(set.name(), set));
    return new SavedSets(byName);
  }

  /** The names, in the order of the sets' making. */
  public Set<String> names() {
    return Collections.unmodifiableSet(sets.keySet());
  }

  /** The sets, in the order of their making; to be read only. */
  public Collection<IpSet> all() {
    return Collections.unmodifiableCollection(sets.values());
  }

  /** Sets to work on. Time-outs begin to run at {@code startNanos}. */
  public SetRegistry open(long startNanos) {
    SetRegistry registry = new SetRegistry();
    Map<String, IpSet> copies = new HashMap<>();
    for (IpSet set : sets.values()) {
      if (set.header().type() != SetType.LIST_SET) {
        copies.put(set.name(), set.copy(copies, registry, startNanos));
      }
    }
    for (IpSet set : sets.values()) {
      IpSet copy = copies.get(set.name());
      registry.add(copy == null ? set.copy(copies, registry, startNanos) : copy);
    }
    return registry;
  }
}
