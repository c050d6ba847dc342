package dev.chainfuse.stateful;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The IP sets of one session, by name. One thread. */
public final class SetRegistry {
  private final Map<String, IpSet> sets = new LinkedHashMap<>();
  private final SetChanges changes = new SetChanges();

  /** What the last test found. */
  public final SetAnswer answer = new SetAnswer();

  /** No set at all. */
  public static SetRegistry empty() {
    return new SetRegistry();
  }

  SetChanges changes() {
    return changes;
  }

  void add(IpSet set) {
    sets.put(set.name(), set);
  }

  /** The set of that name, or null. Allocates nothing. */
  public @Nullable IpSet find(String name) {
    return sets.get(name);
  }

  /**
   * The set of that name, which the rules' reader has found to be there.
   *
   * @throws IllegalArgumentException if there is none
   */
  public IpSet get(String name) {
    IpSet set = sets.get(name);
    if (set == null) {
      throw new IllegalArgumentException("Set " + name + " doesn't exist.");
    }
    return set;
  }

  /** All sets, in the order of their making. */
  public Collection<IpSet> all() {
    return sets.values();
  }

  /**
   * Grows whenever a steady set changes: what was remembered of its answers does not hold any more.
   */
  public long epoch() {
    return changes.count;
  }
}
