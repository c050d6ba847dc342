package dev.chainfuse.classify;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Builds a {@link DecisionTable}: classes of each field, then joins two nodes at a time until one
 * is left. Of all pairs, the one whose join has the fewest classes comes first; a join too dear to
 * be tried counts as many classes as it has cells.
 *
 * <p>The evaluation keeps two classes at a time, so that at most one node may need both while it is
 * evaluated.
 */
final class DecisionTableBuilder {
  /** How much of a node's evaluation needs the stack of two. */
  private enum Kind {
    FIELD,
    CHAIN,
    DEEP
  }

  private record Node(
      Kind kind, BitSet fields, FieldSets sets, List<DecisionTable.Step> steps, int number) {}

  private record Join(FieldSets sets, char[] cells) {}

  private record Pair(Node row, Node column) {
    long cells() {
      return (long) row.sets().classes() * column.sets().classes();
    }

    BitSet fields() {
      BitSet all = (BitSet) row.fields().clone();
      all.or(column.fields());
      return all;
    }
  }

  private final ClassifierProblem problem;
  private final Budget budget;
  private final int words;
  private final List<Node> nodes = new ArrayList<>();
  private final Map<Long, Join> tried = new HashMap<>();
  private final List<Integer> classes = new ArrayList<>();
  private final List<DecisionTable.TableShape> shapes = new ArrayList<>();
  private long work;
  private int numbers;

  DecisionTableBuilder(ClassifierProblem problem, Budget budget) {
    this.problem = problem;
    this.budget = budget;
    this.words = Math.max(1, (problem.boxes() + 63) >>> 6);
  }

  /** The table, or null if it would exceed the budget. */
  @Nullable DecisionTable build() {
    if (!spend((long) problem.boxes() * Math.max(1, problem.fields()))) {
      return null;
    }
    for (int field = 0; field < problem.fields(); field++) {
      if (!problem.isRead(field)) {
        classes.add(1);
      } else if (!addField(field)) {
        return null;
      }
    }
    while (nodes.size() > 1) {
      if (!joinBestPair()) {
        return null;
      }
    }
    return finish();
  }

  private boolean spend(long steps) {
    work += steps;
    return work <= budget.work();
  }

  private boolean addField(int field) {
    long[] starts = Intervals.startsOf(problem, field);
    if (!spend((long) starts.length * words + starts.length * 16L)) {
      return false;
    }
    BitSet only = new BitSet();
    only.set(field);
    int[] classOf = new int[starts.length];
    FieldSets sets =
        FieldSets.of(problem, field, new Pruning(problem, only), starts, classOf);
    if (sets == null) {
      return false;
    }
    classes.add(sets.classes());
    RangeTrie trie = RangeTrie.build(new Intervals(starts, classOf, problem.width(field)));
    if (trie.memoryBytes() > budget.memoryBytes()) {
      return false;
    }
    List<DecisionTable.Step> push = List.of(new DecisionTable.Step(field, trie, null));
    nodes.add(new Node(Kind.FIELD, only, sets, push, numbers++));
    return true;
  }

  private boolean joinBestPair() {
    Pair best = null;
    long fewest = Long.MAX_VALUE;
    for (Pair pair : allowedPairs()) {
      long cost = pair.cells() * words;
      Join join = cost <= (budget.work() - work) / 8 ? join(pair) : null;
      long count = join == null ? pair.cells() : join.sets().classes();
      if (count < fewest || count == fewest && best != null && pair.cells() < best.cells()) {
        fewest = count;
        best = pair;
      }
    }
    Join join = best == null ? null : join(best);
    if (best == null || join == null) {
      return false;
    }
    return replace(best, join);
  }

  private List<Pair> allowedPairs() {
    boolean deepExists = nodes.stream().anyMatch(node -> node.kind() == Kind.DEEP);
    List<Pair> pairs = new ArrayList<>();
    for (int i = 0; i < nodes.size(); i++) {
      for (int j = 0; j < i; j++) {
        Node a = nodes.get(j);
        Node b = nodes.get(i);
        boolean makesDeep = a.kind() == Kind.CHAIN && b.kind() == Kind.CHAIN;
        if (!(makesDeep && deepExists)) {
          pairs.add(b.kind().compareTo(a.kind()) > 0 ? new Pair(b, a) : new Pair(a, b));
        }
      }
    }
    return pairs;
  }

  /** The join of a pair, computed once; null if that is too dear. */
  private @Nullable Join join(Pair pair) {
    long key = (long) pair.row().number() << 32 | pair.column().number();
    Join known = tried.get(key);
    if (known != null) {
      return known;
    }
    long cells = pair.cells();
    if (cells > Math.min(1 << 28, budget.memoryBytes() * 4) || !spend(cells * (words + 3))) {
      return null;
    }
    char[] content = new char[(int) cells];
    FieldSets sets =
        FieldSets.combine(
            pair.row().sets(), pair.column().sets(), new Pruning(problem, pair.fields()), content);
    if (sets == null) {
      return null;
    }
    Join join = new Join(sets, content);
    tried.put(key, join);
    return join;
  }

  private boolean replace(Pair pair, Join join) {
    Node row = pair.row();
    Node column = pair.column();
    PairTable table =
        PairTable.of(join.cells(), row.sets().classes(), column.sets().classes());
    if (table.memoryBytes() > budget.memoryBytes()) {
      return false;
    }
    shapes.add(
        new DecisionTable.TableShape(
            table.rows(), table.columns(), table.isPaged(), table.memoryBytes()));
    List<DecisionTable.Step> steps = new ArrayList<>(row.steps());
    if (column.kind() == Kind.FIELD) {
      DecisionTable.Step field = column.steps().get(0);
      steps.add(new DecisionTable.Step(field.field(), field.trie(), table));
    } else {
      steps.addAll(column.steps());
      steps.add(new DecisionTable.Step(-1, null, table));
    }
    Kind kind = column.kind() == Kind.CHAIN || row.kind() == Kind.DEEP ? Kind.DEEP : Kind.CHAIN;
    nodes.remove(row);
    nodes.remove(column);
    tried.keySet().removeIf(key -> touches(key, row) || touches(key, column));
    nodes.add(new Node(kind, pair.fields(), join.sets(), steps, numbers++));
    return true;
  }

  private static boolean touches(long key, Node node) {
    return key >>> 32 == node.number() || (int) key == node.number();
  }

  private @Nullable DecisionTable finish() {
    FieldSets last = nodes.isEmpty() ? everything() : nodes.get(0).sets();
    List<DecisionTable.Step> steps = nodes.isEmpty() ? List.of() : nodes.get(0).steps();
    HitLists hitLists = hitLists(last);
    if (DecisionTable.memoryOf(steps, hitLists) > budget.memoryBytes()) {
      return null;
    }
    return new DecisionTable(
        steps,
        hitLists,
        new DecisionTable.Statistics(
            List.copyOf(classes), List.copyOf(shapes), last.classes(), work));
  }

  /** When no rule reads a field, every box matches. */
  private FieldSets everything() {
    SetPool sets = new SetPool(words, 1);
    BitSet all = new BitSet();
    all.set(0, problem.boxes());
    long[] set = java.util.Arrays.copyOf(all.toLongArray(), words);
    new Pruning(problem, new BitSet()).prune(set);
    sets.intern(set);
    return new FieldSets(sets, words);
  }

  private HitLists hitLists(FieldSets last) {
    int[] start = new int[last.classes() + 1];
    List<Integer> rules = new ArrayList<>();
    for (int list = 0; list < last.classes(); list++) {
      BitSet boxes = BitSet.valueOf(last.setOf(list));
      for (int box = boxes.nextSetBit(0); box >= 0; box = boxes.nextSetBit(box + 1)) {
        rules.add(problem.ruleOf(box));
      }
      start[list + 1] = rules.size();
    }
    return new HitLists(start, rules.stream().mapToInt(Integer::intValue).toArray());
  }
}
