package dev.chainfuse.stateful;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.chainfuse.Seeds;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The table holds what a plain set holds. */
class ElementTableTest {
  @Test
  void holdsWhatAPlainSetHolds() {
    Seeds.each(
        50,
        seed -> {
          SplittableRandom random = new SplittableRandom(seed);
          ElementTable table = new ElementTable(false, true, true, 0);
          Set<Long> plain = new HashSet<>();
          for (int i = 0; i < 2000; i++) {
            long key = SetKey.first(random.nextInt(300), 32, 6, 80);
            int found = table.find(key, 0);
            assertEquals(plain.contains(key), found >= 0);
            if (found >= 0) {
              assertEquals(key * 3, table.packets(found));
              table.remove(found);
              plain.remove(key);
            } else {
              table.setCounters(table.add(key, 0), key * 3, 0);
              plain.add(key);
            }
            assertEquals(plain.size(), table.size());
          }
        });
  }
}
