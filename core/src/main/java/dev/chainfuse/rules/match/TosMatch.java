package dev.chainfuse.rules.match;

import dev.chainfuse.packet.Field;
import dev.chainfuse.rules.Condition;
import dev.chainfuse.rules.HostFacts;
import dev.chainfuse.rules.Match;
import dev.chainfuse.rules.MatchContext;
import dev.chainfuse.rules.MatchModule;
import dev.chainfuse.rules.Option;
import dev.chainfuse.rules.OptionValues;
import java.util.Locale;

/**
 * {@code -m tos}: the type of service under a mask (net/netfilter/xt_dscp.c, tos_mt). A value with
 * bits outside the mask equals none.
 */
public record TosMatch(int value, int mask, boolean inverted) implements Match {
  private static final int ALL = 0xff;

  public static final MatchModule MODULE =
      Module.of("tos", TosMatch::parse, Option.invertibleValue("tos"));

  private static TosMatch parse(OptionValues values) {
    String text = Module.required(values, "tos");
    boolean inverted = values.inverted("tos");
    int named = TosNames.value(text);
    if (named >= 0) {
      return new TosMatch(named, TosNames.MASK, inverted);
    }
    int slash = text.indexOf('/');
    String number = slash < 0 ? text : text.substring(0, slash);
    return new TosMatch(
        (int) Numbers.require(values, "tos", number, 0, ALL),
        slash < 0 ? ALL : (int) Numbers.require(values, "tos", text.substring(slash + 1), 0, ALL),
        inverted);
  }

  @Override
  public String name() {
    return "tos";
  }

  @Override
  public void save(StringBuilder out) {
    out.append(inverted ? " ! --tos " : " --tos ");
    append(out);
  }

  /** Without a space before the number: so prints iptables 1.8.9. */
  @Override
  public void list(StringBuilder out) {
    out.append(inverted ? " tos match!" : " tos match");
    append(out);
  }

  private void append(StringBuilder out) {
    out.append(String.format(Locale.ROOT, "0x%02x/0x%02x", value, mask));
  }

  @Override
  public boolean matches(MatchContext context) {
    return ((context.skb.tos & mask) == value) != inverted;
  }

  @Override
  public Condition condition(HostFacts host) {
    return Condition.inverted(Condition.bits(Field.TOS, mask, value), inverted);
  }
}
