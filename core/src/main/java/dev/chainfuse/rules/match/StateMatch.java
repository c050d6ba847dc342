package dev.chainfuse.rules.match;

import dev.chainfuse.rules.Condition;
import dev.chainfuse.rules.HostFacts;
import dev.chainfuse.rules.Match;
import dev.chainfuse.rules.MatchContext;
import dev.chainfuse.rules.MatchModule;
import dev.chainfuse.rules.Option;

/**
 * {@code -m state}: the old name of {@code -m conntrack --ctstate}, which iptables keeps in its
 * output.
 */
public record StateMatch(ConnectionStates states) implements Match {
  public static final MatchModule MODULE =
      Module.of(
          "state",
          values -> new StateMatch(ConnectionStates.parse(values, "state", false)),
          Option.invertibleValue("state"));

  @Override
  public String name() {
    return "state";
  }

  @Override
  public void save(StringBuilder out) {
    states.print(out, "--state");
  }

  @Override
  public void list(StringBuilder out) {
    states.print(out, "state");
  }

  @Override
  public boolean matches(MatchContext context) {
    return states.matches(context.skb);
  }

  @Override
  public Condition condition(HostFacts host) {
    return states.condition();
  }
}
