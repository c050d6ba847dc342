package dev.chainfuse.fuse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.chainfuse.packet.Field;
import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.packet.RangeSet;
import dev.chainfuse.rules.ChainTarget;
import dev.chainfuse.rules.HeaderMatch;
import dev.chainfuse.rules.Hook;
import dev.chainfuse.rules.Match;
import dev.chainfuse.rules.StandardTarget;
import dev.chainfuse.rules.TableName;
import dev.chainfuse.rules.Target;
import java.time.Duration;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Compiling stays small whatever the rules are like. Times are generous: a blow-up takes hours. */
class CompileBoundsTest {
  private static final Duration LONG = Duration.ofSeconds(60);

  private final ChainBuilder chains = new ChainBuilder();

  private FusedRules compile() {
    return assertTimeoutPreemptively(
        LONG, () -> ChainFuser.compile(chains.filter(), new TestHost()));
  }

  private static Match port(Field field, int first, int last) {
    return new TestMatch.Port(Ipv4.TCP, field, RangeSet.of(first, last), false);
  }

  @Test
  void fiveHundredRulesThatOnlyCountDoNotMultiply() {
    // Any subset of them can hold at once: 2^500 hit lists if they were decided together.
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 500; i++) {
      int source = random.nextInt(30_000);
      int destination = random.nextInt(30_000);
      chains.rule(
          "FORWARD",
          StandardTarget.NONE,
          port(Field.SOURCE_PORT, source, source + random.nextInt(35_000)),
          port(Field.DESTINATION_PORT, destination, destination + random.nextInt(35_000)),
          new TestMatch.Is(Field.LENGTH, RangeSet.of(random.nextInt(700), 1000)),
          new TestMatch.Is(Field.TTL, RangeSet.of(random.nextInt(200), 220)));
    }
    FusedRules fused = compile();
    assertTrue(fused.memoryBytes() < 16 << 20, () -> fused.memoryBytes() + " bytes");
    assertEquals(500, fused.segments().stream().mapToInt(SegmentStatistics::rules).sum());
    assertTrue(fused.segments().stream().allMatch(segment -> segment.hitLists() <= 4096));
  }

  @Test
  void aDiamondOfFortyFiveChainsIsCompiledChainByChain() {
    // Each jumps twice to the next: 2^44 walks from the first to the last.
    chains.jump("FORWARD", "chain-1");
    for (int i = 1; i < 45; i++) {
      chains.jump("chain-" + i, "chain-" + (i + 1), port(Field.SOURCE_PORT, 0, i));
      chains.jump("chain-" + i, "chain-" + (i + 1), port(Field.DESTINATION_PORT, 0, i));
    }
    chains.rule("chain-45", StandardTarget.ACCEPT);
    FusedRules fused = compile();
    assertEquals(46, fused.segments().size());
    assertTrue(fused.memoryBytes() < 1 << 20, () -> fused.memoryBytes() + " bytes");
  }

  @Test
  void thousandsOfChainsInARowAreWalkedThrough() {
    int depth = 5_000;
    for (int i = 0; i < depth; i++) {
      chains.jump(i == 0 ? "FORWARD" : "chain-" + i, "chain-" + (i + 1));
    }
    chains.rule("chain-" + depth, StandardTarget.DROP);
    FusedEvaluator rules = new FusedEvaluator(compile(), 1);
    TestContext context = new TestContext();
    context.hook = Hook.FORWARD;
    assertEquals(Target.DROP, rules.run(TableName.FILTER, context));
    assertEquals(depth, rules.decidedBy());
  }

  @Test
  void tenThousandServicesFromOneChainAreSearched() {
    for (int i = 0; i < 10_000; i++) {
      HeaderMatch.Address address = new HeaderMatch.Address(0x0a60_0000 + i * 7, -1, false);
      HeaderMatch header =
          new HeaderMatch(
              HeaderMatch.Address.ANY,
              address,
              HeaderMatch.Interface.ANY,
              HeaderMatch.Interface.ANY,
              Ipv4.TCP,
              false,
              HeaderMatch.Fragment.ANY);
      Match port = port(Field.DESTINATION_PORT, i % 5, i % 5);
      chains.chain("service-" + i);
      chains.rule("FORWARD", header, new ChainTarget(Target.Kind.JUMP, "service-" + i), port);
      chains.rule("service-" + i, StandardTarget.ACCEPT);
    }
    FusedRules fused = compile();
    assertEquals("tuple search", fused.segments().get(0).structure());
    assertEquals(10_000, fused.segments().get(0).rules());
    assertTrue(fused.memoryBytes() < 64 << 20, () -> fused.memoryBytes() + " bytes");
  }

  @Test
  void aLoopIsRefused() {
    chains.jump("FORWARD", "a");
    chains.jump("a", "b");
    chains.go("b", "a");
    IllegalArgumentException refused =
        assertThrows(
            IllegalArgumentException.class,
            () -> ChainFuser.compile(chains.filter(), new TestHost()));
    assertEquals("chain a of table filter leads to itself", refused.getMessage());
  }
}
