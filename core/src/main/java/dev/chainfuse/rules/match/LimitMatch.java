package dev.chainfuse.rules.match;

import dev.chainfuse.rules.Condition;
import dev.chainfuse.rules.HostFacts;
import dev.chainfuse.rules.Match;
import dev.chainfuse.rules.MatchContext;
import dev.chainfuse.rules.MatchModule;
import dev.chainfuse.rules.Option;
import dev.chainfuse.rules.OptionValues;
import dev.chainfuse.rules.RuleSyntaxException;
import dev.chainfuse.stateful.TokenBucket;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * {@code -m limit}: so many packets a second on the average (net/netfilter/xt_limit.c, limit_mt).
 *
 * @param period ten-thousandths of a second between two packets, 1 to 864,000,000
 * @param burst packets that may come at once, 1 to 10,000
 */
public record LimitMatch(int period, int burst) implements Match {
  private static final int SCALE = TokenBucket.SCALE;
  private static final int DEFAULT_BURST = 5;
  private static final int MOST_BURST = 10_000;

  private record Unit(String name, String printed, int period) {}

  private static final Unit SECOND = new Unit("second", "sec", SCALE);
  private static final Unit HOUR = new Unit("hour", "hour", SCALE * 60 * 60);

  /** Longest first, as they are tried for printing. */
  private static final List<Unit> UNITS =
      List.of(
          new Unit("day", "day", SCALE * 24 * 60 * 60),
          HOUR,
          new Unit("minute", "min", SCALE * 60),
          SECOND);

  private static final int DEFAULT_PERIOD = HOUR.period / 3;

  public static final MatchModule MODULE =
      Module.of("limit", LimitMatch::parse, Option.value("limit"), Option.value("limit-burst"));

  private static LimitMatch parse(OptionValues values) {
    String rate = values.value("limit");
    String burstText = values.value("limit-burst");
    int burst =
        burstText == null
            ? DEFAULT_BURST
            : (int) Numbers.require(values, "limit-burst", burstText, 1, MOST_BURST);
    int period = rate == null ? DEFAULT_PERIOD : period(values, rate);
    if (!TokenBucket.fits(period, burst)) {
      String problem = "the kernel cannot hold a burst of " + burst + " at that rate";
      String mend = "lower --limit-burst or raise --limit";
      throw burstText == null
          ? new RuleSyntaxException("limit", problem, mend)
          : values.error("limit-burst", problem, mend);
    }
    return new LimitMatch(period, burst);
  }

  private static int period(OptionValues values, String rate) {
    int slash = rate.indexOf('/');
    Unit unit = slash < 0 ? SECOND : unit(rate.substring(slash + 1).toLowerCase(Locale.ROOT));
    long packets =
        Numbers.parseDecimal(slash < 0 ? rate : rate.substring(0, slash), Integer.MAX_VALUE);
    if (unit == null || packets <= 0) {
      throw values.error(
          "limit", "'" + rate + "' is not a rate", "write a number and /sec, /min, /hour or /day");
    }
    int period = (int) (unit.period / packets);
    if (period == 0) {
      throw values.error(
          "limit", "rate '" + rate + "' is too fast", "10000/sec is the fastest there is");
    }
    return period;
  }

  private static @Nullable Unit unit(String start) {
    for (Unit unit : UNITS) {
      if (!start.isEmpty() && unit.name.startsWith(start)) {
        return unit;
      }
    }
    return null;
  }

  @Override
  public String name() {
    return "limit";
  }

  @Override
  public void save(StringBuilder out) {
    out.append(" --limit ");
    appendRate(out);
    if (burst != DEFAULT_BURST) {
      out.append(" --limit-burst ").append(burst);
    }
  }

  @Override
  public void list(StringBuilder out) {
    out.append(" limit: avg ");
    appendRate(out);
    out.append(" burst ").append(burst);
  }

  /**
   * Goes to shorter units until the next would be too short or lose too much by whole packets
   * (extensions/libxt_limit.c, print_rate).
   */
  private void appendRate(StringBuilder out) {
    int i = 1;
    while (i < UNITS.size()) {
      int next = UNITS.get(i).period;
      if (period > next || next / period < next % period) {
        break;
      }
      i++;
    }
    Unit unit = UNITS.get(i - 1);
    out.append(unit.period / period).append('/').append(unit.printed);
  }

  @Override
  public boolean matches(MatchContext context) {
    TokenBucket bucket = (TokenBucket) Objects.requireNonNull(context.state);
    return bucket.take(context.skb.timeNanos);
  }

  @Override
  public Condition condition(HostFacts host) {
    return new Condition.Ask(this);
  }

  @Override
  public Object newState() {
    return new TokenBucket(period, burst);
  }
}
