package dev.chainfuse.fuse;

import dev.chainfuse.classify.Budget;
import dev.chainfuse.classify.Classifier;
import dev.chainfuse.classify.ClassifierProblem;
import dev.chainfuse.classify.Classifiers;
import dev.chainfuse.classify.DecisionTable;
import dev.chainfuse.packet.Field;
import dev.chainfuse.packet.RangeSet;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Cuts chains into segments and chooses the structure of each. What decision tables may cost is
 * shared by all chains of a rule set.
 */
final class SegmentCompiler {
  /** Up to so many rules are compared faster than classified. */
  private static final int FEW_RULES = 4;

  /** A stretch of up to so many rules is not cut further. */
  private static final int SHORT = 16;

  /** Above so many rules no decision table is tried. */
  private static final int TABLE_RULES = 3000;

  /** With at most so many rules in a hit list, a search for each is worth it. */
  private static final double FEW_HITS = 3;

  /** Points by which the overlap of rules is judged. */
  private static final int SAMPLE = 1024;

  private static final long TABLE_MEMORY = 16L << 20;
  private static final long TABLE_WORK = 400_000_000L;
  private static final long WORK_PER_RULE = 400_000L;

  private final FuseBudget budget;
  private long memoryLeft;
  private long workLeft;

  SegmentCompiler(FuseBudget budget) {
    this.budget = budget;
    this.memoryLeft = budget.memoryBytes();
    this.workLeft = budget.work();
  }

  /**
   * The segments of a chain. A rule that reads a field which an earlier one of its segment may have
   * changed starts the next.
   *
   * @param first number of the chain's first rule
   */
  List<Segment> compile(List<CompiledRule> rules, int first, ChainGraph graph) {
    List<Segment> segments = new ArrayList<>();
    int from = 0;
    long written = 0;
    for (int i = 0; i < rules.size(); i++) {
      if ((rules.get(i).formula().fields() & written) != 0) {
        choose(rules.subList(from, i), first + from, segments);
        from = i;
        written = 0;
      }
      written |= graph.writes(rules.get(i).rule());
    }
    if (from < rules.size()) {
      choose(rules.subList(from, rules.size()), first + from, segments);
    }
    return segments;
  }

  private void choose(List<CompiledRule> rules, int first, List<Segment> segments) {
    List<Field> fields = fields(rules);
    int end = first + rules.size();
    if (!budget.classify() || rules.size() <= FEW_RULES || fields.isEmpty()) {
      segments.add(new Segment(first, end, fields, null, null));
      return;
    }
    boolean few = rules.size() <= SHORT;
    HitSample sample = few ? new HitSample(1, 1) : HitSample.of(rules, SAMPLE);
    boolean fits = rules.size() <= TABLE_RULES && sample.hitLists() <= budget.hitLists();
    DecisionTable table = fits ? table(rules, fields) : null;
    if (few || table != null) {
      segments.add(new Segment(first, end, fields, table, null));
      return;
    }
    if (sample.averageHits() <= FEW_HITS) {
      Classifier search = Classifiers.build(problem(rules, fields), new Budget(0, 0));
      segments.add(new Segment(first, end, fields, null, search));
      return;
    }
    int half = rules.size() / 2;
    choose(rules.subList(0, half), first, segments);
    choose(rules.subList(half, rules.size()), first + half, segments);
  }

  /** The decision table of a stretch; null if it would be too large. */
  private @Nullable DecisionTable table(List<CompiledRule> rules, List<Field> fields) {
    long work = Math.min(TABLE_WORK, 10 * WORK_PER_RULE + rules.size() * WORK_PER_RULE);
    Budget share = new Budget(Math.min(TABLE_MEMORY, memoryLeft / 2), Math.min(work, workLeft / 4));
    DecisionTable table = DecisionTable.build(problem(rules, fields), share);
    if (table == null) {
      workLeft -= share.work();
      return null;
    }
    workLeft -= table.statistics().work();
    if (table.hitLists() > budget.hitLists()) {
      return null;
    }
    memoryLeft -= table.memoryBytes();
    return table;
  }

  private static List<Field> fields(List<CompiledRule> rules) {
    long mask = 0;
    for (CompiledRule rule : rules) {
      mask |= rule.formula().fields();
    }
    List<Field> fields = new ArrayList<>();
    for (Field field : Field.values()) {
      if ((mask & FieldMask.of(field)) != 0) {
        fields.add(field);
      }
    }
    return fields;
  }

  private static ClassifierProblem problem(List<CompiledRule> rules, List<Field> fields) {
    int[] widths = fields.stream().mapToInt(field -> field.bits).toArray();
    ClassifierProblem.Builder builder = ClassifierProblem.builder(widths);
    for (CompiledRule rule : rules) {
      builder.rule(rule.ends());
      for (Conjunct conjunct : rule.formula().conjuncts()) {
        addBoxes(builder, conjunct, fields, new long[2 * widths.length], 0);
      }
    }
    return builder.build();
  }

  private static void addBoxes(
      ClassifierProblem.Builder builder,
      Conjunct conjunct,
      List<Field> fields,
      long[] box,
      int at) {
    if (at == fields.size()) {
      builder.box(box);
      return;
    }
    Field field = fields.get(at);
    RangeSet set = conjunct.sets().getOrDefault(field, RangeSet.of(0, (1L << field.bits) - 1));
    for (int i = 0; i < set.size(); i++) {
      box[2 * at] = set.first(i);
      box[2 * at + 1] = set.last(i);
      addBoxes(builder, conjunct, fields, box, at + 1);
    }
  }
}
