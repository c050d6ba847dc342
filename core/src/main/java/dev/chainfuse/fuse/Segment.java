package dev.chainfuse.fuse;

import dev.chainfuse.classify.Classifier;
import dev.chainfuse.classify.DecisionTable;
import dev.chainfuse.packet.Field;
import dev.chainfuse.rules.TableName;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A stretch of rules of one chain that are decided together. Rules have their host-wide numbers.
 *
 * @param firstRule the first
 * @param endRule behind the last
 * @param fields that the formulas read
 * @param table decides by hit lists, if not null
 * @param search finds one rule after another, if not null
 */
record Segment(
    int firstRule,
    int endRule,
    List<Field> fields,
    @Nullable DecisionTable table,
    @Nullable Classifier search) {
  /** Formulas are compared in turn, as {@link DirectCode}. */
  static final byte DIRECT = 0;

  /** A decision table gives the list of rules. */
  static final byte TABLE = 1;

  /** A classifier gives the next rule. */
  static final byte SEARCH = 2;

  /** A whole chain whose rules are asked from the header on, for irregular packets. */
  static final byte INTERPRETED = 3;

  byte kind() {
    return table != null ? TABLE : search != null ? SEARCH : DIRECT;
  }

  /** How it appears in listings. */
  SegmentStatistics statistics(TableName tableName, String chain, int index, long bytes) {
    int rules = endRule - firstRule;
    int steps = rules;
    String structure = "compare in turn";
    if (table != null) {
      structure = "decision table";
      steps = fields.size() + table.statistics().tables().size();
    } else if (search != null) {
      structure = search.structure().name().toLowerCase(Locale.ROOT).replace('_', ' ');
      steps = fields.size();
    }
    int hitLists = table == null ? 0 : table.hitLists();
    return new SegmentStatistics(
        tableName, chain, index, rules, structure, hitLists, bytes, steps, fields);
  }
}
