package dev.chainfuse.stateful;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A table of {@code -m hashlimit}: a token bucket, or a count by intervals, for each key
 * (net/netfilter/xt_hashlimit.c, hashlimit_mt_common). Times are jiffies of 4 ms.
 *
 * <p>A key that has been idle for the expiry time is forgotten by the next run of the collector;
 * the collector is taken to run every {@code interval} from the table's first packet on. Mutable,
 * one thread.
 */
public final class HashLimit {
  private static final long NANOS_PER_JIFFY = 4_000_000;
  private static final long HZ = 250;
  private static final long SCALE = 1_000_000;

  /** CREDITS_PER_JIFFY: the power of two below 2^64 / (HZ * 60 * 60 * 24). */
  private static final long CREDITS_PER_JIFFY = 1L << 39;

  private static final long CREDITS_OF_UNIT = HZ * CREDITS_PER_JIFFY / SCALE;

  /** CREDITS_PER_JIFFY_BYTES: the power of two below 2^32 / HZ. */
  private static final long BYTE_CREDITS_PER_JIFFY = 1L << 24;

  private static final long BYTE_CAP = BYTE_CREDITS_PER_JIFFY * HZ;
  private static final int CHUNK_SHIFT = 4;
  private static final int DEFAULT_BUCKETS = 8192;
  private static final int ENTRIES_PER_BUCKET = 8;

  /** Most buckets and entries that may be asked for (HASHLIMIT_MAX_SIZE). */
  public static final int MOST = 1_048_576;

  /**
   * What the first rule that names the table says.
   *
   * @param bytes a rate of bytes, not packets
   * @param average millionths of a second a packet; for bytes 2^32 / (chunks of 16 bytes a second +
   *     1), as iptables hands it over
   * @param burst packets; for bytes how often the bucket may be filled out of turn
   * @param size buckets of the hash table, 0 for the default
   * @param max entries, 0 for the default
   * @param collectMillis how often the collector runs
   * @param expireMillis idle time after which it forgets
   * @param rateMatch count by intervals instead of tokens
   * @param interval seconds of one
   */
  public record Config(
      boolean bytes,
      long average,
      long burst,
      int size,
      int max,
      long collectMillis,
      long expireMillis,
      boolean rateMatch,
      int interval) {
    /** Whether the kernel takes it (hashlimit_mt_check_common). */
    public boolean fits() {
      if (collectMillis == 0 || expireMillis == 0) {
        return false;
      }
      if (rateMatch) {
        return average > 0 && average <= 0xffff_ffffL && interval > 0;
      }
      if (bytes) {
        return byteCredits(average) != 0;
      }
      return burst != 0 && Long.compareUnsigned(credits(average * burst), credits(average)) >= 0;
    }

    private int mostEntries() {
      int buckets = size == 0 ? DEFAULT_BUCKETS : size;
      return max == 0 ? ENTRIES_PER_BUCKET * buckets : Math.max(max, buckets);
    }
  }

  /** What is told apart. Mutable: one serves to look others up. */
  private static final class Key {
    private int source;
    private int destination;
    private int ports;

    private Key copy() {
      Key copy = new Key();
      copy.source = source;
      copy.destination = destination;
      copy.ports = ports;
      return copy;
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Key key
          && key.source == source
          && key.destination == destination
          && key.ports == ports;
    }

    @Override
    public int hashCode() {
      int hash = (source * 31 + destination) * 31 + ports;
      return hash ^ hash >>> 15;
    }
  }

  private static final class Entry {
    private long previous;
    private long expires;

    // A bucket of tokens.
    private long credit;
    private long cap;
    private long cost;

    // A count by intervals.
    private long rate;
    private long burst;
    private long current;
    private boolean tooManyBefore;
  }

  /** All tables of one engine, by name. */
  public static final class Registry {
    private final Map<String, HashLimit> tables = new HashMap<>();

    /** The table of that name; the first to ask decides how it is. */
    public HashLimit table(String name, Config config) {
      return tables.computeIfAbsent(name, unused -> new HashLimit(config));
    }

    /** The tables that are here and in {@code previous} are as they were there. */
    public void keep(Registry previous) {
      tables.forEach(
          (name, table) -> {
            HashLimit old = previous.tables.get(name);
            if (old != null) {
              table.become(old);
            }
          });
    }
  }

  private Config config;
  private int mostEntries;
  private final Map<Key, Entry> entries = new HashMap<>();
  private final Key probe = new Key();
  private long firstJiffy = -1;

  /** An empty table. */
  public HashLimit(Config config) {
    this.config = config;
    this.mostEntries = config.mostEntries();
  }

  private void become(HashLimit old) {
    config = old.config;
    mostEntries = old.mostEntries;
    firstJiffy = old.firstJiffy;
    entries.putAll(old.entries);
  }

  private static long credits(long user) {
    return user * CREDITS_OF_UNIT;
  }

  private static long byteCredits(long user) {
    return (user & 0xffff_ffffL) * BYTE_CAP >>> 32;
  }

  /** user2rate_bytes: bytes a second of a rate as iptables hands it over. */
  public static long bytesPerSecond(long average) {
    long rate = average == 0 ? 0xffff_ffffL : 0xffff_ffffL / average;
    return rate - 1 << CHUNK_SHIFT;
  }

  /** Number of keys, those included that the collector will forget. */
  public int size() {
    return entries.size();
  }

  /** Within the limit. */
  public static final int UNDER = 0;

  /** Over the limit. */
  public static final int OVER = 1;

  /** No room for another key: the packet is dropped. */
  public static final int FULL = 2;

  /**
   * Counts a packet.
   *
   * @param length of the IP packet
   * @param byBytes the asking rule limits bytes
   * @param byRate the asking rule counts by intervals
   * @return {@link #UNDER}, {@link #OVER} or {@link #FULL}
   */
  public int take(
      int source,
      int destination,
      int ports,
      int length,
      boolean byBytes,
      boolean byRate,
      long nanos) {
    long now = Math.floorDiv(nanos, NANOS_PER_JIFFY);
    firstJiffy = firstJiffy < 0 ? now : firstJiffy;
    probe.source = source;
    probe.destination = destination;
    probe.ports = ports;
    Entry entry = entries.get(probe);
    if (entry != null && collected(entry, now)) {
      entries.remove(probe);
      entry = null;
    }
    if (entry == null) {
      if (entries.size() >= mostEntries) {
        collect(now);
        if (entries.size() >= mostEntries) {
          return FULL;
        }
      }
      entry = fresh(now);
      entries.put(probe.copy(), entry);
    } else {
      refill(entry, now);
    }
    entry.expires = now + jiffies(config.expireMillis);
    if (byRate) {
      entry.current += byBytes ? length : 1;
      return !entry.tooManyBefore && entry.current <= entry.burst ? UNDER : OVER;
    }
    long cost = byBytes ? byteCost(entry, length) : entry.cost;
    if (Long.compareUnsigned(entry.credit, cost) < 0) {
      return OVER;
    }
    entry.credit -= cost;
    return UNDER;
  }

  /** msecs_to_jiffies rounds up. */
  private static long jiffies(long millis) {
    return (millis + 3) / 4;
  }

  /** Whether the collector has run since the entry expired. */
  private boolean collected(Entry entry, long now) {
    if (now < entry.expires) {
      return false;
    }
    long period = Math.max(jiffies(config.collectMillis), 1);
    long lastRun = firstJiffy + (now - firstJiffy) / period * period;
    return lastRun > firstJiffy && lastRun >= entry.expires;
  }

  private void collect(long now) {
    entries.values().removeIf(entry -> collected(entry, now));
  }

  /** rateinfo_init. */
  private Entry fresh(long now) {
    Entry entry = new Entry();
    entry.previous = now;
    if (config.rateMatch) {
      entry.rate = config.bytes ? bytesPerSecond(config.average) : SCALE / config.average;
      if (config.bytes) {
        entry.burst = config.burst == 0 ? entry.rate : config.burst * entry.rate;
      } else {
        entry.burst = config.burst + entry.rate;
      }
    } else if (config.bytes) {
      entry.credit = BYTE_CAP;
      entry.cost = byteCredits(config.average);
      entry.cap = config.burst;
    } else {
      entry.credit = credits(config.average * config.burst);
      entry.cost = credits(config.average);
      entry.cap = entry.credit;
    }
    return entry;
  }

  /** rateinfo_recalc. */
  private void refill(Entry entry, long now) {
    long passed = now - entry.previous;
    if (passed == 0) {
      return;
    }
    if (config.rateMatch) {
      long interval = config.interval * HZ;
      if (passed >= interval) {
        entry.previous = now;
        entry.tooManyBefore = entry.current * interval > passed * entry.rate;
        entry.current = 0;
      }
      return;
    }
    entry.previous = now;
    long cap = config.bytes ? BYTE_CAP : entry.cap;
    long filled =
        entry.credit + passed * (config.bytes ? BYTE_CREDITS_PER_JIFFY : CREDITS_PER_JIFFY);
    entry.credit = Long.compareUnsigned(filled, cap) > 0 ? cap : filled;
  }

  /** hashlimit_byte_cost: fills the bucket out of turn as long as that may be done. */
  private static long byteCost(Entry entry, int length) {
    long cost = Math.min(((length >> CHUNK_SHIFT) + 1) * entry.cost, BYTE_CAP);
    if (Long.compareUnsigned(entry.credit, cost) < 0 && entry.cap != 0) {
      entry.cap--;
      entry.credit = BYTE_CAP;
    }
    return cost;
  }
}
