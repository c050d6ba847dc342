package dev.chainfuse.rules.match;

import dev.chainfuse.packet.Field;
import dev.chainfuse.rules.Condition;
import dev.chainfuse.rules.HostFacts;
import dev.chainfuse.rules.Match;
import dev.chainfuse.rules.MatchContext;
import dev.chainfuse.rules.MatchModule;

/** {@code -m mark}: the packet's mark (net/netfilter/xt_mark.c, mark_mt). */
public record MarkMatch(MarkMask mark) implements Match {
  public static final MatchModule MODULE =
      Module.of("mark", values -> new MarkMatch(MarkMask.parse(values)), MarkMask.OPTION);

  @Override
  public String name() {
    return "mark";
  }

  @Override
  public void save(StringBuilder out) {
    out.append(mark.inverted() ? " ! --mark" : " --mark");
    mark.print(out);
  }

  @Override
  public void list(StringBuilder out) {
    out.append(mark.inverted() ? " mark match !" : " mark match");
    mark.print(out);
  }

  @Override
  public boolean matches(MatchContext context) {
    return mark.matches(context.skb.mark);
  }

  @Override
  public Condition condition(HostFacts host) {
    return mark.condition(Field.MARK);
  }
}
