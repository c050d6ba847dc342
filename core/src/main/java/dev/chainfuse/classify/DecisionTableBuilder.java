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

  @SuppressWarnings("ArrayRecordComponent") // never compared
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
  private final Work work;
  private final List<Node> nodes = new ArrayList<>();
  private final Map<Long, Join> tried = new HashMap<>();
  private final List<Integer> classes = new ArrayList<>();
  private final List<DecisionTable.TableShape> shapes = new ArrayList<>();
  private int numbers;

  DecisionTableBuilder(ClassifierProblem problem, Budget budget) {
    this.problem = problem;
    this.budget = budget;
    this.work = new Work(budget.work());
  }

  /** The table, or null if it would exceed the budget. */
  @Nullable DecisionTable build() {
    if (!work.spend((long) problem.boxes() * Math.max(1, problem.fields()))) {
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

  private boolean addField(int field) {
    long[] starts = Intervals.startsOf(problem, field);
    BitSet only = new BitSet();
    only.set(field);
    int[] classOf = new int[starts.length];
    FieldSets sets =
        FieldSets.of(problem, field, new Pruning(problem, only), starts, classOf, work);
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
      Join join = join(pair, work.left() / 8);
      long count = join == null ? pair.cells() : join.sets().classes();
      if (count < fewest || (count == fewest && best != null && pair.cells() < best.cells())) {
        fewest = count;
        best = pair;
      }
    }
    Join join = best == null ? null : join(best, work.left());
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

  /** The join of a pair, computed once; null if that needs more than {@code most} steps. */
  private @Nullable Join join(Pair pair, long most) {
    long key = (long) pair.row().number() << 32 | pair.column().number();
    Join known = tried.get(key);
    if (known != null) {
      return known;
    }
    long cells = pair.cells();
    if (cells > Math.min(1 << 28, budget.memoryBytes() * 4) || cells * 5 > most) {
      return null;
    }
    char[] content = new char[(int) cells];
    Work own = new Work(most);
    Pruning pruning = new Pruning(problem, pair.fields());
    FieldSets sets =
        FieldSets.combine(
            pair.row().sets(), pair.column().sets(), problem.boxes(), pruning, content, own);
    if (!work.spend(own.spent()) || sets == null) {
      return null;
    }
    Join join = new Join(sets, content);
    tried.put(key, join);
    return join;
  }

  private boolean replace(Pair pair, Join join) {
    Node row = pair.row();
    Node column = pair.column();
    PairTable table = PairTable.of(join.cells(), row.sets().classes(), column.sets().classes());
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
            List.copyOf(classes), List.copyOf(shapes), last.classes(), work.spent()));
  }

  /** When no rule reads a field, every box matches. */
  private FieldSets everything() {
    SetPool sets = new SetPool(problem.boxes(), 1);
    BoxSet all = new BoxSet(problem.boxes());
    for (int box = 0; box < problem.boxes(); box++) {
      all.add(box);
    }
    new Pruning(problem, new BitSet()).prune(all);
    sets.intern(all);
    return new FieldSets(sets);
  }

  private HitLists hitLists(FieldSets last) {
    int[] start = new int[last.classes() + 1];
    List<Integer> rules = new ArrayList<>();
    BoxSet boxes = new BoxSet(problem.boxes());
    for (int list = 0; list < last.classes(); list++) {
      last.sets().copyTo(list, boxes);
      for (int w = boxes.nextWord(0); w >= 0; w = boxes.nextWord(w + 1)) {
        for (long rest = boxes.words[w]; rest != 0; rest &= rest - 1) {
          rules.add(problem.ruleOf((w << 6) + Long.numberOfTrailingZeros(rest)));
        }
      }
      start[list + 1] = rules.size();
    }
    return new HitLists(start, rules.stream().mapToInt(Integer::intValue).toArray());
  }
}
