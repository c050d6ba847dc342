package dev.chainfuse.stateful;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.chainfuse.Seeds;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class TokenBucketTest {
  private static final long MILLISECOND = 1_000_000;
  private static final int TEN_A_SECOND = 1_000;

  /** Caps up to this many jiffies are not rounded. */
  private static final int EXACT_JIFFIES = 3_355;

  private static int taken(TokenBucket bucket, int packets, long nanos) {
    int taken = 0;
    for (int i = 0; i < packets; i++) {
      taken += bucket.take(nanos) ? 1 : 0;
    }
    return taken;
  }

  /** Measured on Linux 6.18: 10/s burst 2 lets 2 pass at 0, none at 90 ms, one at 110 ms. */
  @Test
  void startsFullAndFillsByElapsedTime() {
    TokenBucket bucket = new TokenBucket(TEN_A_SECOND, 2);
    assertEquals(2, taken(bucket, 5, 0));
    assertEquals(0, taken(bucket, 5, 90 * MILLISECOND));
    assertEquals(1, taken(bucket, 5, 110 * MILLISECOND));
  }

  @Test
  void timeCountsInJiffiesOfFourMilliseconds() {
    TokenBucket bucket = new TokenBucket(TEN_A_SECOND, 1);
    assertTrue(bucket.take(3 * MILLISECOND));
    assertFalse(bucket.take(100 * MILLISECOND - 1));
    assertTrue(bucket.take(100 * MILLISECOND));
  }

  @Test
  void isFullAgainAfterARestAndNeverMore() {
    TokenBucket bucket = new TokenBucket(TEN_A_SECOND, 5);
    assertEquals(5, taken(bucket, 9, 0));
    assertEquals(5, taken(bucket, 9, 3_600_000 * MILLISECOND));
  }

  @Test
  void isFullWheneverTimeBegins() {
    assertEquals(5, taken(new TokenBucket(TEN_A_SECOND, 5), 9, 1_700_000_000_000_000_000L));
  }

  /** 2^32 credits are 33,554,432 jiffies; the kernel's addition wraps. */
  @Test
  void fillingWrapsAfterThirtySevenIdleHours() {
    TokenBucket bucket = new TokenBucket(TEN_A_SECOND, 1);
    assertTrue(bucket.take(0));
    assertFalse(bucket.take(33_554_432L * 4 * MILLISECOND));
  }

  @Test
  void takesTheBurstsThatTheKernelTakes() {
    int hour = 36_000_000;
    assertTrue(TokenBucket.fits(hour, 37));
    assertFalse(TokenBucket.fits(hour, 38));
    assertTrue(TokenBucket.fits(hour, 200));
    assertFalse(TokenBucket.fits(hour, 0));
    assertThrows(IllegalArgumentException.class, () -> new TokenBucket(hour, 38));
  }

  /**
   * 7 a minute are 85,714 ten-thousandths of a second each; three of them are more than the 13 s
   * that fit, so the cap is cut to 25 whole seconds. Measured on Linux 6.18: 2 of 6 pass.
   */
  @Test
  void aLongBurstIsCutToWholeSeconds() {
    assertEquals(2, taken(new TokenBucket(85_714, 3), 6, 0));
  }

  /** Against the same bucket counted in exact jiffies, for rates that divide evenly. */
  @Test
  void letsPassWhatRateAndBurstAllow() {
    Seeds.each(
        50,
        seed -> {
          SplittableRandom random = new SplittableRandom(seed);
          int jiffiesPerPacket = random.nextInt(1, 500);
          int burst = random.nextInt(1, EXACT_JIFFIES / jiffiesPerPacket);
          TokenBucket bucket = new TokenBucket(jiffiesPerPacket * 40, burst);
          long level = (long) jiffiesPerPacket * burst;
          long full = level;
          long jiffies = 0;
          for (int i = 0; i < 2_000; i++) {
            long step = random.nextInt(3) == 0 ? random.nextInt(2 * jiffiesPerPacket) : 0;
            jiffies += step;
            level = Math.min(full, level + step);
            boolean expected = level >= jiffiesPerPacket;
            level -= expected ? jiffiesPerPacket : 0;
            assertEquals(expected, bucket.take(jiffies * 4 * MILLISECOND));
          }
        });
  }
}
