package dev.chainfuse.stateful;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A list of {@code -m recent}: addresses and when packets of theirs were noted
 * (net/netfilter/xt_recent.c). Times are jiffies of 4 ms. One thread.
 */
public final class RecentList {
  /** How many addresses a list keeps; the one unused for longest gives way (ip_list_tot). */
  public static final int MAXIMUM_ADDRESSES = 100;

  private static final int NANOS_PER_JIFFY = 4_000_000;
  private static final int HZ = 250;
  private static final int DEFAULT_STAMPS = 32;

  /** What is known of one address; {@code stamps} is a ring. */
  private static final class Entry {
    final long[] stamps;
    int index;
    int count;
    int ttl;

    Entry(int size) {
      stamps = new long[size];
    }
  }

  /** In the order of last use. */
  private final Map<Integer, Entry> entries = new LinkedHashMap<>();

  private int stamps = 1;

  /** All lists of one engine, by name. */
  public static final class Registry {
    private final Map<String, RecentList> lists = new HashMap<>();

    /**
     * The list of that name, with room for as many stamps as a rule with {@code hitCount} needs.
     */
    public RecentList list(String name, int hitCount) {
      RecentList list = lists.computeIfAbsent(name, unused -> new RecentList());
      int wanted = hitCount == 0 ? DEFAULT_STAMPS : roundUp(hitCount);
      if (wanted > list.stamps) {
        list.stamps = wanted;
        list.entries.clear();
      }
      return list;
    }

    /** Takes over what {@code previous} knows of the lists that are here, too. */
    public void keep(Registry previous) {
      lists.forEach(
          (name, list) -> {
            RecentList old = previous.lists.get(name);
            // One that needs more stamps starts empty (recent_table_flush).
            if (old != null && old.stamps >= list.stamps) {
              list.stamps = old.stamps;
              list.entries.putAll(old.entries);
            }
          });
    }

    private static int roundUp(int value) {
      return value <= 1 ? 1 : Integer.highestOneBit(value - 1) << 1;
    }
  }

  private RecentList() {}

  /** Number of addresses. */
  public int size() {
    return entries.size();
  }

  private @Nullable Entry find(int address, int ttl) {
    Entry entry = entries.get(address);
    boolean fits = entry != null && (ttl == 0 || entry.ttl == 0 || entry.ttl == ttl);
    return fits ? entry : null;
  }

  /** Whether the address is listed; {@code ttl} 0 for any. */
  public boolean contains(int address, int ttl) {
    return find(address, ttl) != null;
  }

  /** {@code --set}: lists the address, or notes one more packet. */
  public void set(int address, int ttl, int packetTtl, long nanos) {
    Entry entry = find(address, ttl);
    if (entry == null) {
      if (entries.size() >= MAXIMUM_ADDRESSES && !entries.containsKey(address)) {
        entries.remove(entries.keySet().iterator().next());
      }
      entry = new Entry(stamps);
    }
    note(address, entry, packetTtl, nanos);
  }

  private void note(int address, Entry entry, int packetTtl, long nanos) {
    entry.index &= entry.stamps.length - 1;
    entry.stamps[entry.index++] = nanos / NANOS_PER_JIFFY;
    entry.count = Math.max(entry.count, entry.index);
    entry.ttl = packetTtl;
    entries.remove(address);
    entries.put(address, entry);
  }

  /** {@code --update}: notes one more packet of a listed address. */
  public void update(int address, int ttl, int packetTtl, long nanos) {
    Entry entry = find(address, ttl);
    if (entry != null) {
      note(address, entry, packetTtl, nanos);
    }
  }

  /** {@code --remove}. */
  public void remove(int address) {
    entries.remove(address);
  }

  /**
   * {@code --rcheck}: whether enough packets were noted lately.
   *
   * @param seconds how far back; 0 for ever
   * @param hitCount how many; 0 for one
   */
  public boolean check(int address, int ttl, int seconds, int hitCount, long nanos) {
    Entry entry = find(address, ttl);
    if (entry == null) {
      return false;
    }
    long since = nanos / NANOS_PER_JIFFY - (long) seconds * HZ;
    int hits = 0;
    for (int i = 0; i < entry.count; i++) {
      if (seconds != 0 && since > entry.stamps[i]) {
        continue;
      }
      if (hitCount == 0 || ++hits >= hitCount) {
        return true;
      }
    }
    return false;
  }

  /**
   * {@code --reap}: forgets the address unused for longest if that is longer ago than {@code
   * seconds}.
   */
  public void reap(int seconds, long nanos, int working, boolean updates) {
    if (entries.isEmpty()) {
      return;
    }
    Map.Entry<Integer, Entry> oldest = entries.entrySet().iterator().next();
    if (oldest.getKey() == working && updates) {
      return;
    }
    long since = nanos / NANOS_PER_JIFFY - (long) seconds * HZ;
    Entry entry = oldest.getValue();
    if (since > entry.stamps[entry.index - 1]) {
      entries.remove(oldest.getKey());
    }
  }
}
