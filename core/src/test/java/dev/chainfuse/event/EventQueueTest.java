package dev.chainfuse.event;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.chainfuse.Seeds;
import java.lang.management.ManagementFactory;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class EventQueueTest {
  private record Event(long nanos, long sequence, int kind, long payload) {}

  @Test
  void earlierEventsComeFirst() {
    EventQueue queue = new EventQueue(1);
    queue.add(30, 3, 300);
    queue.add(10, 1, 100);
    queue.add(20, 2, 200);
    assertEquals(10, queue.nextNanos());
    queue.removeNext();
    assertEquals(20, queue.nextNanos());
    queue.removeNext();
    assertEquals(30, queue.nextNanos());
    assertEquals(3, queue.nextKind());
    assertEquals(300, queue.nextPayload());
    queue.removeNext();
    assertTrue(queue.isEmpty());
    assertEquals(EventQueue.NEVER, queue.nextNanos());
  }

  @Test
  void eventsOfOneTimeComeInTheOrderInWhichTheyWereAdded() {
    EventQueue queue = new EventQueue(4);
    for (int i = 0; i < 1_000; i++) {
      queue.add(i % 3, 0, i);
    }
    long lastPayload = -1;
    long lastNanos = -1;
    while (!queue.isEmpty()) {
      if (queue.nextNanos() == lastNanos) {
        assertTrue(queue.nextPayload() > lastPayload);
      }
      lastNanos = queue.nextNanos();
      lastPayload = queue.nextPayload();
      queue.removeNext();
    }
  }

  @Test
  void anyInterleavingEqualsPriorityQueueWithSequenceNumbers() {
    Seeds.each(
        200,
        seed -> {
          SplittableRandom random = new SplittableRandom(seed);
          EventQueue queue = new EventQueue(1 + random.nextInt(8));
          PriorityQueue<Event> expected =
              new PriorityQueue<>(
                  Comparator.comparingLong(Event::nanos).thenComparingLong(Event::sequence));
          int times = 1 + random.nextInt(50);
          long sequence = 0;
          for (int step = 0; step < 2_000; step++) {
            if (random.nextInt(100) < 55) {
              Event event =
                  new Event(
                      random.nextInt(times) - times / 2,
                      sequence++,
                      random.nextInt(),
                      random.nextLong());
              expected.add(event);
              queue.add(event.nanos, event.kind, event.payload);
            } else if (!expected.isEmpty()) {
              Event event = expected.remove();
              assertEquals(event.nanos, queue.nextNanos());
              assertEquals(event.kind, queue.nextKind());
              assertEquals(event.payload, queue.nextPayload());
              queue.removeNext();
            }
            assertEquals(expected.size(), queue.size());
          }
        });
  }

  @Test
  void removingFromAnEmptyQueueIsRefused() {
    assertThrows(IllegalStateException.class, () -> new EventQueue(1).removeNext());
  }

  @Test
  void nothingIsAllocatedOnceGrown() {
    EventQueue queue = new EventQueue(1_024);
    var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long least = Long.MAX_VALUE;
    for (int pass = 0; pass < 10; pass++) {
      // The first passes also count what the virtual machine loads and compiles.
      long before = threads.getCurrentThreadAllocatedBytes();
      churn(queue, 20_000);
      least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
    }
    assertEquals(0, least);
  }

  private static void churn(EventQueue queue, int events) {
    long state = 1;
    for (int i = 0; i < events; i++) {
      state = state * 6364136223846793005L + 1442695040888963407L;
      queue.add(state >>> 40, i, state);
      if (queue.size() > 1_000) {
        queue.removeNext();
      }
    }
  }
}
