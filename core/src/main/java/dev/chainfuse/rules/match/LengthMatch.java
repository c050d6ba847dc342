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

/** {@code -m length}: the IP total length (net/netfilter/xt_length.c, length_mt). */
public record LengthMatch(int first, int last, boolean inverted) implements Match {
  public static final MatchModule MODULE =
      Module.of("length", LengthMatch::parse, Option.invertibleValue("length"));

  private static LengthMatch parse(OptionValues values) {
    NumberRange range = NumberRange.parse(values, "length", 0xffff);
    return new LengthMatch((int) range.first(), (int) range.last(), values.inverted("length"));
  }

  @Override
  public String name() {
    return "length";
  }

  @Override
  public void save(StringBuilder out) {
    out.append(inverted ? " ! --length " : " --length ");
    appendRange(out);
  }

  @Override
  public void list(StringBuilder out) {
    out.append(inverted ? " length !" : " length ");
    appendRange(out);
  }

  private void appendRange(StringBuilder out) {
    out.append(first);
    if (first != last) {
      out.append(':').append(last);
    }
  }

  @Override
  public boolean matches(MatchContext context) {
    int length = context.skb.totalLength;
    return (length >= first && length <= last) != inverted;
  }

  @Override
  public Condition condition(HostFacts host) {
    return Condition.inverted(Condition.in(Field.LENGTH, RangeSet.of(first, last)), inverted);
  }
}
