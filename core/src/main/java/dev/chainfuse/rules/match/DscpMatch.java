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
import java.util.Locale;

/**
 * {@code -m dscp}: the upper six bits of the type of service (net/netfilter/xt_dscp.c, dscp_mt).
 */
public record DscpMatch(int dscp, boolean inverted) implements Match {
  private static final int MOST = 63;

  public static final MatchModule MODULE =
      Module.of(
          "dscp",
          DscpMatch::parse,
          Option.invertibleValue("dscp"),
          Option.invertibleValue("dscp-class"));

  private static DscpMatch parse(OptionValues values) {
    Module.atMostOne(values, "dscp", "dscp-class");
    String name = values.value("dscp-class");
    if (name == null) {
      String text = Module.required(values, "dscp");
      return new DscpMatch(
          (int) Numbers.require(values, "dscp", text, 0, MOST), values.inverted("dscp"));
    }
    int value = DscpClasses.value(name);
    if (value < 0) {
      throw values.error(
          "dscp-class",
          "'" + name + "' is not a DSCP class",
          "write CS0 to CS7, BE, AF11 to AF43 or EF");
    }
    return new DscpMatch(value, values.inverted("dscp-class"));
  }

  @Override
  public String name() {
    return "dscp";
  }

  @Override
  public void save(StringBuilder out) {
    out.append(inverted ? " ! --dscp " : " --dscp ");
    append(out);
  }

  @Override
  public void list(StringBuilder out) {
    out.append(inverted ? " DSCP match !" : " DSCP match ");
    append(out);
  }

  private void append(StringBuilder out) {
    out.append(String.format(Locale.ROOT, "0x%02x", dscp));
  }

  @Override
  public boolean matches(MatchContext context) {
    return (context.skb.tos >> 2 == dscp) != inverted;
  }

  @Override
  public Condition condition(HostFacts host) {
    RangeSet values = RangeSet.of(dscp << 2, dscp << 2 | 3);
    return Condition.inverted(Condition.in(Field.TOS, values), inverted);
  }
}
