package dev.chainfuse.rules.match;

import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.packet.Skb;
import dev.chainfuse.rules.Condition;
import dev.chainfuse.rules.Hook;
import dev.chainfuse.rules.HostFacts;
import dev.chainfuse.rules.Match;
import dev.chainfuse.rules.MatchContext;
import dev.chainfuse.rules.MatchModule;
import dev.chainfuse.rules.Option;
import dev.chainfuse.rules.OptionValues;
import dev.chainfuse.rules.RuleSyntaxException;
import dev.chainfuse.rules.TableName;
import java.util.EnumSet;
import java.util.Set;

/**
 * {@code -m rpfilter}: whether an answer would leave by the interface that the packet came by
 * (net/ipv4/netfilter/ipt_rpfilter.c, rpfilter_mt).
 */
public record RpfilterMatch(boolean loose, boolean validMark, boolean acceptLocal, boolean inverted)
    implements Match {
  /** The first three octets of 224.0.0.0/24. */
  private static final int LOCAL_MULTICAST = Ipv4.parse("224.0.0.0") >>> 8;

  private static final Set<Hook> HOOKS = EnumSet.of(Hook.PREROUTING);

  public static final MatchModule MODULE =
      Module.of(
          "rpfilter",
          RpfilterMatch::parse,
          Option.flag("loose"),
          Option.flag("validmark"),
          Option.flag("accept-local"),
          Option.flag("invert"));

  private static RpfilterMatch parse(OptionValues values) {
    Module.onlyIn(values, "rpfilter", HOOKS);
    boolean table = values.table() == TableName.RAW || values.table() == TableName.MANGLE;
    if (!table && !values.hooks().isEmpty()) {
      throw new RuleSyntaxException(
          "",
          "match 'rpfilter' cannot be used in table " + values.table().text(),
          "use it in raw or mangle");
    }
    return new RpfilterMatch(
        values.has("loose"),
        values.has("validmark"),
        values.has("accept-local"),
        values.has("invert"));
  }

  @Override
  public String name() {
    return "rpfilter";
  }

  @Override
  public void save(StringBuilder out) {
    print(out, "--");
  }

  @Override
  public void list(StringBuilder out) {
    out.append(" rpfilter");
    print(out, "");
  }

  private void print(StringBuilder out, String dashes) {
    print(out, loose, dashes, "loose");
    print(out, validMark, dashes, "validmark");
    print(out, acceptLocal, dashes, "accept-local");
    print(out, inverted, dashes, "invert");
  }

  private static void print(StringBuilder out, boolean given, String dashes, String option) {
    if (given) {
      out.append(' ').append(dashes).append(option);
    }
  }

  @Override
  public boolean matches(MatchContext context) {
    return passes(context.host, context.skb) != inverted;
  }

  private boolean passes(HostFacts host, Skb skb) {
    boolean loopback = skb.inInterface >= 0 && host.isLoopback(skb.inInterface);
    if (skb.packetType == Skb.PACKET_LOOPBACK || loopback) {
      return true;
    }
    boolean unset = skb.source >>> 24 == 0;
    if (unset && (skb.destination == -1 || skb.destination >>> 8 == LOCAL_MULTICAST)) {
      return true;
    }
    int route = host.route(skb.source, skb.tos, validMark ? skb.mark : 0);
    if (route < 0) {
      return false;
    }
    boolean local = (route & HostFacts.LOCAL_ROUTE) != 0;
    if (local && !acceptLocal) {
      return false;
    }
    return loose || (route & ~HostFacts.LOCAL_ROUTE) == skb.inInterface;
  }

  @Override
  public Condition condition(HostFacts host) {
    return new Condition.Ask(this);
  }
}
