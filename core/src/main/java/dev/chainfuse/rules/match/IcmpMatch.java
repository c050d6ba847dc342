package dev.chainfuse.rules.match;

import dev.chainfuse.packet.Field;
import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.packet.RangeSet;
import dev.chainfuse.rules.Condition;
import dev.chainfuse.rules.HostFacts;
import dev.chainfuse.rules.Match;
import dev.chainfuse.rules.MatchContext;
import dev.chainfuse.rules.MatchModule;
import dev.chainfuse.rules.Option;
import dev.chainfuse.rules.OptionValues;
import java.util.List;

/**
 * {@code -m icmp}: type and code (icmp_match in net/netfilter/xt_tcpudp.c; in older kernels in
 * net/ipv4/netfilter/ip_tables.c).
 *
 * @param type 0 to 255; 255 is any, whatever the codes
 */
public record IcmpMatch(int type, int firstCode, int lastCode, boolean inverted) implements Match {
  private static final int HEADER = 8;
  private static final int ANY_TYPE = 255;
  private static final int LAST_CODE = 255;

  public static final MatchModule MODULE =
      new Module(
          "icmp",
          List.of(Option.invertibleValue("icmp-type")),
          List.of(Ipv4.ICMP),
          IcmpMatch::parse);

  private static IcmpMatch parse(OptionValues values) {
    String text = Module.required(values, "icmp-type");
    boolean inverted = values.inverted("icmp-type");
    List<IcmpTypeNames.Type> named = IcmpTypeNames.startingWith(text);
    if (named.size() > 1) {
      throw values.error(
          "icmp-type",
          "ICMP type '" + text + "' can be " + named.get(0).name() + " or " + named.get(1).name(),
          "write the whole name");
    }
    if (named.size() == 1) {
      IcmpTypeNames.Type type = named.get(0);
      return new IcmpMatch(type.type(), type.firstCode(), type.lastCode(), inverted);
    }
    int slash = text.indexOf('/');
    int type = number(values, text, slash < 0 ? text : text.substring(0, slash));
    if (slash < 0) {
      return new IcmpMatch(type, 0, LAST_CODE, inverted);
    }
    int code = number(values, text, text.substring(slash + 1));
    return new IcmpMatch(type, code, code, inverted);
  }

  private static int number(OptionValues values, String text, String number) {
    int value = (int) Numbers.parse(number, 255);
    if (value < 0) {
      throw values.error(
          "icmp-type",
          "'" + text + "' is not an ICMP type",
          "write a name such as echo-request, a type from 0 to 255, or type/code");
    }
    return value;
  }

  @Override
  public String name() {
    return "icmp";
  }

  private boolean everyCode() {
    return firstCode == 0 && lastCode == LAST_CODE;
  }

  @Override
  public void save(StringBuilder out) {
    out.append(inverted ? " !" : "").append(" --icmp-type ");
    if (type == ANY_TYPE) {
      out.append("any");
      return;
    }
    out.append(type);
    if (!everyCode()) {
      out.append('/').append(firstCode);
    }
  }

  /** Without the space after {@code icmp} that every other match has: so prints iptables 1.8.9. */
  @Override
  public void list(StringBuilder out) {
    out.append(inverted ? " icmp !type " : " icmptype ").append(type);
    if (!everyCode()) {
      out.append(" code ").append(firstCode);
    }
  }

  @Override
  public boolean matches(MatchContext context) {
    if (!TransportHeader.readable(context, HEADER)) {
      return false;
    }
    int code = TransportHeader.byteAt(context.skb, 1);
    boolean same =
        type == ANY_TYPE
            || (TransportHeader.byteAt(context.skb, 0) == type
                && code >= firstCode
                && code <= lastCode);
    return same != inverted;
  }

  @Override
  public Condition condition(HostFacts host) {
    RangeSet types =
        type == ANY_TYPE ? RangeSet.ALL : RangeSet.of(type << 8 | firstCode, type << 8 | lastCode);
    return Condition.all(
        Condition.in(Field.LATER_FRAGMENT, RangeSet.of(0)),
        Condition.inverted(Condition.in(Field.ICMP_TYPE_CODE, types), inverted));
  }
}
