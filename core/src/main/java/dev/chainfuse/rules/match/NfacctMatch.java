package dev.chainfuse.rules.match;

import dev.chainfuse.rules.Condition;
import dev.chainfuse.rules.HostFacts;
import dev.chainfuse.rules.Match;
import dev.chainfuse.rules.MatchContext;
import dev.chainfuse.rules.MatchModule;
import dev.chainfuse.rules.Option;
import dev.chainfuse.rules.OptionValues;
import dev.chainfuse.stateful.NamedCounters;
import java.util.Objects;

/**
 * {@code -m nfacct}: counts in a named object, which is taken to be there and to have no quota: it
 * always holds (net/netfilter/xt_nfacct.c, nfacct_mt).
 */
public record NfacctMatch(String object) implements Match {
  private static final int LONGEST = 31;

  public static final MatchModule MODULE =
      Module.of("nfacct", NfacctMatch::parse, Option.value("nfacct-name"));

  private static NfacctMatch parse(OptionValues values) {
    String name = Module.required(values, "nfacct-name");
    if (name.isEmpty() || name.length() > LONGEST) {
      throw values.error("nfacct-name", "'" + name + "' is no name", "use 1 to 31 characters");
    }
    return new NfacctMatch(name);
  }

  @Override
  public String name() {
    return "nfacct";
  }

  /** With two spaces: so prints iptables 1.8.9. */
  @Override
  public void save(StringBuilder out) {
    out.append(" --nfacct-name ");
    QuotedText.append(out, object);
  }

  @Override
  public void list(StringBuilder out) {
    out.append(" nfacct-name ");
    QuotedText.append(out, object);
  }

  @Override
  public boolean matches(MatchContext context) {
    ((NamedCounters.Counter) Objects.requireNonNull(context.state)).count(context.skb.totalLength);
    return true;
  }

  @Override
  public Condition condition(HostFacts host) {
    return new Condition.Ask(this);
  }

  @Override
  public Object newState(MatchContext context) {
    return context.accounts.counter(object);
  }
}
