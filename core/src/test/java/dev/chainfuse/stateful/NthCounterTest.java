package dev.chainfuse.stateful;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class NthCounterTest {
  @Test
  void choosesOneOfEveryNFromTheFirst() {
    for (int every = 1; every <= 6; every++) {
      for (int first = 0; first < every; first++) {
        NthCounter counter = new NthCounter(every, first);
        for (int call = 0; call < 50; call++) {
          assertEquals(call % every == first, counter.next(), every + " " + first + " " + call);
        }
      }
    }
  }

  @Test
  void countsToTheGreatestUnsignedNumber() {
    NthCounter counter = new NthCounter(0xffff_ffffL, 1);
    assertFalse(counter.next());
    assertTrue(counter.next());
    assertFalse(counter.next());
  }

  @Test
  void refusesAFirstThatNeverComes() {
    assertThrows(IllegalArgumentException.class, () -> new NthCounter(5, 5));
    assertThrows(IllegalArgumentException.class, () -> new NthCounter(0, 0));
  }
}
