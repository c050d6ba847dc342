package dev.chainfuse.forwarding;

import dev.chainfuse.host.Interface;
import dev.chainfuse.host.Neighbour;
import dev.chainfuse.host.Neighbour.State;
import dev.chainfuse.host.Topology;

/**
 * The ARP cache: (interface, address) to MAC and state, with the packets that wait for an answer.
 * Mutable, for one session and one thread; allocates nothing after construction. Rules of
 * net/core/neighbour.c.
 *
 * <p>An unknown neighbour is asked for at once and again every {@code retrans_time_ms}, {@code
 * mcast_solicit} times in all; after one more such time it has failed and the waiting packets are
 * given back. The next packet starts anew.
 *
 * <p>Not modelled: that entries grow old. REACHABLE, STALE, DELAY and PROBE are used alike, no
 * entry turns from one to another by time, and none is removed.
 */
public final class Neighbours {
  /** No entry. */
  public static final int NONE = SlotIndex.NONE;

  // Results of send: READY, or one of WAITS and DROPPED, perhaps with ASK.
  /** The address is known: send. */
  public static final int READY = 0;

  /** The packet waits. */
  public static final int WAITS = 1;

  /** Nothing waits: too many packets wait already, or asking is switched off. */
  public static final int DROPPED = 2;

  /** Bit: a request for the address is to be sent now. */
  public static final int ASK_NOW = 4;

  // Results of onTimer.
  /** Send another request. */
  public static final int ASK = 0;

  /** No answer: take the waiting packets and report host unreachable. */
  public static final int FAILED = 1;

  private static final byte INCOMPLETE = (byte) State.INCOMPLETE.ordinal();
  private static final byte REACHABLE = (byte) State.REACHABLE.ordinal();
  private static final byte STALE = (byte) State.STALE.ordinal();
  private static final byte FAILED_STATE = (byte) State.FAILED.ordinal();
  private static final byte NOARP = (byte) State.NOARP.ordinal();
  private static final byte PERMANENT = (byte) State.PERMANENT.ordinal();
  private static final boolean[] VALID = valid();

  private static final long NANOS_OF_A_MILLISECOND = 1_000_000;
  private static final long LEAST_INTERVAL_NANOS = 10_000_000;

  private final SlotIndex slots;

  // Columns, by slot.
  private final long[] macs;
  private final byte[] states;
  private final long[] updated;
  private final int[] probes;
  private final long[] deadlines;
  private final WaitingPackets waiting;

  // Columns, by interface.
  private final int[] mostProbes;
  private final long[] interval;
  private final long[] lockNanos;
  private final long[] queueBytes;

  /** Slots that are INCOMPLETE, in the order in which their asking began. */
  private final int[] asking;

  private int askingCount;
  private long nextDeadline = Long.MAX_VALUE;
  private long epoch;
  private long refused;
  private final int droppedQueue;

  /**
   * @param capacity most neighbours; the kernel's default is 1024 (gc_thresh3)
   * @param mostWaiting most packets that wait for all neighbours together
   * @param startNanos virtual time at which the host is as described
   */
  public Neighbours(Topology host, int capacity, int mostWaiting, long startNanos) {
    slots = new SlotIndex(capacity);
    macs = new long[capacity];
    states = new byte[capacity];
    updated = new long[capacity];
    probes = new int[capacity];
    deadlines = new long[capacity];
    asking = new int[capacity];
    waiting = new WaitingPackets(capacity + 1, mostWaiting);
    droppedQueue = capacity;
    int n = host.interfaces().size();
    mostProbes = new int[n];
    interval = new long[n];
    lockNanos = new long[n];
    queueBytes = new long[n];
    for (Interface each : host.interfaces()) {
      int i = each.number();
      mostProbes[i] = (int) host.sysctls().neighbour(each, "mcast_solicit");
      interval[i] =
          Math.max(
              host.sysctls().neighbour(each, "retrans_time_ms") * NANOS_OF_A_MILLISECOND,
              LEAST_INTERVAL_NANOS);
      lockNanos[i] = host.sysctls().neighbour(each, "locktime") * 10 * NANOS_OF_A_MILLISECOND;
      queueBytes[i] = host.sysctls().neighbourQueueBytes(each);
    }
    for (Neighbour neighbour : host.neighbours()) {
      enter(neighbour, startNanos);
    }
  }

  private static boolean[] valid() {
    boolean[] valid = new boolean[State.values().length];
    for (State state : State.values()) {
      valid[state.ordinal()] = state.isValid();
    }
    return valid;
  }

  private void enter(Neighbour neighbour, long startNanos) {
    int slot = findOrCreate(neighbour.device(), neighbour.address(), startNanos);
    if (slot == NONE) {
      throw new IllegalArgumentException(
          "the host starts with more neighbours than the capacity " + slots.capacity());
    }
    // What was being asked for is asked for anew by the first packet.
    State state = neighbour.state() == State.INCOMPLETE ? State.NONE : neighbour.state();
    states[slot] = (byte) state.ordinal();
    macs[slot] = neighbour.mac();
    updated[slot] = startNanos - lockNanos[neighbour.device()] - 1;
  }

  private static long key(int device, int address) {
    return ((long) device << 32) | (address & 0xffff_ffffL);
  }

  /** The entry of a neighbour, or {@link #NONE}. */
  public int find(int device, int address) {
    return slots.find(key(device, address));
  }

  /** The entry of a neighbour, new and unknown if need be; {@link #NONE} if the table is full. */
  public int findOrCreate(int device, int address, long nowNanos) {
    long key = key(device, address);
    int slot = slots.find(key);
    if (slot != NONE) {
      return slot;
    }
    slot = slots.add(key);
    if (slot == NONE) {
      refused++;
      return NONE;
    }
    states[slot] = (byte) State.NONE.ordinal();
    macs[slot] = 0;
    updated[slot] = nowNanos;
    return slot;
  }

  /** Whether the neighbour's MAC is known (NUD_VALID). */
  public boolean isUsable(int slot) {
    return VALID[states[slot]];
  }

  /** The neighbour's MAC, low 48 bits; of use only if {@link #isUsable}. */
  public long mac(int slot) {
    return macs[slot];
  }

  /** Interface number of the neighbour's link. */
  public int device(int slot) {
    return (int) (slots.key(slot) >>> 32);
  }

  /** The neighbour's IPv4 address. */
  public int address(int slot) {
    return (int) slots.key(slot);
  }

  /** The neighbour's state, for showing. */
  public State state(int slot) {
    return State.values()[states[slot]];
  }

  /** Whether the slot holds an entry. */
  public boolean isUsed(int slot) {
    return slots.isUsed(slot);
  }

  /**
   * A packet is to be sent to a neighbour (__neigh_event_send).
   *
   * <p>The oldest waiting packets give way if the new one would exceed {@code unres_qlen_bytes};
   * fetch them with {@link #nextDropped} before the next call.
   *
   * @param packet the caller's name for the packet, not negative
   * @param bytes memory that the packet takes, as the kernel counts (skb->truesize)
   * @return {@link #READY}, or {@link #WAITS} or {@link #DROPPED}, perhaps with {@link #ASK_NOW}
   */
  public int send(int slot, int packet, int bytes, long nowNanos) {
    if (VALID[states[slot]]) {
      return READY;
    }
    int result = 0;
    if (states[slot] != INCOMPLETE) {
      if (mostProbes[device(slot)] == 0) {
        states[slot] = FAILED_STATE;
        return DROPPED;
      }
      begin(slot, nowNanos);
      result = ASK_NOW;
    }
    while (!waiting.isEmpty(slot) && waiting.bytes(slot) + bytes > queueBytes[device(slot)]) {
      waiting.moveFirst(slot, droppedQueue);
    }
    if (waiting.add(slot, packet, bytes)) {
      return result | WAITS;
    }
    refused++;
    return result | DROPPED;
  }

  private void begin(int slot, long nowNanos) {
    states[slot] = INCOMPLETE;
    updated[slot] = nowNanos;
    probes[slot] = 1;
    deadlines[slot] = nowNanos + interval[device(slot)];
    asking[askingCount++] = slot;
    nextDeadline = Math.min(nextDeadline, deadlines[slot]);
  }

  /**
   * Takes the oldest packet that waits for a neighbour, or {@link #NONE}. Ask until none is left
   * after the neighbour has become usable or has failed.
   */
  public int takeWaiting(int slot) {
    return waiting.take(slot);
  }

  /**
   * The packet that came last to wait for a neighbour, or {@link #NONE}; its source is asked by.
   */
  public int lastWaiting(int slot) {
    return waiting.last(slot);
  }

  /** Takes a packet that {@link #send} pushed out of a queue, or {@link #NONE}. */
  public int nextDropped() {
    return waiting.take(droppedQueue);
  }

  /** When the next unanswered request is due, nanoseconds; Long.MAX_VALUE if none. */
  public long nextDeadlineNanos() {
    return nextDeadline;
  }

  /**
   * The neighbour whose request is due first, at or before {@code nowNanos}, or {@link #NONE}. Call
   * {@link #onTimer} for it, then ask again.
   */
  public int due(long nowNanos) {
    if (nowNanos < nextDeadline) {
      return NONE;
    }
    for (int i = 0; i < askingCount; i++) {
      if (deadlines[asking[i]] == nextDeadline) {
        return asking[i];
      }
    }
    return NONE;
  }

  /** When a neighbour's unanswered request is due, nanoseconds. */
  public long deadlineNanos(int slot) {
    return deadlines[slot];
  }

  /**
   * The time of an unanswered request has come (neigh_timer_handler).
   *
   * @return {@link #ASK}, or {@link #FAILED}: then take the waiting packets
   */
  public int onTimer(int slot) {
    if (probes[slot] >= mostProbes[device(slot)]) {
      updated[slot] = deadlines[slot];
      stopAsking(slot);
      states[slot] = FAILED_STATE;
      return FAILED;
    }
    probes[slot]++;
    deadlines[slot] += interval[device(slot)];
    findNextDeadline();
    return ASK;
  }

  private void stopAsking(int slot) {
    int kept = 0;
    for (int i = 0; i < askingCount; i++) {
      if (asking[i] != slot) {
        asking[kept++] = asking[i];
      }
    }
    askingCount = kept;
    findNextDeadline();
  }

  private void findNextDeadline() {
    nextDeadline = Long.MAX_VALUE;
    for (int i = 0; i < askingCount; i++) {
      nextDeadline = Math.min(nextDeadline, deadlines[asking[i]]);
    }
  }

  /**
   * An ARP packet told a neighbour's MAC (neigh_update).
   *
   * @param reachable the packet was a reply to us, so that the neighbour is REACHABLE; else STALE
   * @param override a different MAC replaces a known one
   * @return whether the neighbour has become usable: then take the waiting packets
   */
  public boolean update(int slot, long mac, boolean reachable, boolean override, long nowNanos) {
    byte old = states[slot];
    if (old == PERMANENT || old == NOARP) {
      return false;
    }
    boolean wasValid = VALID[old];
    boolean differs = !wasValid || macs[slot] != mac;
    byte state = reachable ? REACHABLE : STALE;
    if (wasValid) {
      if (differs && !override) {
        return false;
      }
      if (!differs && !reachable) {
        state = old;
      }
    }
    if (old == INCOMPLETE) {
      stopAsking(slot);
    }
    if (differs || state != old) {
      updated[slot] = nowNanos;
    }
    states[slot] = state;
    macs[slot] = mac;
    if (differs) {
      epoch++;
    }
    return !wasValid;
  }

  /** Whether a changed MAC is accepted: not soon after the last change (locktime). */
  boolean isUnlocked(int slot, long nowNanos) {
    return nowNanos > updated[slot] + lockNanos[device(slot)];
  }

  /** Changes when a neighbour becomes usable or its MAC changes; not when one is confirmed. */
  public long epoch() {
    return epoch;
  }

  /** Neighbours known or asked for. */
  public int size() {
    return slots.size();
  }

  public int capacity() {
    return slots.capacity();
  }

  /** Neighbours and packets that found no place. */
  public long refused() {
    return refused;
  }

  /**
   * Memory that the kernel counts for a frame of that many bytes: SKB_TRUESIZE, the data in cache
   * lines of 64, plus 256 (sk_buff) and 320 (skb_shared_info). Drivers that take larger pieces
   * count more.
   */
  public static int truesize(int frameBytes) {
    return ((frameBytes + 63) & -64) + 256 + 320;
  }
}
