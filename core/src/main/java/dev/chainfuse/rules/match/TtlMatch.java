package dev.chainfuse.rules.match;

import dev.chainfuse.packet.Field;
import dev.chainfuse.packet.RangeSet;
import dev.chainfuse.rules.Condition;
import dev.chainfuse.rules.HostFacts;
import dev.chainfuse.rules.Match;
import dev.chainfuse.rules.MatchContext;
import dev.chainfuse.rules.MatchModule;
import dev.chainfuse.rules.Option;
import dev.chainfuse.rules.OptionValues;
import dev.chainfuse.rules.RuleSyntaxException;

/** {@code -m ttl}: the time to live (net/netfilter/xt_hl.c, ttl_mt). */
public record TtlMatch(Comparison comparison, int ttl) implements Match {
  /** How the packet's time to live is compared. */
  public enum Comparison {
    EQUAL(" --ttl-eq ", "=="),
    NOT_EQUAL(" ! --ttl-eq ", "!="),
    LESS(" --ttl-lt ", "<"),
    GREATER(" --ttl-gt ", ">");

    private final String saved;
    private final String listed;

    Comparison(String saved, String listed) {
      this.saved = saved;
      this.listed = listed;
    }
  }

  private static final int MOST = 255;

  public static final MatchModule MODULE =
      Module.of(
          "ttl",
          TtlMatch::parse,
          Option.invertibleValue("ttl-eq", "ttl"),
          Option.value("ttl-lt"),
          Option.value("ttl-gt"));

  private static TtlMatch parse(OptionValues values) {
    Module.atMostOne(values, "ttl-eq", "ttl-lt", "ttl-gt");
    if (values.has("ttl-eq")) {
      return new TtlMatch(
          values.inverted("ttl-eq") ? Comparison.NOT_EQUAL : Comparison.EQUAL,
          number(values, "ttl-eq"));
    }
    if (values.has("ttl-lt")) {
      return new TtlMatch(Comparison.LESS, number(values, "ttl-lt"));
    }
    if (values.has("ttl-gt")) {
      return new TtlMatch(Comparison.GREATER, number(values, "ttl-gt"));
    }
    throw new RuleSyntaxException(
        "", "match 'ttl' needs an option", "add --ttl-eq, --ttl-lt or --ttl-gt");
  }

  private static int number(OptionValues values, String option) {
    return (int) Numbers.require(values, option, Module.required(values, option), 0, MOST);
  }

  @Override
  public String name() {
    return "ttl";
  }

  @Override
  public void save(StringBuilder out) {
    out.append(comparison.saved).append(ttl);
  }

  @Override
  public void list(StringBuilder out) {
    out.append(" TTL match TTL ").append(comparison.listed).append(' ').append(ttl);
  }

  @Override
  public boolean matches(MatchContext context) {
    int packet = context.skb.ttl;
    return switch (comparison) {
      case EQUAL -> packet == ttl;
      case NOT_EQUAL -> packet != ttl;
      case LESS -> packet < ttl;
      case GREATER -> packet > ttl;
    };
  }

  @Override
  public Condition condition(HostFacts host) {
    return switch (comparison) {
      case EQUAL -> Condition.in(Field.TTL, RangeSet.of(ttl));
      case NOT_EQUAL -> Condition.in(Field.TTL, RangeSet.of(ttl)).not();
      case LESS -> ttl == 0 ? Condition.never() : Condition.in(Field.TTL, RangeSet.of(0, ttl - 1));
      case GREATER ->
          ttl == MOST ? Condition.never() : Condition.in(Field.TTL, RangeSet.of(ttl + 1, MOST));
    };
  }
}
