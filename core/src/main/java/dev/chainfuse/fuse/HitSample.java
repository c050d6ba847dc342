package dev.chainfuse.fuse;

import dev.chainfuse.packet.Field;
import dev.chainfuse.packet.RangeSet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.agrona.collections.IntArrayList;

/**
 * How rules overlap, told by points drawn from the rules' own ranges: a cheap look before dear
 * structures are tried. Always draws the same points for the same rules.
 *
 * @param hitLists how many distinct hit lists there are, estimated from how many were seen once and
 *     twice (A. Chao, "Nonparametric estimation of the number of classes in a population",
 *     Scandinavian Journal of Statistics 11, 1984)
 * @param averageHits rules in a hit list, on average
 */
record HitSample(double hitLists, double averageHits) {
  private static final int SHIFT = 31;

  /** Draws {@code points} points. */
  static HitSample of(List<CompiledRule> rules, int points) {
    IntArrayList code = new IntArrayList();
    int[] starts = new int[rules.size()];
    List<Conjunct> conjuncts = new ArrayList<>();
    for (int i = 0; i < starts.length; i++) {
      starts[i] = code.size();
      DirectCode.append(code, rules.get(i).formula());
      conjuncts.addAll(rules.get(i).formula().conjuncts());
    }
    if (conjuncts.isEmpty()) {
      return new HitSample(1, 0);
    }
    int[] packed = code.toIntArray();
    SplittableRandom random = new SplittableRandom(conjuncts.size());
    int[] values = new int[Field.count()];
    Map<Long, Integer> seen = new HashMap<>();
    long hits = 0;
    for (int point = 0; point < points; point++) {
      // One rule for all fields, and another for those that the first leaves open.
      Arrays.fill(values, random.nextInt());
      put(conjuncts.get(random.nextInt(conjuncts.size())), values, random);
      put(conjuncts.get(random.nextInt(conjuncts.size())), values, random);
      long list = 0;
      for (int rule = 0; rule < starts.length; rule++) {
        if (DirectCode.holds(packed, starts[rule], values)) {
          hits++;
          list = (list + rule + 1) * 0x9e37_79b9_7f4a_7c15L;
          list ^= list >>> SHIFT;
          if (rules.get(rule).ends()) {
            break;
          }
        }
      }
      seen.merge(list, 1, Integer::sum);
    }
    return new HitSample(all(seen), (double) hits / points);
  }

  private static double all(Map<Long, Integer> seen) {
    double once = seen.values().stream().filter(times -> times == 1).count();
    double twice = seen.values().stream().filter(times -> times == 2).count();
    return seen.size() + once * (once - 1) / (2 * (twice + 1));
  }

  private static void put(Conjunct conjunct, int[] values, SplittableRandom random) {
    for (Map.Entry<Field, RangeSet> entry : conjunct.sets().entrySet()) {
      RangeSet set = entry.getValue();
      int range = random.nextInt(set.size());
      values[entry.getKey().ordinal()] =
          (int) random.nextLong(set.first(range), set.last(range) + 1);
    }
  }
}
