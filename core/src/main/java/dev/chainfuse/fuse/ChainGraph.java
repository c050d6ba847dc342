package dev.chainfuse.fuse;

import dev.chainfuse.rules.Chain;
import dev.chainfuse.rules.ChainTarget;
import dev.chainfuse.rules.Rule;
import dev.chainfuse.rules.Table;
import dev.chainfuse.rules.Target;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * The chains of one table and what leads from one to the other: the fields that a walk through each
 * may write, and how many jumps can be open at once. Immutable.
 */
final class ChainGraph {
  private final Table table;
  private final Map<String, Integer> numbers = new HashMap<>();
  private final long[] writes;
  private final int[] depth;

  /**
   * @throws IllegalArgumentException if a chain is missing or leads back to itself
   */
  ChainGraph(Table table) {
    this.table = table;
    for (Chain chain : table.chains()) {
      numbers.put(chain.name(), numbers.size());
    }
    this.writes = new long[numbers.size()];
    this.depth = new int[numbers.size()];
    visitAll();
  }

  /** Depth first without recursion, so that thousands of chains in a row are no problem. */
  private void visitAll() {
    int chains = numbers.size();
    boolean[] done = new boolean[chains];
    boolean[] open = new boolean[chains];
    int[] stack = new int[chains];
    int[] nextRule = new int[chains];
    for (int root = 0; root < chains; root++) {
      int top = -1;
      if (!done[root]) {
        stack[++top] = root;
        open[root] = true;
      }
      while (top >= 0) {
        int chain = stack[top];
        Chain visited = table.chains().get(chain);
        if (nextRule[chain] == visited.rules().size()) {
          open[chain] = false;
          done[chain] = true;
          top--;
          continue;
        }
        Target target = visited.rules().get(nextRule[chain]).target();
        if (target instanceof ChainTarget to) {
          int callee = number(to.chain());
          if (open[callee]) {
            throw new IllegalArgumentException(
                "chain " + to.chain() + " of table " + table.name().text() + " leads to itself");
          }
          if (!done[callee]) {
            stack[++top] = callee;
            open[callee] = true;
            continue;
          }
          int step = to.kind() == Target.Kind.JUMP ? 1 : 0;
          depth[chain] = Math.max(depth[chain], depth[callee] + step);
        }
        writes[chain] |= writes(visited.rules().get(nextRule[chain]));
        nextRule[chain]++;
      }
    }
  }

  /** The number of a chain in its table. */
  int number(String chain) {
    Integer number = numbers.get(chain);
    if (number == null) {
      throw new IllegalArgumentException("no chain " + chain + " in table " + table.name().text());
    }
    return number;
  }

  /** Fields that may have changed when the rule behind this one is reached. */
  long writes(Rule rule) {
    Target target = rule.target();
    return target instanceof ChainTarget to
        ? writes[number(to.chain())]
        : FieldMask.of(target.writes());
  }

  /** The most jumps that are open at once on a walk from any chain. */
  int depth() {
    return Arrays.stream(depth).max().orElse(0);
  }
}
