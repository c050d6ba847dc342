package dev.chainfuse.classify;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.chainfuse.Seeds;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** A trie of any width and size gives the class of the interval that holds a value. */
class RangeTrieTest {
  @Test
  void classOfAValueIsThatOfItsInterval() {
    int[] counts = {1, 2, 20, 300, 5000};
    Seeds.each(
        100,
        seed -> {
          SplittableRandom random = new SplittableRandom(seed);
          int width = 1 + random.nextInt(32);
          // Beyond 2,048 intervals of 32 bits the strides are finer.
          check(random, seed % 10 == 0 ? 32 : width, counts[random.nextInt(counts.length)]);
        });
    check(new SplittableRandom(1), 32, 5000);
  }

  private static void check(SplittableRandom random, int width, int count) {
    long values = 1L << width;
    long[] drawn = new long[count];
    for (int i = 1; i < count; i++) {
      drawn[i] = random.nextLong(values);
    }
    long[] starts = Intervals.distinct(drawn);
    int[] classes = new int[starts.length];
    for (int i = 0; i < classes.length; i++) {
      classes[i] = random.nextInt(50);
    }
    RangeTrie trie = RangeTrie.build(new Intervals(starts, classes, width));
    for (int i = 0; i < 2000; i++) {
      long start = starts[random.nextInt(starts.length)];
      long value = i % 2 == 0 ? random.nextLong(values) : Math.floorMod(start - i % 3, values);
      int found = Arrays.binarySearch(starts, value);
      int interval = found >= 0 ? found : -found - 2;
      assertEquals(classes[interval], trie.classOf((int) value));
    }
  }
}
