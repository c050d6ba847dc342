package dev.chainfuse.example;

import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.rules.Condition;
import dev.chainfuse.rules.HostFacts;
import dev.chainfuse.rules.Match;
import dev.chainfuse.rules.MatchContext;
import dev.chainfuse.rules.MatchModule;
import dev.chainfuse.rules.NumberText;
import dev.chainfuse.rules.Option;
import dev.chainfuse.rules.OptionValues;
import dev.chainfuse.rules.RuleSyntaxException;
import java.util.List;

/** {@code -m samenet [!] --prefix N}: source and destination are in one network. */
public record SameNetworkMatch(int prefix, boolean inverted) implements Match {
  /** What the reader of rules finds; it has to have a public constructor without parameters. */
  public static final class Module implements MatchModule {
    @Override
    public String name() {
      return "samenet";
    }

    @Override
    public List<Option> options() {
      return List.of(Option.invertibleValue("prefix"));
    }

    @Override
    public Match parse(OptionValues values) {
      String text = values.value("prefix");
      if (text == null) {
        throw new RuleSyntaxException("", "match 'samenet' needs --prefix", "add it");
      }
      long prefix = NumberText.parse(text, Integer.SIZE);
      if (prefix < 0) {
        throw values.error("prefix", "'" + text + "' is not a length", "write 0 to 32");
      }
      return new SameNetworkMatch((int) prefix, values.inverted("prefix"));
    }
  }

  @Override
  public String name() {
    return "samenet";
  }

  @Override
  public void save(StringBuilder out) {
    out.append(inverted ? " ! --prefix " : " --prefix ").append(prefix);
  }

  @Override
  public void list(StringBuilder out) {
    out.append(inverted ? " samenet !/" : " samenet /").append(prefix);
  }

  @Override
  public boolean matches(MatchContext context) {
    int difference = context.skb.source ^ context.skb.destination;
    return ((difference & Ipv4.mask(prefix)) == 0) != inverted;
  }

  @Override
  public Condition condition(HostFacts host) {
    return new Condition.Ask(this);
  }
}
