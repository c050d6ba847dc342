package dev.chainfuse.stateful;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class RecentListTest {
  private static final long SECOND = 1_000_000_000L;

  private final RecentList.Registry lists = new RecentList.Registry();

  @Test
  void fourPacketsWithinAMinuteAreFoundUntilTheyAreOld() {
    RecentList list = lists.list("ssh", 4);
    for (int i = 0; i < 3; i++) {
      list.set(1, 0, 64, i * SECOND);
    }
    assertFalse(list.check(1, 0, 60, 4, 3 * SECOND));
    list.set(1, 0, 64, 3 * SECOND);
    assertTrue(list.check(1, 0, 60, 4, 3 * SECOND));
    assertFalse(list.check(1, 0, 60, 4, 61 * SECOND));
    assertFalse(list.check(2, 0, 60, 1, 3 * SECOND));
  }

  @Test
  void theListOfOneNameIsShared() {
    lists.list("a", 0).set(7, 0, 64, 0);
    assertTrue(lists.list("a", 0).contains(7, 0));
    assertFalse(lists.list("b", 0).contains(7, 0));
  }

  @Test
  void anotherTtlIsAnotherSenderIfAsked() {
    RecentList list = lists.list("a", 0);
    list.set(7, 64, 64, 0);
    assertTrue(list.contains(7, 64));
    assertFalse(list.contains(7, 63));
    assertTrue(list.contains(7, 0));
  }

  @Test
  void aHundredAddressesAreKeptTheLeastRecentGivesWay() {
    RecentList list = lists.list("a", 0);
    for (int i = 1; i <= 100; i++) {
      list.set(i, 0, 64, i);
    }
    list.set(1, 0, 64, 200);
    list.set(101, 0, 64, 201);
    assertEquals(RecentList.MAXIMUM_ADDRESSES, list.size());
    assertTrue(list.contains(1, 0));
    assertFalse(list.contains(2, 0));
  }

  @Test
  void reapingForgetsTheOldestIfItIsOldEnough() {
    RecentList list = lists.list("a", 0);
    list.set(1, 0, 64, 0);
    list.set(2, 0, 64, 9 * SECOND);
    list.reap(10, 5 * SECOND, 2, false);
    assertTrue(list.contains(1, 0));
    list.reap(10, 11 * SECOND, 2, false);
    assertFalse(list.contains(1, 0));
    assertTrue(list.contains(2, 0));
  }
}
