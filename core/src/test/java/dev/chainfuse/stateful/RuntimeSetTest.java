package dev.chainfuse.stateful;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.chainfuse.packet.Skb;
import org.junit.jupiter.api.Test;

/** What sets say of packets, and what SET does to them. */
class RuntimeSetTest {
  private static final SetQuery SOURCE = SetQuery.plain(1, 1);
  private static final long NONE = RuntimeSet.NO_TIMEOUT;

  private static RuntimeSet set(SetType type, long timeout) {
    return new RuntimeSet("s", new RuntimeSet.Shape(type, timeout, false, 32, 0, 0, 65536), 4);
  }

  private static Skb from(int source, long seconds) {
    Skb skb = new Skb();
    skb.source = source;
    skb.timeNanos = seconds * 1_000_000_000L;
    return skb;
  }

  @Test
  void theLongestPrefixDecidesAndNomatchExcepts() {
    RuntimeSet set = set(SetType.HASH_NET, NONE);
    set.enter(SetKey.first(0x0a000000, 8, 0, 0), 0, NONE, 0, 0, 0);
    set.enter(SetKey.first(0x0a010000, 16, 0, 0) | SetKey.NOMATCH, 0, NONE, 0, 0, 0);
    SetQuery turned =
        new SetQuery(
            1, 1, SetQuery.RETURN_NOMATCH, SetQuery.Comparison.ANY, SetQuery.Comparison.ANY);
    assertTrue(set.test(from(0x0a020304, 0), SOURCE));
    assertFalse(set.test(from(0x0a010304, 0), SOURCE));
    assertFalse(set.test(from(0x0b010304, 0), SOURCE));
    assertTrue(set.test(from(0x0a010304, 0), turned));
    assertFalse(set.test(from(0x0a020304, 0), turned));
  }

  @Test
  void anAddedElementTimesOutAndMayBeRemoved() {
    RuntimeSet set = set(SetType.HASH_IP, 10);
    assertTrue(set.add(from(5, 0), SOURCE, NONE));
    assertFalse(set.add(from(5, 1), SOURCE, NONE));
    assertTrue(set.test(from(5, 10), SOURCE));
    assertFalse(set.test(from(5, 11), SOURCE));
    assertTrue(set.add(from(5, 12), SOURCE, 0));
    assertTrue(set.test(from(5, 1000), SOURCE));
    assertTrue(set.remove(from(5, 1000), SOURCE));
    assertFalse(set.test(from(5, 1000), SOURCE));
  }
}
