package dev.chainfuse.event;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class VirtualClockTest {
  @Test
  void movesForwardOnly() {
    VirtualClock clock = new VirtualClock(-5);
    clock.advanceTo(-5);
    clock.advanceTo(7);
    assertEquals(7, clock.nowNanos());
    assertThrows(IllegalArgumentException.class, () -> clock.advanceTo(6));
    assertEquals(7, clock.nowNanos());
  }
}
