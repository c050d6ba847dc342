package dev.chainfuse.fuse;

import static org.junit.jupiter.api.Assertions.assertEquals;

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
  private static final int PASSES = 5;

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
      verdicts += walkAll(fused, tables, hooks, packets);
      // The question itself and the compiler may allocate now and then, a walk would each time.
      long least = Long.MAX_VALUE;
      for (int pass = 0; pass < PASSES; pass++) {
        long before = threads.getCurrentThreadAllocatedBytes();
        verdicts += walkAll(fused, tables, hooks, packets);
        least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
      }
      assertEquals(0, least, () -> "bytes in a pass of " + PACKETS + " packets");
      assertEquals((2L + PASSES) * PACKETS * loadedHooks(fused, tables, hooks), verdicts);
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
