package dev.chainfuse.stateful;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.chainfuse.packet.Skb;
import org.junit.jupiter.api.Test;

/** What sets say of packets, and what SET does to them. */
class IpSetTest {
  private static final SetQuery SOURCE = SetQuery.plain(1, 1);
  private static final SetAnswer ANSWER = new SetAnswer();
  private static final long NONE = IpSet.NO_TIMEOUT;

  private static IpSet set(SetType type, long timeout) {
    return new IpSet("s", SetHeader.of(type).withTimeout(timeout));
  }

  private static Skb from(int source, long seconds) {
    Skb skb = new Skb();
    skb.source = source;
    skb.timeNanos = seconds * 1_000_000_000L;
    return skb;
  }

  @Test
  void theLongestPrefixDecidesAndNomatchExcepts() {
    IpSet set = set(SetType.HASH_NET, NONE);
    set.enter(SetKey.first(0x0a000000, 8, 0, 0), 0, NONE, 0, 0, ElementNote.NONE, false);
    set.enter(
        SetKey.first(0x0a010000, 16, 0, 0) | SetKey.NOMATCH,
        0,
        NONE,
        0,
        0,
        ElementNote.NONE,
        false);
    SetQuery turned =
        new SetQuery(
            1, 1, SetQuery.RETURN_NOMATCH, SetQuery.Comparison.ANY, SetQuery.Comparison.ANY);
    assertTrue(set.test(from(0x0a020304, 0), SOURCE, ANSWER));
    assertFalse(set.test(from(0x0a010304, 0), SOURCE, ANSWER));
    assertFalse(set.test(from(0x0b010304, 0), SOURCE, ANSWER));
    assertTrue(set.test(from(0x0a010304, 0), turned, ANSWER));
    assertFalse(set.test(from(0x0a020304, 0), turned, ANSWER));
  }

  @Test
  void anAddedElementTimesOutAndMayBeRemoved() {
    IpSet set = set(SetType.HASH_IP, 10);
    assertTrue(set.add(from(5, 0), SOURCE, NONE));
    assertFalse(set.add(from(5, 1), SOURCE, NONE));
    assertTrue(set.test(from(5, 10), SOURCE, ANSWER));
    assertFalse(set.test(from(5, 11), SOURCE, ANSWER));
    assertTrue(set.add(from(5, 12), SOURCE, 0));
    assertTrue(set.test(from(5, 1000), SOURCE, ANSWER));
    assertTrue(set.remove(from(5, 1000), SOURCE));
    assertFalse(set.test(from(5, 1000), SOURCE, ANSWER));
  }
}
