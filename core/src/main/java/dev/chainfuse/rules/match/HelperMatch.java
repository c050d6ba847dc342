package dev.chainfuse.rules.match;

import dev.chainfuse.rules.Condition;
import dev.chainfuse.rules.HostFacts;
import dev.chainfuse.rules.Match;
import dev.chainfuse.rules.MatchContext;
import dev.chainfuse.rules.MatchModule;
import dev.chainfuse.rules.Option;
import dev.chainfuse.rules.OptionValues;

/**
 * {@code -m helper}: connections that a conntrack helper expected (net/netfilter/xt_helper.c,
 * helper_mt). There are no helpers here, so no connection has a master.
 */
public record HelperMatch(String helper, boolean inverted) implements Match {
  private static final int LONGEST = 29;

  public static final MatchModule MODULE =
      Module.of("helper", HelperMatch::parse, Option.invertibleValue("helper"));

  private static HelperMatch parse(OptionValues values) {
    String text = Module.required(values, "helper");
    return new HelperMatch(
        text.length() > LONGEST ? text.substring(0, LONGEST) : text, values.inverted("helper"));
  }

  @Override
  public String name() {
    return "helper";
  }

  @Override
  public void save(StringBuilder out) {
    out.append(inverted ? " ! --helper" : " --helper");
    QuotedText.append(out, helper);
  }

  @Override
  public void list(StringBuilder out) {
    out.append(inverted ? " helper match ! \"" : " helper match \"").append(helper).append('"');
  }

  @Override
  public boolean matches(MatchContext context) {
    return inverted;
  }

  @Override
  public Condition condition(HostFacts host) {
    return inverted ? Condition.always() : Condition.never();
  }
}
