package dev.chainfuse.fuse;

import dev.chainfuse.classify.Classifier;
import dev.chainfuse.classify.DecisionTable;
import java.util.ArrayList;
import java.util.List;
import org.agrona.collections.IntArrayList;
import org.jspecify.annotations.Nullable;

/** Collects segments one after another for {@link SegmentArrays}. */
final class SegmentRows {
  private static final byte[] NO_FIELDS = {};

  private final List<Byte> kind = new ArrayList<>();
  private final IntArrayList firstRule = new IntArrayList();
  private final IntArrayList endRule = new IntArrayList();
  private final IntArrayList next = new IntArrayList();
  private final List<Long> fields = new ArrayList<>();
  private final List<byte[]> fieldOrder = new ArrayList<>();
  private final List<@Nullable DecisionTable> tables = new ArrayList<>();
  private final List<@Nullable Classifier> searches = new ArrayList<>();
  private final IntArrayList firstList = new IntArrayList();
  private final IntArrayList listStart = new IntArrayList();
  private final IntArrayList hits = new IntArrayList();
  private final IntArrayList code = new IntArrayList();
  private final int[] codeStart;

  SegmentRows(int rules) {
    codeStart = new int[rules];
  }

  int size() {
    return kind.size();
  }

  /**
   * Adds a segment of a chain.
   *
   * @param rules of the whole chain, whose first has the number {@code first}
   * @param last whether it is the chain's last
   * @return the size of what was added, in bytes
   */
  long add(Segment segment, List<CompiledRule> rules, int first, boolean last) {
    add(segment.kind(), segment.firstRule(), segment.endRule(), last ? -1 : size() + 1);
    byte[] order = new byte[segment.fields().size()];
    for (int i = 0; i < order.length; i++) {
      order[i] = (byte) segment.fields().get(i).ordinal();
    }
    fields.add(FieldMask.of(segment.fields()));
    fieldOrder.add(order);
    tables.add(segment.table());
    searches.add(segment.search());
    firstList.addInt(listStart.size());
    int before = listStart.size() + hits.size() + code.size();
    long bytes = 0;
    if (segment.table() != null) {
      addHitLists(segment.table(), segment.firstRule());
      bytes += segment.table().memoryBytes();
    } else if (segment.search() != null) {
      bytes += segment.search().memoryBytes();
    } else {
      for (int rule = segment.firstRule(); rule < segment.endRule(); rule++) {
        codeStart[rule] = code.size();
        DirectCode.append(code, rules.get(rule - first).formula());
      }
    }
    return bytes + 4L * (listStart.size() + hits.size() + code.size() - before);
  }

  /** Adds the segment that interprets a chain; its number. */
  int addInterpreted(int chainFirstRule, int chainEndRule) {
    add(Segment.INTERPRETED, chainFirstRule, chainEndRule, -1);
    fields.add(0L);
    fieldOrder.add(NO_FIELDS);
    tables.add(null);
    searches.add(null);
    firstList.addInt(0);
    return size() - 1;
  }

  private void add(byte segmentKind, int first, int end, int nextSegment) {
    kind.add(segmentKind);
    firstRule.addInt(first);
    endRule.addInt(end);
    next.addInt(nextSegment);
  }

  private void addHitLists(DecisionTable table, int first) {
    for (int list = 0; list < table.hitLists(); list++) {
      listStart.addInt(hits.size());
      int before = -1;
      for (int rule : table.rulesOf(list)) {
        // Several boxes of one rule may hold at once.
        if (rule != before) {
          hits.addInt(first + rule);
        }
        before = rule;
      }
      hits.addInt(-1);
    }
  }

  SegmentArrays toArrays() {
    int size = size();
    byte[] kinds = new byte[size];
    long[] masks = new long[size];
    for (int i = 0; i < size; i++) {
      kinds[i] = kind.get(i);
      masks[i] = fields.get(i);
    }
    return new SegmentArrays(
        kinds,
        firstRule.toIntArray(),
        endRule.toIntArray(),
        next.toIntArray(),
        masks,
        fieldOrder.toArray(new byte[0][]),
        tables.toArray(new DecisionTable[0]),
        searches.toArray(new Classifier[0]),
        firstList.toIntArray(),
        listStart.toIntArray(),
        hits.toIntArray(),
        codeStart,
        code.toIntArray());
  }
}
