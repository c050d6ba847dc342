package dev.chainfuse.conntrack;

import static dev.chainfuse.conntrack.ConnectionTable.NONE;
import static dev.chainfuse.conntrack.ConnectionTable.STATUS_BY_SOURCE;
import static dev.chainfuse.conntrack.ConnectionTable.STATUS_RELEASED;
import static dev.chainfuse.conntrack.FlowDescriptor.REFERENCES;
import static dev.chainfuse.conntrack.FlowDescriptor.STATUS;

import dev.chainfuse.packet.ConnectionFacts;

/**
 * Birth and death of flows in a table: room, eviction, expiry, and records that outlive their flow
 * because packets still refer to them. The newest dead records are kept for a while, so that the
 * packet that ended a flow can still be translated by it.
 */
final class FlowLife {
  private static final int KEPT = FlowTable.SPARE / 2;
  private static final int REFERENCE_MASK = 0xffff;

  private final ConnectionTable table;

  /** A ring of dead flows without references, oldest at {@code first}. */
  private final int[] dead = new int[KEPT];

  private int first;
  private int deadCount;
  private int lastTidy;
  private boolean tidied;

  FlowLife(ConnectionTable table) {
    this.table = table;
  }

  int count() {
    return table.allocated() - deadCount;
  }

  /** A live confirmed flow's handle by tuple; one that has timed out is removed. */
  int find(int source, int destination, int ports, int protocolZone, int now) {
    int handle = table.find(source, destination, ports, protocolZone);
    if (handle != NONE && table.expired(handle >>> 1, now)) {
      kill(handle >>> 1);
      return NONE;
    }
    return handle;
  }

  /** Handle of a live confirmed flow that has a tuple of {@code flow}. */
  int findTuple(int flow, int direction, int now) {
    return find(
        table.source(flow, direction),
        table.destination(flow, direction),
        table.ports(flow, direction),
        FlowDescriptor.protocolZone(table.words(flow), table.base(flow)),
        now);
  }

  boolean equalTuples(int a, int b) {
    int[] left = table.words(a);
    int[] right = table.words(b);
    int leftBase = table.base(a);
    int rightBase = table.base(b);
    for (int i = 0; i < 2 * FlowDescriptor.TUPLE_STRIDE; i++) {
      if (left[leftBase + i] != right[rightBase + i]) {
        return false;
      }
    }
    return true;
  }

  /** A new record (nf_conntrack_alloc); {@link ConnectionTable#NONE} if there is no room. */
  int allocate(int maximum, int hash, int now, ConntrackStatistics statistics) {
    if (count() >= maximum) {
      tidyIfDue(now);
      if (count() >= maximum && !evict(hash, now, statistics)) {
        return NONE;
      }
    }
    int flow = table.allocate();
    while (flow == NONE && deadCount > 0) {
      freeOldest();
      flow = table.allocate();
    }
    return flow;
  }

  private void tidyIfDue(int now) {
    if (!tidied || now - lastTidy >= ConnectionTable.HZ) {
      tidy(now);
    }
  }

  void tidy(int now) {
    tidied = true;
    lastTidy = now;
    for (int flow = table.nextInserted(0); flow != NONE; flow = table.nextInserted(flow + 1)) {
      if (table.expired(flow, now)) {
        kill(flow);
      }
    }
  }

  /** Drops what is not assured from the first of a few buckets that has such (early_drop). */
  private boolean evict(int hash, int now, ConntrackStatistics statistics) {
    for (int step = 0; step < ConnectionTable.EVICTION_RANGE; step++) {
      int drops = 0;
      for (int flow = table.evictable(hash, step, now);
          flow != NONE;
          flow = table.evictable(hash, step, now)) {
        if (!table.expired(flow, now)) {
          drops++;
        }
        kill(flow);
      }
      if (drops > 0) {
        statistics.earlyDrop += drops;
        return true;
      }
    }
    return false;
  }

  /** Takes a confirmed flow out; packets may still refer to its record. */
  void kill(int flow) {
    int[] words = table.words(flow);
    int base = table.base(flow);
    if ((words[base + STATUS] & ConnectionFacts.STATUS_DYING) != 0) {
      return;
    }
    table.remove(flow);
    leaveSource(flow);
    words[base + STATUS] |= ConnectionFacts.STATUS_DYING;
    if ((words[base + REFERENCES] & REFERENCE_MASK) == 0) {
      bury(flow);
    }
  }

  private void leaveSource(int flow) {
    int[] words = table.words(flow);
    int at = table.base(flow) + STATUS;
    if ((words[at] & STATUS_BY_SOURCE) != 0) {
      table.removeBySource(flow);
      words[at] &= ~STATUS_BY_SOURCE;
    }
  }

  private void bury(int flow) {
    if (deadCount == KEPT) {
      freeOldest();
    }
    dead[(first + deadCount) % KEPT] = flow;
    deadCount++;
  }

  private void freeOldest() {
    table.free(dead[first]);
    first = (first + 1) % KEPT;
    deadCount--;
  }

  /** Ends an unconfirmed flow, now or when nothing refers to it any more. */
  void forget(int flow) {
    int[] words = table.words(flow);
    int base = table.base(flow);
    if ((words[base + REFERENCES] & REFERENCE_MASK) != 0) {
      words[base + STATUS] |= STATUS_RELEASED;
      return;
    }
    leaveSource(flow);
    table.free(flow);
  }

  void hold(int flow) {
    table.words(flow)[table.base(flow) + REFERENCES]++;
  }

  void letGo(int flow) {
    int[] words = table.words(flow);
    int base = table.base(flow);
    int left = --words[base + REFERENCES] & REFERENCE_MASK;
    if (left > 0) {
      return;
    }
    int status = words[base + STATUS];
    if ((status & ConnectionFacts.STATUS_DYING) != 0) {
      bury(flow);
    } else if ((status & (STATUS_RELEASED | ConnectionFacts.STATUS_CONFIRMED)) == STATUS_RELEASED) {
      forget(flow);
    }
  }
}
