package dev.chainfuse.fuse;

import dev.chainfuse.classify.Classifier;
import dev.chainfuse.classify.DecisionTable;

/**
 * All segments of a rule set, by segment number; behind them, for each chain, the segment that
 * interprets it.
 *
 * <pre>
 *  0 ... segments of chains, in order ... | INTERPRETED of chain 0 | of chain 1 | ...
 * </pre>
 *
 * @param kind one of {@link Segment}'s constants
 * @param firstRule number of the first rule
 * @param endRule behind the last
 * @param next the segment behind it in its chain, or -1
 * @param fields that are read, as {@link FieldMask}
 * @param fieldOrder the same in the order of the classifier's point
 * @param tables decision tables of TABLE segments
 * @param searches classifiers of SEARCH segments
 * @param firstList index in {@code listStart} of hit list 0 of TABLE segments
 * @param listStart where each hit list starts in {@code hits}
 * @param hits rule numbers in ascending order, each list closed by -1
 * @param codeStart by rule number: where its formula starts in {@code code}
 * @param code see {@link DirectCode}
 */
record SegmentArrays(
    byte[] kind,
    int[] firstRule,
    int[] endRule,
    int[] next,
    long[] fields,
    byte[][] fieldOrder,
    DecisionTable[] tables,
    Classifier[] searches,
    int[] firstList,
    int[] listStart,
    int[] hits,
    int[] codeStart,
    int[] code) {

  long memoryBytes() {
    long bytes = kind.length * (1L + 4 + 4 + 4 + 8 + 4 + 4 + 4 + 4);
    bytes += 4L * (listStart.length + hits.length + codeStart.length + code.length);
    for (DecisionTable table : tables) {
      bytes += table == null ? 0 : table.memoryBytes();
    }
    for (Classifier search : searches) {
      bytes += search == null ? 0 : search.memoryBytes();
    }
    return bytes;
  }
}
