package dev.chainfuse.fuse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.chainfuse.packet.Skb;
import dev.chainfuse.rules.Hook;
import dev.chainfuse.rules.RuleSet;
import dev.chainfuse.rules.Table;
import java.lang.management.ManagementFactory;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** A walk allocates nothing, whatever structure it meets. */
class AllocationTest {
  private static final int PACKETS = 512;

  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private final TestContext context = new TestContext();

  @Test
  void aWalkAllocatesNothing() {
    for (FuseBudget budget : new FuseBudget[] {FuseBudget.DEFAULT, FuseBudget.SCAN}) {
      SplittableRandom random = new SplittableRandom(3);
      RuleSet rules = RandomRules.draw(random, 60);
      TestHost host = new TestHost();
      FusedEvaluator fused = new FusedEvaluator(ChainFuser.compile(rules, host, budget), 1);
      RandomPackets source = new RandomPackets(rules, host, random);
      Skb[] packets = new Skb[PACKETS];
      for (int i = 0; i < PACKETS; i++) {
        packets[i] = new Skb();
        source.draw(packets[i]);
      }
      Table[] tables = rules.tables().toArray(new Table[0]);
      Hook[] hooks = Hook.values();
      long verdicts = walkAll(fused, tables, hooks, packets);
      // The first question itself allocates.
      long asked = threads.getCurrentThreadAllocatedBytes();
      verdicts += walkAll(fused, tables, hooks, packets);
      long before = threads.getCurrentThreadAllocatedBytes();
      verdicts += walkAll(fused, tables, hooks, packets);
      long allocated = threads.getCurrentThreadAllocatedBytes() - before;
      assertEquals(0, allocated, () -> "bytes in a pass of " + PACKETS + " packets");
      assertTrue(asked <= before);
      assertEquals(3L * PACKETS * loadedHooks(fused, tables, hooks), verdicts);
    }
  }

  private static long loadedHooks(FusedEvaluator rules, Table[] tables, Hook[] hooks) {
    long loaded = 0;
    for (Table table : tables) {
      for (Hook hook : hooks) {
        loaded += rules.loaded(table.name(), hook) ? 1 : 0;
      }
    }
    return loaded;
  }

  /** The number of verdicts. */
  private long walkAll(FusedEvaluator rules, Table[] tables, Hook[] hooks, Skb[] packets) {
    long verdicts = 0;
    for (Skb packet : packets) {
      context.skb = packet;
      rules.startRecording();
      for (Table table : tables) {
        for (Hook hook : hooks) {
          if (rules.loaded(table.name(), hook)) {
            context.hook = hook;
            verdicts += rules.run(table.name(), context) >= 0 ? 1 : 0;
          }
        }
      }
    }
    return verdicts;
  }
}
