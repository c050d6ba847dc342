package dev.chainfuse.stateful;

import java.util.Map;
import java.util.TreeMap;

/** The objects in which {@code -m nfacct} counts, by name. One thread. */
public final class NamedCounters {
  /** One object. */
  public static final class Counter {
    private long packets;
    private long bytes;

    private Counter() {}

    public long packets() {
      return packets;
    }

    public long bytes() {
      return bytes;
    }

    /** Counts a packet of {@code length} bytes. */
    public void count(int length) {
      packets++;
      bytes += length;
    }
  }

  private final Map<String, Counter> counters = new TreeMap<>();

  /** The counter of that name, made where there is none. */
  public Counter counter(String name) {
    return counters.computeIfAbsent(name, unused -> new Counter());
  }

  /** Takes over all counters of {@code previous}; rules are not what keeps them. */
  public void keep(NamedCounters previous) {
    previous.counters.forEach(
        (name, old) -> {
          Counter counter = counter(name);
          counter.packets += old.packets;
          counter.bytes += old.bytes;
        });
  }
}
