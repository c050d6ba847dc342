package dev.chainfuse.fuse;

import dev.chainfuse.packet.Field;
import dev.chainfuse.packet.RangeSet;
import java.util.Map;
import org.agrona.collections.IntArrayList;

/**
 * Formulas as ints in a row, to be compared one after another:
 *
 * <pre>
 *  formula:  | conjuncts | conjunct | conjunct | ...
 *  conjunct: | ints that follow | term | term | ...
 *  term:     | field << 16 | ranges | low | span | low | span | ...
 *             31         16 15     0
 * </pre>
 *
 * A span is the last value less the first, so that one unsigned comparison tells.
 */
final class DirectCode {
  private DirectCode() {}

  /** Appends a formula. */
  static void append(IntArrayList code, Formula formula) {
    code.addInt(formula.conjuncts().size());
    for (Conjunct conjunct : formula.conjuncts()) {
      int lengthAt = code.size();
      code.addInt(0);
      for (Map.Entry<Field, RangeSet> entry : conjunct.sets().entrySet()) {
        RangeSet set = entry.getValue();
        code.addInt(entry.getKey().ordinal() << 16 | set.size());
        for (int i = 0; i < set.size(); i++) {
          code.addInt((int) set.first(i));
          code.addInt((int) (set.last(i) - set.first(i)));
        }
      }
      code.setInt(lengthAt, code.size() - lengthAt - 1);
    }
  }

  /**
   * Whether the formula at {@code at} holds.
   *
   * @param values of all fields by {@link Field#ordinal}
   */
  static boolean holds(int[] code, int at, int[] values) {
    int next = at + 1;
    for (int left = code[at]; left > 0; left--) {
      int end = next + 1 + code[next];
      if (conjunctHolds(code, next + 1, end, values)) {
        return true;
      }
      next = end;
    }
    return false;
  }

  private static boolean conjunctHolds(int[] code, int from, int end, int[] values) {
    int at = from;
    while (at < end) {
      int term = code[at];
      int value = values[term >>> 16];
      int ranges = term & 0xffff;
      int next = at + 1 + 2 * ranges;
      if (!inSome(code, at + 1, next, value)) {
        return false;
      }
      at = next;
    }
    return true;
  }

  private static boolean inSome(int[] code, int from, int end, int value) {
    for (int at = from; at < end; at += 2) {
      if (Integer.compareUnsigned(value - code[at], code[at + 1]) <= 0) {
        return true;
      }
    }
    return false;
  }
}
