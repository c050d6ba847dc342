package dev.chainfuse.rules.match;

import dev.chainfuse.packet.Bytes;
import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.packet.Skb;
import dev.chainfuse.rules.Condition;
import dev.chainfuse.rules.HostFacts;
import dev.chainfuse.rules.Match;
import dev.chainfuse.rules.MatchContext;
import dev.chainfuse.rules.MatchModule;
import dev.chainfuse.rules.Option;
import dev.chainfuse.rules.OptionValues;
import dev.chainfuse.rules.RuleSyntaxException;

/**
 * {@code -m tcpmss}: the TCP option with the maximum segment size (net/netfilter/xt_tcpmss.c,
 * tcpmss_mt). Without the option an inverted match holds.
 */
public record TcpmssMatch(int first, int last, boolean inverted) implements Match {
  private static final int HEADER = 20;
  private static final int MSS_KIND = 2;
  private static final int MSS_LENGTH = 4;

  public static final MatchModule MODULE =
      Module.of("tcpmss", TcpmssMatch::parse, Option.invertibleValue("mss"));

  private static TcpmssMatch parse(OptionValues values) {
    if (!values.header().isFor(Ipv4.TCP)) {
      throw new RuleSyntaxException("", "match 'tcpmss' is for TCP only", "write '-p tcp' with it");
    }
    NumberRange range = NumberRange.parse(values, "mss", 0xffff);
    if (range.first() > range.last()) {
      throw values.error("mss", "the range ends before it begins", "write the lower size first");
    }
    return new TcpmssMatch((int) range.first(), (int) range.last(), values.inverted("mss"));
  }

  @Override
  public String name() {
    return "tcpmss";
  }

  @Override
  public void save(StringBuilder out) {
    out.append(inverted ? " ! --mss " : " --mss ");
    appendRange(out);
  }

  @Override
  public void list(StringBuilder out) {
    out.append(inverted ? " tcpmss match !" : " tcpmss match ");
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
    Skb skb = context.skb;
    int have = skb.end - skb.transport;
    int header = have < HEADER ? 0 : TransportHeader.byteAt(skb, 12) >> 4 << 2;
    if (header < HEADER || have < header) {
      context.hotDrop = true;
      return false;
    }
    int at = HEADER;
    while (at < header) {
      int kind = TransportHeader.byteAt(skb, at);
      if (kind == MSS_KIND
          && header - at >= MSS_LENGTH
          && TransportHeader.byteAt(skb, at + 1) == MSS_LENGTH) {
        int size = Bytes.getShort(skb.data, skb.transport + at + 2);
        return (size >= first && size <= last) != inverted;
      }
      int length = kind < 2 || at + 1 >= header ? 1 : TransportHeader.byteAt(skb, at + 1);
      at += Math.max(length, 1);
    }
    return inverted;
  }

  @Override
  public Condition condition(HostFacts host) {
    return new Condition.Ask(this);
  }
}
