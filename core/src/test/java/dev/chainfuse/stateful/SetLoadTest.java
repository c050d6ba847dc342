package dev.chainfuse.stateful;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.chainfuse.rules.text.SetReader;
import java.lang.management.ManagementFactory;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** A million entries are read in less than 3 s and take less than 32 bytes each. */
class SetLoadTest {
  private static final int ENTRIES = 1_000_000;

  @Test
  void aMillionEntries() {
    StringBuilder text = new StringBuilder(24 * ENTRIES);
    text.append("create big hash:ip maxelem ").append(ENTRIES).append('\n');
    SplittableRandom random = new SplittableRandom(1);
    int step = random.nextInt() | 1;
    int address = 0;
    for (int i = 0; i < ENTRIES; i++) {
      // An odd step visits every address once.
      address += step;
      text.append("add big ").append(address >>> 24).append('.').append(address >> 16 & 255);
      text.append('.').append(address >> 8 & 255).append('.').append(address & 255).append('\n');
    }
    String saved = text.toString();
    long before = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    SavedSets sets = SetReader.read("ipset.save", saved);
    long nanos = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - before;
    IpSet set = sets.all().iterator().next();
    assertEquals(ENTRIES, set.size());
    assertTrue(nanos < 3_000_000_000L, nanos + " ns of processor time");
    assertTrue(set.memoryBytes() < 32L * ENTRIES, set.memoryBytes() + " bytes");
  }
}
