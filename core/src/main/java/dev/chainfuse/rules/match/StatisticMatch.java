package dev.chainfuse.rules.match;

import dev.chainfuse.rules.Condition;
import dev.chainfuse.rules.HostFacts;
import dev.chainfuse.rules.Match;
import dev.chainfuse.rules.MatchContext;
import dev.chainfuse.rules.MatchModule;
import dev.chainfuse.rules.Option;
import dev.chainfuse.rules.OptionValues;
import dev.chainfuse.stateful.NthCounter;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * {@code -m statistic}: every n-th packet, or some at random (net/netfilter/xt_statistic.c,
 * statistic_mt).
 */
public record StatisticMatch(Mode mode, boolean inverted) implements Match {
  /** What decides. */
  public sealed interface Mode {}

  /**
   * At random.
   *
   * @param threshold of 2^31: a packet matches if a random number of 31 bits is below
   */
  public record AtRandom(long threshold) implements Mode {}

  /**
   * The packets {@code packet}, {@code packet + every}, ... of those that reach the match, counted
   * from 0.
   *
   * @param every 1 to 2^32-1
   * @param packet 0 to {@code every - 1}
   */
  public record Nth(long every, long packet) implements Mode {}

  private static final int DIGITS = 11;
  private static final BigDecimal ONE = BigDecimal.valueOf(1L << 31);
  private static final Pattern DECIMAL =
      Pattern.compile("\\+?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][-+]?[0-9]{1,3})?");

  public static final MatchModule MODULE =
      Module.of(
          "statistic",
          StatisticMatch::parse,
          Option.value("mode"),
          Option.invertibleValue("probability"),
          Option.invertibleValue("every"),
          Option.value("packet"));

  private static StatisticMatch parse(OptionValues values) {
    Module.atMostOne(values, "probability", "every");
    Module.atMostOne(values, "probability", "packet");
    String mode = Module.required(values, "mode");
    return switch (mode) {
      case "random" ->
          new StatisticMatch(new AtRandom(threshold(values)), values.inverted("probability"));
      case "nth" -> new StatisticMatch(nth(values), values.inverted("every"));
      default -> throw values.error("mode", "'" + mode + "' is not a mode", "write random or nth");
    };
  }

  private static long threshold(OptionValues values) {
    String text = Module.required(values, "probability");
    double probability = DECIMAL.matcher(text).matches() ? Double.parseDouble(text) : -1;
    if (probability < 0 || probability > 1) {
      throw values.error(
          "probability", "'" + text + "' is not a probability", "write a number from 0 to 1");
    }
    return Math.round(probability * (1L << 31));
  }

  private static Nth nth(OptionValues values) {
    String everyText = Module.required(values, "every");
    String packetText = Module.required(values, "packet");
    long every = Numbers.require(values, "every", everyText, 1, Numbers.MAX_32);
    long packet = Numbers.require(values, "packet", packetText, 0, every - 1);
    return new Nth(every, packet);
  }

  @Override
  public String name() {
    return "statistic";
  }

  @Override
  public void save(StringBuilder out) {
    if (mode instanceof AtRandom random) {
      out.append(" --mode random").append(inverted ? " !" : "").append(" --probability ");
      appendProbability(out, random);
    } else if (mode instanceof Nth nth) {
      out.append(" --mode nth").append(inverted ? " !" : "").append(" --every ").append(nth.every);
      out.append(" --packet ").append(nth.packet);
    }
  }

  @Override
  public void list(StringBuilder out) {
    out.append(" statistic mode ");
    if (mode instanceof AtRandom random) {
      out.append("random").append(inverted ? " !" : "").append(" probability ");
      appendProbability(out, random);
    } else if (mode instanceof Nth nth) {
      out.append("nth").append(inverted ? " !" : "").append(" every ").append(nth.every);
      if (nth.packet != 0) {
        out.append(" packet ").append(nth.packet);
      }
    }
  }

  /** The threshold as a fraction, which is exact in binary, rounded as printf("%.11f") does. */
  private static void appendProbability(StringBuilder out, AtRandom random) {
    BigDecimal exact = BigDecimal.valueOf(random.threshold).divide(ONE);
    out.append(exact.setScale(DIGITS, RoundingMode.HALF_EVEN).toPlainString());
  }

  @Override
  public boolean matches(MatchContext context) {
    boolean chosen;
    if (mode instanceof AtRandom random) {
      chosen = (context.random.nextInt() & Integer.MAX_VALUE) < random.threshold;
    } else {
      chosen = ((NthCounter) Objects.requireNonNull(context.state)).next();
    }
    return chosen != inverted;
  }

  @Override
  public Condition condition(HostFacts host) {
    return new Condition.Ask(this);
  }

  @Override
  public @Nullable Object newState() {
    return mode instanceof Nth nth ? new NthCounter(nth.every, nth.packet) : null;
  }
}
