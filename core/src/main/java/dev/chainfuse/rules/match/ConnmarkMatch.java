package dev.chainfuse.rules.match;

import dev.chainfuse.packet.ConnectionFacts;
import dev.chainfuse.packet.Field;
import dev.chainfuse.packet.RangeSet;
import dev.chainfuse.packet.Skb;
import dev.chainfuse.rules.Condition;
import dev.chainfuse.rules.HostFacts;
import dev.chainfuse.rules.Match;
import dev.chainfuse.rules.MatchContext;
import dev.chainfuse.rules.MatchModule;

/**
 * {@code -m connmark}: the connection's mark (net/netfilter/xt_connmark.c, connmark_mt). Without a
 * connection it never matches, not even inverted.
 */
public record ConnmarkMatch(MarkMask mark) implements Match {
  public static final MatchModule MODULE =
      Module.of("connmark", values -> new ConnmarkMatch(MarkMask.parse(values)), MarkMask.OPTION);

  @Override
  public String name() {
    return "connmark";
  }

  @Override
  public void save(StringBuilder out) {
    out.append(mark.inverted() ? " ! --mark" : " --mark");
    mark.print(out);
  }

  @Override
  public void list(StringBuilder out) {
    out.append(mark.inverted() ? " connmark match !" : " connmark match ");
    mark.print(out);
  }

  @Override
  public boolean matches(MatchContext context) {
    Skb skb = context.skb;
    return skb.flow >= 0 && mark.matches(skb.connections.mark(skb.flow));
  }

  @Override
  public Condition condition(HostFacts host) {
    return Condition.all(
        Condition.in(
            Field.CT_DIRECTION, RangeSet.of(ConnectionFacts.ORIGINAL, ConnectionFacts.REPLY)),
        mark.condition(Field.CT_MARK));
  }
}
