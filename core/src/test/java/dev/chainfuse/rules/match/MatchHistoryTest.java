package dev.chainfuse.rules.match;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.chainfuse.packet.Bytes;
import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.packet.Skb;
import dev.chainfuse.rules.Match;
import dev.chainfuse.rules.MatchContext;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Matches whose answer depends on what came before, on the time, or on what a packet carries. */
class MatchHistoryTest {
  private static final long MILLI = 1_000_000;
  private static final long SECOND = 1000 * MILLI;

  /** A rule at work. */
  private static final class Asked {
    private final Match match;
    private final MatchContext context;
    private final @Nullable Object state;

    Asked(String rule) {
      this(rule, engine());
    }

    /** A rule beside others of the same engine. */
    Asked(String rule, MatchContext engine) {
      match = RuleText.read(rule).match();
      context = engine;
      state = match.newState(engine);
    }

    boolean matches(Skb skb) {
      context.skb = skb;
      context.state = state;
      return match.matches(context);
    }
  }

  private static Skb udp(int source, int bytes, long nanos) {
    Skb skb = TestPackets.packet(Ipv4.UDP, 0, new byte[bytes - Ipv4.MINIMUM_HEADER]);
    skb.source = source;
    skb.timeNanos = nanos;
    return skb;
  }

  private static int matched(Asked asked, int packets, int source, int bytes, long nanos) {
    int matched = 0;
    for (int i = 0; i < packets; i++) {
      matched += asked.matches(udp(source, bytes, nanos)) ? 1 : 0;
    }
    return matched;
  }

  @Test
  void quotaEndsWithTheFirstPacketThatDoesNotFit() {
    Asked quota = new Asked("-m quota --quota 100");
    assertTrue(quota.matches(udp(1, 60, 0)));
    assertFalse(quota.matches(udp(1, 50, 0)));
    assertFalse(quota.matches(udp(1, 28, 0)), "it would have fitted before");
    assertFalse(new Asked("-m quota ! --quota 100").matches(udp(1, 60, 0)));
  }

  @Test
  void hashlimitHasABucketForEachSource() {
    Asked limit =
        new Asked(
            "-m hashlimit --hashlimit-upto 10/sec --hashlimit-burst 2 --hashlimit-mode srcip"
                + " --hashlimit-name a --hashlimit-htable-expire 60000");
    assertEquals(2, matched(limit, 5, 1, 40, SECOND));
    assertEquals(2, matched(limit, 5, 2, 40, SECOND));
    assertEquals(0, matched(limit, 5, 1, 40, SECOND + 96 * MILLI));
    assertEquals(1, matched(limit, 5, 1, 40, SECOND + 100 * MILLI));
    assertEquals(2, matched(limit, 5, 1, 40, 10 * SECOND), "no more than the burst");
  }

  @Test
  void hashlimitForgetsWhatWasIdle() {
    Asked limit =
        new Asked(
            "-m hashlimit --hashlimit-upto 1/hour --hashlimit-burst 1 --hashlimit-mode srcip"
                + " --hashlimit-name a --hashlimit-htable-expire 2000");
    assertEquals(1, matched(limit, 2, 1, 40, 0));
    assertEquals(0, matched(limit, 1, 1, 40, 1900 * MILLI));
    assertEquals(0, matched(limit, 1, 1, 40, 3800 * MILLI), "each packet starts the time anew");
    assertEquals(1, matched(limit, 1, 1, 40, 6100 * MILLI), "the collector has run at 6 s");
  }

  @Test
  void hashlimitRulesOfOneNameShareTheTableAndItsFirstRate() {
    MatchContext engine = engine();
    String rest = " --hashlimit-mode srcip --hashlimit-name a";
    Asked first =
        new Asked("-m hashlimit --hashlimit-upto 1/sec --hashlimit-burst 3" + rest, engine);
    Asked second =
        new Asked("-m hashlimit --hashlimit-above 1/sec --hashlimit-burst 100" + rest, engine);
    assertEquals(2, matched(first, 2, 1, 40, 0));
    assertEquals(1, matched(second, 2, 1, 40, 0), "one token is left, then it is above");
  }

  private static MatchContext engine() {
    return new MatchContext(new Skb(), new TestHost(), new SplittableRandom(1));
  }

  /** Seen on Linux 6.18 with iptables-restore of the same rules. */
  @Test
  void newRulesGoOnWithWhatTheirNamesKnow() {
    String rule =
        "-m hashlimit --hashlimit-upto 1/hour --hashlimit-burst 2 --hashlimit-name a"
            + " --hashlimit-htable-expire 600000";
    MatchContext before = engine();
    assertEquals(2, matched(new Asked(rule, before), 3, 1, 40, 0));
    new Asked("-m recent --name r --set", before).matches(udp(7, 40, 0));
    MatchContext after = engine();
    Asked limit = new Asked(rule, after);
    Asked recent = new Asked("-m recent --name r --rcheck", after);
    Asked other = new Asked("-m recent --name q --rcheck", after);
    after.keepStateOf(before);
    assertEquals(0, matched(limit, 3, 1, 40, SECOND));
    assertTrue(recent.matches(udp(7, 40, SECOND)));
    assertFalse(other.matches(udp(7, 40, SECOND)));
  }

  @Test
  void hashlimitOfBytesCountsChunksOfSixteen() {
    // A second's credit is the bucket: 1 kB/s are 65 chunks, a packet of 100 bytes takes 7.
    Asked limit = new Asked("-m hashlimit --hashlimit-upto 1kb/s --hashlimit-name a");
    assertEquals(9, matched(limit, 20, 1, 100, 0));
    assertEquals(4, matched(limit, 20, 1, 100, 500 * MILLI));
  }

  @Test
  void hashlimitRateMatchJudgesByTheIntervalBefore() {
    Asked above =
        new Asked(
            "-m hashlimit --hashlimit-above 10/sec --hashlimit-burst 5 --hashlimit-name a"
                + " --hashlimit-rate-match --hashlimit-htable-expire 60000");
    assertEquals(5, matched(above, 20, 1, 40, 0), "15 are within rate and burst");
    assertEquals(3, matched(above, 3, 1, 40, SECOND), "the second before had too many");
    assertEquals(0, matched(above, 3, 1, 40, 2 * SECOND));
  }

  private static boolean atTime(String rule, String time) {
    Asked asked = new Asked("-m time " + rule);
    asked.context.epochNanos = SECOND;
    long seconds = LocalDateTime.parse(time).toEpochSecond(ZoneOffset.UTC);
    return asked.matches(udp(1, 40, (seconds - 1) * SECOND));
  }

  @Test
  void timesOfTheDayIncludeBothEnds() {
    String office = "--timestart 08:00 --timestop 17:30";
    assertFalse(atTime(office, "2026-03-02T07:59:59"));
    assertTrue(atTime(office, "2026-03-02T08:00:00"));
    assertTrue(atTime(office, "2026-03-02T17:30:00"));
    assertFalse(atTime(office, "2026-03-02T17:30:01"));
  }

  @Test
  void aNightBelongsToTheDayItBeganIfContiguous() {
    // 2 March 2026 is a Monday.
    String night = "--timestart 22:00 --timestop 06:00 --weekdays Mon";
    assertTrue(atTime(night, "2026-03-02T23:00:00"));
    assertTrue(atTime(night, "2026-03-02T05:00:00"));
    assertFalse(atTime(night, "2026-03-03T05:00:00"));
    assertFalse(atTime(night + " --contiguous", "2026-03-02T05:00:00"));
    assertTrue(atTime(night + " --contiguous", "2026-03-03T05:00:00"));
  }

  @Test
  void daysOfTheMonthAreThoseOfTheCalendar() {
    for (int year = 1970; year < 2106; year++) {
      for (String day : new String[] {"02-28", "03-01", "12-31", "01-01"}) {
        String time = year + "-" + day + "T12:00:00";
        int number = Integer.parseInt(day.substring(3));
        long since = LocalDateTime.parse(time).toLocalDate().toEpochDay();
        assertEquals(number, TimeTexts.dayOfMonth(since));
      }
    }
    assertTrue(atTime("--monthdays 29", "2028-02-29T00:00:00"));
    assertFalse(atTime("--monthdays 29", "2026-03-01T00:00:00"));
  }

  @Test
  void datesIncludeBothEnds() {
    String year = "--datestart 2030 --datestop 2030-12-31T23:59:59";
    assertFalse(atTime(year, "2029-12-31T23:59:59"));
    assertTrue(atTime(year, "2030-01-01T00:00:00"));
    assertTrue(atTime(year, "2030-12-31T23:59:59"));
    assertFalse(atTime(year, "2031-01-01T00:00:00"));
  }

  private static boolean carries(String rule, String payload) {
    byte[] bytes = payload.getBytes(StandardCharsets.ISO_8859_1);
    return new Asked("-m string --algo bm " + rule).matches(TestPackets.packet(200, 0, bytes));
  }

  @Test
  void aStringHasToEndWhereTheSearchEnds() {
    assertTrue(carries("--string abc", "xxabc"));
    assertTrue(carries("--string abc --to 25", "xxabc"));
    assertFalse(carries("--string abc --to 24", "xxabc"));
    assertTrue(carries("--string abc --from 22", "xxabc"));
    assertFalse(carries("--string abc --from 23", "xxabc"));
    assertFalse(carries("--string abc --from 23 --to 27", "xxabcabcabc"));
    assertTrue(carries("--string abc --from 23 --to 28", "xxabcabcabc"));
  }

  @Test
  void caseIsThatOfLatin1() {
    assertFalse(carries("--string abc", "ABC"));
    assertTrue(carries("--string abc --icase", "aBC"));
    assertTrue(carries("--hex-string |e4| --icase", "\u00c4"));
    assertFalse(carries("--hex-string |f7| --icase", "\u00d7"));
  }

  private static boolean holds(String tests, int... words) {
    byte[] payload = new byte[4 * words.length];
    for (int i = 0; i < words.length; i++) {
      Bytes.putInt(payload, 4 * i, words[i]);
    }
    return new Asked("-m u32 --u32 \"" + tests + '"').matches(TestPackets.packet(200, 0, payload));
  }

  @Test
  void u32FollowsOffsetsAndComparesUnsigned() {
    assertTrue(holds("0>>22&0x3C@4=5:6", 0, 5));
    assertFalse(holds("0>>22&0x3C@4=5:6", 0, 7));
    assertTrue(holds("20=0x7fffffff:0xffffffff", -1));
    assertFalse(holds("20=0:5", -1));
    assertFalse(holds("21=0", 0), "a word that is not all there");
    assertFalse(holds("20@0=0", Integer.MAX_VALUE), "an offset behind the packet");
  }

  @Test
  void programsThatReadBehindThePacketReturnNothing() {
    Asked inside = new Asked("-m bpf --bytecode \"2,32 0 0 20,6 0 0 1\"");
    assertTrue(inside.matches(TestPackets.packet(200, 0, new byte[4])));
    assertFalse(inside.matches(TestPackets.packet(200, 0, new byte[3])));
  }

  @Test
  void withoutSocketOwnerHoldsOnlyIfAllIsInverted() {
    Skb packet = udp(1, 40, 0);
    packet.local = true;
    packet.primary = true;
    assertFalse(new Asked("-m owner --uid-owner 0").matches(packet));
    assertTrue(new Asked("-m owner ! --uid-owner 0 ! --socket-exists").matches(packet));
    assertFalse(new Asked("-m owner ! --uid-owner 0 --socket-exists").matches(packet));
    Skb error = TestPackets.packet(Ipv4.ICMP, 0, new byte[8]);
    error.local = true;
    assertTrue(new Asked("-m owner --socket-exists").matches(error), "the host's own socket");
  }
}
