package dev.chainfuse.forwarding;

import dev.chainfuse.host.Bridge;
import dev.chainfuse.host.FdbEntry;
import dev.chainfuse.host.Interface;
import dev.chainfuse.host.Topology;

/**
 * The forwarding databases of all bridges: (bridge, MAC) to port. Mutable, for one session and one
 * thread; allocates nothing after construction.
 *
 * <p>As in the kernel, an aged entry goes on being used until the bridge's cleanup removes it
 * (br_fdb_find_rcu does not ask for the age; br_fdb_cleanup, net/bridge/br_fdb.c). Cleanups run at
 * their exact times by {@link #advance}, each setting the time of the next: when the first of the
 * remaining entries ages, or an ageing time later. Learning moves every entry that is neither local
 * nor sticky, static ones too (br_fdb_update).
 *
 * <p>Slots are numbers below {@link #capacity}; an entry keeps its slot until it is removed, and
 * {@link #epoch} changes whenever something is entered, moved or removed. So who keeps a slot with
 * the epoch may refresh by {@link #touch} without a look-up.
 */
public final class Fdb {
  /** No entry: flood. */
  public static final int NONE = SlotIndex.NONE;

  private static final int MAC_BITS = 48;

  /** Cleanups are at least this far apart (br_fdb_cleanup). */
  private static final long LEAST_INTERVAL_NANOS = 10_000_000;

  private static final byte LEARNED = 0;
  private static final byte EXTERNAL = 1;
  private static final byte STATIC = 2;
  private static final byte LOCAL = 3;

  private final SlotIndex slots;

  // Columns, by slot.
  private final int[] ports;
  private final byte[] states;
  private final boolean[] sticky;

  /** One more than there are slots: {@link #spareSlot}. */
  private final long[] updated;

  // Columns, by interface number of the bridge.
  private final long[] ageing;
  private final long[] cleanupAt;
  private final int[] learnedOf;

  private long nextCleanup = Long.MAX_VALUE;
  private long epoch;
  private long refused;

  /**
   * @param capacity most entries of all bridges together; at least as many as the host starts with
   * @param startNanos virtual time at which the host is as described
   */
  public Fdb(Topology host, int capacity, long startNanos) {
    slots = new SlotIndex(capacity);
    ports = new int[capacity];
    states = new byte[capacity];
    sticky = new boolean[capacity];
    updated = new long[capacity + 1];
    int n = host.interfaces().size();
    if (n > 1 << 15) {
      throw new IllegalArgumentException(n + " interfaces are more than 32768");
    }
    ageing = new long[n];
    cleanupAt = new long[n];
    learnedOf = new int[n];
    for (Interface each : host.interfaces()) {
      Bridge bridge = each.bridge();
      cleanupAt[each.number()] = Long.MAX_VALUE;
      if (bridge != null) {
        ageing[each.number()] = bridge.ageingNanos();
        cleanupAt[each.number()] = startNanos + bridge.cleanupNanos();
        nextCleanup = Math.min(nextCleanup, cleanupAt[each.number()]);
      }
    }
    for (FdbEntry entry : host.fdb()) {
      enter(entry, startNanos);
    }
  }

  private void enter(FdbEntry entry, long startNanos) {
    int slot = slots.find(key(entry.bridge(), entry.mac()));
    if (slot == NONE) {
      slot = slots.add(key(entry.bridge(), entry.mac()));
    }
    if (slot == NONE) {
      throw new IllegalArgumentException(
          "the host starts with more addresses than the capacity " + slots.capacity());
    }
    ports[slot] = entry.port();
    states[slot] =
        switch (entry.state()) {
          case LEARNED -> LEARNED;
          case EXTERNAL -> EXTERNAL;
          case STATIC -> STATIC;
          case LOCAL -> LOCAL;
        };
    sticky[slot] = entry.sticky();
    updated[slot] = startNanos - Math.min(entry.idleNanos(), ageing[entry.bridge()]);
    if (states[slot] == LEARNED) {
      learnedOf[entry.bridge()]++;
    }
  }

  private static long key(int bridge, long mac) {
    return ((long) bridge << MAC_BITS) | mac;
  }

  private int bridgeOf(int slot) {
    return (int) (slots.key(slot) >>> MAC_BITS);
  }

  /** The entry for an address, aged or not, or {@link #NONE}. Call {@link #advance} before. */
  public int find(int bridge, long mac) {
    return slots.find(key(bridge, mac));
  }

  /** Interface number of the port that an entry leads to; the bridge's own for its address. */
  public int port(int slot) {
    return ports[slot];
  }

  /** Whether frames to the entry's address go up the stack (BR_FDB_LOCAL). */
  public boolean isLocal(int slot) {
    return states[slot] == LOCAL;
  }

  /** The entry's address, low 48 bits. */
  public long mac(int slot) {
    return slots.key(slot) & 0xffff_ffff_ffffL;
  }

  /** Interface number of the entry's bridge. */
  public int bridge(int slot) {
    return bridgeOf(slot);
  }

  /** Whether the slot holds an entry. */
  public boolean isUsed(int slot) {
    return slots.isUsed(slot);
  }

  /** Whether the entry ages. */
  public boolean isLearned(int slot) {
    return states[slot] == LEARNED;
  }

  /** Whether the next cleanup would remove the entry at that time. */
  public boolean expired(int slot, long nowNanos) {
    return states[slot] == LEARNED && updated[slot] + ageing[bridgeOf(slot)] <= nowNanos;
  }

  /**
   * A frame came from {@code mac} by {@code port}, which learns: enters the address, or moves it
   * and notes the time.
   *
   * @return the entry, or {@link #NONE} if the bridge learns nothing (ageing time 0) or is full
   */
  public int learn(int bridge, int port, long mac, long nowNanos) {
    if (ageing[bridge] == 0) {
      return NONE;
    }
    long key = key(bridge, mac);
    int slot = slots.find(key);
    if (slot == NONE) {
      return create(key, bridge, port, nowNanos);
    }
    if (states[slot] != LOCAL) {
      updated[slot] = nowNanos;
      if (ports[slot] != port && !sticky[slot]) {
        move(slot, port);
      }
    }
    return slot;
  }

  private int create(long key, int bridge, int port, long nowNanos) {
    int slot = slots.add(key);
    if (slot == NONE) {
      refused++;
      return NONE;
    }
    ports[slot] = port;
    states[slot] = LEARNED;
    sticky[slot] = false;
    updated[slot] = nowNanos;
    learnedOf[bridge]++;
    epoch++;
    return slot;
  }

  private void move(int slot, int port) {
    ports[slot] = port;
    if (states[slot] == EXTERNAL) {
      states[slot] = LEARNED;
      learnedOf[bridgeOf(slot)]++;
    }
    epoch++;
  }

  /**
   * A slot of no entry, to be touched for frames that refresh none: who touches for every frame
   * need not ask.
   */
  public int spareSlot() {
    return updated.length - 1;
  }

  /** Notes that a frame came from the entry's address by the entry's port. */
  public void touch(int slot, long nowNanos) {
    updated[slot] = nowNanos;
  }

  /** Removes an entry. */
  public void remove(int slot) {
    if (states[slot] == LEARNED) {
      learnedOf[bridgeOf(slot)]--;
    }
    slots.remove(slot);
    epoch++;
  }

  /** Runs the cleanups that are due. Call with the time of each packet, before all else. */
  public void advance(long nowNanos) {
    if (nowNanos >= nextCleanup) {
      cleanUpTo(nowNanos);
    }
  }

  private void cleanUpTo(long nowNanos) {
    nextCleanup = Long.MAX_VALUE;
    for (int bridge = 0; bridge < cleanupAt.length; bridge++) {
      while (cleanupAt[bridge] <= nowNanos) {
        cleanUp(bridge, nowNanos);
      }
      nextCleanup = Math.min(nextCleanup, cleanupAt[bridge]);
    }
  }

  private void cleanUp(int bridge, long nowNanos) {
    long at = cleanupAt[bridge];
    long interval = Math.max(ageing[bridge], LEAST_INTERVAL_NANOS);
    if (learnedOf[bridge] == 0) {
      // Nothing can age: steps over all cleanups up to now at once.
      cleanupAt[bridge] = at + ((nowNanos - at) / interval + 1) * interval;
      return;
    }
    long wait = ageing[bridge];
    for (int slot = 0; slot < ports.length; slot++) {
      if (slots.isUsed(slot) && states[slot] == LEARNED && bridgeOf(slot) == bridge) {
        long left = updated[slot] + ageing[bridge] - at;
        if (left > 0) {
          wait = Math.min(wait, left);
        } else {
          remove(slot);
        }
      }
    }
    cleanupAt[bridge] = at + Math.max(wait, LEAST_INTERVAL_NANOS);
  }

  /** When the next cleanup is due, nanoseconds of virtual time; far away without bridges. */
  public long nextCleanupNanos() {
    return nextCleanup;
  }

  /** Changes with every entry that comes, moves or goes; not when one is refreshed. */
  public long epoch() {
    return epoch;
  }

  /** Entries of all bridges. */
  public int size() {
    return slots.size();
  }

  public int capacity() {
    return slots.capacity();
  }

  /** Addresses that were not learned because the table was full. */
  public long refused() {
    return refused;
  }
}
