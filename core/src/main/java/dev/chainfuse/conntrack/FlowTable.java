package dev.chainfuse.conntrack;

import static dev.chainfuse.conntrack.FlowDescriptor.KIND;
import static dev.chainfuse.conntrack.FlowDescriptor.ORIGINAL_JOURNEY;
import static dev.chainfuse.conntrack.FlowDescriptor.STATUS;
import static dev.chainfuse.conntrack.FlowDescriptor.TIMEOUT;
import static dev.chainfuse.conntrack.FlowDescriptor.TUPLE_STRIDE;
import static dev.chainfuse.conntrack.FlowDescriptor.WORDS;

import java.util.Arrays;

/**
 * The connection table of the fused engine: all records in one array, an open-addressing index of
 * tagged entries, a by-source index for NAT. Everything is allocated at construction, for the
 * configured maximum; nothing grows. One thread.
 *
 * <p>A batch hides memory latency by splitting a look-up: {@link #hash} all, {@link #touchIndex}
 * all, {@link #touchRecord} all, then {@link #findHashed} in order.
 */
public final class FlowTable extends ConnectionTable {
  /** Records beyond the maximum: of flows that are gone while packets still refer to them. */
  public static final int SPARE = 64;

  /** Ints before the first record, so that records begin at 64-byte lines (object header 16). */
  private static final int ALIGNMENT = 12;

  private final int maximum;

  /** Records, see {@link FlowDescriptor}; a free record's word 0 is the next free flow. */
  private final int[] records;

  /**
   * The index, twice as large as all tuples, so that its load is at most one half:
   *
   * <pre>
   *  63                    32 31                     0
   * +------------------------+------------------------+
   * | hash, its tag and home | handle + 1; 0 is empty |
   * +------------------------+------------------------+
   * </pre>
   *
   * The highest bits of the hash are the home slot; entries follow it without a gap.
   */
  private final long[] slots;

  private final int slotShift;
  private final int slotMask;

  /** High words of counters, four a flow. */
  private final int[] high;

  private final int[] generations;
  private final int[] sourceHeads;
  private final int[] sourceNext;
  private final int[] sourcePrevious;
  private int allocated;
  private int firstFree = NONE;
  private int fresh;

  /**
   * A table for {@code maximum} flows.
   *
   * @param seed keys the hash
   * @throws IllegalArgumentException if the maximum is not within 1 to 2^25
   */
  public FlowTable(int maximum, long seed) {
    super(seed);
    if (maximum < 1 || maximum > 1 << 25) {
      throw new IllegalArgumentException("flows " + maximum + " is not within 1 to " + (1 << 25));
    }
    this.maximum = maximum;
    int capacity = maximum + SPARE;
    records = new int[ALIGNMENT + capacity * WORDS];
    int slotCount = Integer.highestOneBit(4 * capacity - 1) << 1;
    slots = new long[slotCount];
    slotMask = slotCount - 1;
    slotShift = 32 - Integer.numberOfTrailingZeros(slotCount);
    high = new int[4 * capacity];
    generations = new int[capacity];
    sourceHeads = new int[Integer.highestOneBit(capacity - 1) << 1];
    Arrays.fill(sourceHeads, NONE);
    sourceNext = new int[capacity];
    sourcePrevious = new int[capacity];
  }

  @Override
  public int[] words(int flow) {
    return records;
  }

  @Override
  public int base(int flow) {
    return ALIGNMENT + flow * WORDS;
  }

  @Override
  public int maximum() {
    return maximum;
  }

  @Override
  public int allocated() {
    return allocated;
  }

  /** Bytes of all arrays. */
  public long memoryBytes() {
    return 4L * (records.length + high.length + generations.length)
        + 4L * (sourceHeads.length + sourceNext.length + sourcePrevious.length)
        + 8L * slots.length;
  }

  /** How often the record was freed: a handle kept elsewhere is stale if this changed. */
  public int generation(int flow) {
    return generations[flow];
  }

  /**
   * Reads the index at a hash's home; the caller must use the result, lest it be optimised away.
   */
  public long touchIndex(int hash) {
    return slots[hash >>> slotShift];
  }

  /** The handle in an index entry; {@link #NONE} if that is empty. */
  public static int handle(long slot) {
    return (int) slot - 1;
  }

  /** Reads both lines of a handle's record; 0 for {@link #NONE}. */
  public int touchRecord(int handle) {
    if (handle < 0) {
      return 0;
    }
    int base = ALIGNMENT + (handle >>> 1) * WORDS;
    return records[base] + records[base + FlowDescriptor.PROTOCOL_STATE];
  }

  @Override
  public int find(int source, int destination, int ports, int protocolZone) {
    return findHashed(
        hash(source, destination, ports, protocolZone), source, destination, ports, protocolZone);
  }

  /** {@link #find} with the hash known. */
  public int findHashed(int hash, int source, int destination, int ports, int protocolZone) {
    long[] index = slots;
    for (int at = hash >>> slotShift; ; at = at + 1 & slotMask) {
      long slot = index[at];
      if (slot == 0) {
        return NONE;
      }
      if ((int) (slot >>> 32) == hash) {
        int handle = (int) slot - 1;
        if (matches(handle, source, destination, ports, protocolZone)) {
          return handle;
        }
      }
    }
  }

  /** Whether the handle's record has that tuple, whether or not it is in the index. */
  public boolean matches(int handle, int source, int destination, int ports, int protocolZone) {
    int[] words = records;
    int base = ALIGNMENT + (handle >>> 1) * WORDS;
    int tuple = base + (handle & 1) * TUPLE_STRIDE;
    return words[tuple] == source
        && words[tuple + 1] == destination
        && words[tuple + 2] == ports
        && (words[base + KIND] & FlowDescriptor.KEY_MASK) == protocolZone;
  }

  @Override
  public int allocate() {
    int flow = firstFree;
    if (flow >= 0) {
      firstFree = records[base(flow)];
      int base = base(flow);
      Arrays.fill(records, base, base + WORDS, 0);
      Arrays.fill(high, 4 * flow, 4 * flow + 4, 0);
    } else if (fresh < generations.length) {
      flow = fresh++;
    } else {
      return NONE;
    }
    int base = base(flow);
    records[base + ORIGINAL_JOURNEY] = NONE;
    records[base + ORIGINAL_JOURNEY + 1] = NONE;
    allocated++;
    return flow;
  }

  @Override
  public void free(int flow) {
    int base = base(flow);
    records[base + STATUS] = 0;
    records[base] = firstFree;
    firstFree = flow;
    generations[flow]++;
    allocated--;
  }

  @Override
  public void insert(int flow, boolean replyOnly) {
    // The kernel adds to the head of a chain, so of two equal tuples it finds the reply's.
    enter(flow << 1 | 1);
    if (replyOnly) {
      records[base(flow) + STATUS] |= STATUS_REPLY_ONLY;
    } else {
      enter(flow << 1);
    }
  }

  private int hashOf(int handle) {
    int base = ALIGNMENT + (handle >>> 1) * WORDS;
    int tuple = base + (handle & 1) * TUPLE_STRIDE;
    return hash(
        records[tuple],
        records[tuple + 1],
        records[tuple + 2],
        records[base + KIND] & FlowDescriptor.KEY_MASK);
  }

  private void enter(int handle) {
    int hash = hashOf(handle);
    int at = hash >>> slotShift;
    while (slots[at] != 0) {
      at = at + 1 & slotMask;
    }
    slots[at] = (long) hash << 32 | handle + 1;
  }

  @Override
  public void remove(int flow) {
    if ((records[base(flow) + STATUS] & STATUS_REPLY_ONLY) == 0) {
      leave(flow << 1);
    }
    leave(flow << 1 | 1);
  }

  /** Deletes an entry and moves later ones back, so that no gap parts an entry from its home. */
  private void leave(int handle) {
    int gap = hashOf(handle) >>> slotShift;
    while ((int) slots[gap] != handle + 1) {
      if (slots[gap] == 0) {
        throw new IllegalStateException("flow " + (handle >>> 1) + " is not in the index");
      }
      gap = gap + 1 & slotMask;
    }
    for (int at = gap + 1 & slotMask; slots[at] != 0; at = at + 1 & slotMask) {
      int home = (int) (slots[at] >>> 32) >>> slotShift;
      if ((at - home & slotMask) >= (at - gap & slotMask)) {
        slots[gap] = slots[at];
        gap = at;
      }
    }
    slots[gap] = 0;
  }

  private int sourceBucket(int source, int sourcePort, int protocolZone) {
    return hash(source, 0, sourcePort, protocolZone) & sourceHeads.length - 1;
  }

  private int sourceBucket(int flow) {
    return sourceBucket(
        source(flow, ORIGINAL),
        sourcePort(flow, ORIGINAL),
        FlowDescriptor.protocolZone(records, base(flow)));
  }

  @Override
  public void addBySource(int flow) {
    int bucket = sourceBucket(flow);
    int head = sourceHeads[bucket];
    sourceNext[flow] = head;
    sourcePrevious[flow] = NONE;
    if (head >= 0) {
      sourcePrevious[head] = flow;
    }
    sourceHeads[bucket] = flow;
  }

  @Override
  public void removeBySource(int flow) {
    int previous = sourcePrevious[flow];
    int next = sourceNext[flow];
    if (previous >= 0) {
      sourceNext[previous] = next;
    } else {
      sourceHeads[sourceBucket(flow)] = next;
    }
    if (next >= 0) {
      sourcePrevious[next] = previous;
    }
  }

  @Override
  public int firstBySource(int source, int sourcePort, int protocolZone) {
    return sameSource(
        sourceHeads[sourceBucket(source, sourcePort, protocolZone)],
        source,
        sourcePort,
        protocolZone);
  }

  @Override
  public int nextBySource(int flow) {
    return sameSource(
        sourceNext[flow],
        source(flow, ORIGINAL),
        sourcePort(flow, ORIGINAL),
        FlowDescriptor.protocolZone(records, base(flow)));
  }

  private int sameSource(int from, int source, int sourcePort, int protocolZone) {
    int flow = from;
    while (flow >= 0
        && (source(flow, ORIGINAL) != source
            || sourcePort(flow, ORIGINAL) != sourcePort
            || FlowDescriptor.protocolZone(records, base(flow)) != protocolZone)) {
      flow = sourceNext[flow];
    }
    return flow;
  }

  @Override
  public int evictable(int hash, int step, int nowJiffies) {
    int bucket = (int) (((long) bucketOf(hash) + step) % buckets());
    int width = slots.length / buckets();
    int start = bucket * width;
    for (int i = 0; i < width || slots[start + i & slotMask] != 0; i++) {
      long slot = slots[start + i & slotMask];
      if (slot != 0 && bucketOf((int) (slot >>> 32)) == bucket) {
        int base = ALIGNMENT + (((int) slot - 1) >>> 1) * WORDS;
        if ((records[base + STATUS] & STATUS_ASSURED) == 0
            || records[base + TIMEOUT] - nowJiffies <= 0) {
          return ((int) slot - 1) >>> 1;
        }
      }
    }
    return NONE;
  }

  @Override
  public int nextInserted(int from) {
    int inserted = STATUS_CONFIRMED | STATUS_DYING;
    for (int flow = from; flow < fresh; flow++) {
      if ((records[base(flow) + STATUS] & inserted) == STATUS_CONFIRMED) {
        return flow;
      }
    }
    return NONE;
  }

  @Override
  protected void carry(int flow, int counter) {
    high[4 * flow + counter]++;
  }

  @Override
  protected int carried(int flow, int counter) {
    return high[4 * flow + counter];
  }
}
