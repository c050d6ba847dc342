package dev.chainfuse.rules.match;

import dev.chainfuse.packet.ConnectionFacts;
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
import dev.chainfuse.stateful.ConnectionCounts;
import java.util.Objects;

/**
 * {@code -m connlimit}: how many connections an address or network has (net/netfilter/
 * xt_connlimit.c, connlimit_mt).
 *
 * @param above holds over the limit, else up to it
 * @param limit unsigned
 * @param prefix length of the networks that are told apart, 0 to 32
 * @param source by the packet's source, else by its destination
 */
public record ConnlimitMatch(boolean above, int limit, int prefix, boolean source)
    implements Match {
  public static final MatchModule MODULE =
      Module.of(
          "connlimit",
          ConnlimitMatch::parse,
          Option.invertibleValue("connlimit-upto"),
          Option.invertibleValue("connlimit-above"),
          Option.value("connlimit-mask"),
          Option.flag("connlimit-saddr"),
          Option.flag("connlimit-daddr"));

  private static ConnlimitMatch parse(OptionValues values) {
    Module.atMostOne(values, "connlimit-upto", "connlimit-above");
    Module.atMostOne(values, "connlimit-saddr", "connlimit-daddr");
    boolean upTo = values.has("connlimit-upto");
    String option = upTo ? "connlimit-upto" : "connlimit-above";
    String text = values.value(option);
    if (text == null) {
      throw new RuleSyntaxException(
          "", "match 'connlimit' needs a limit", "add --connlimit-upto or --connlimit-above");
    }
    return new ConnlimitMatch(
        upTo == values.inverted(option),
        (int) Numbers.require(values, option, text, 0, Numbers.MAX_32),
        prefix(values),
        !values.has("connlimit-daddr"));
  }

  /** Numbers above 32 are taken for 32, as iptables does. */
  private static int prefix(OptionValues values) {
    String text = values.value("connlimit-mask");
    if (text == null) {
      return Integer.SIZE;
    }
    long length = text.indexOf('.') < 0 ? Numbers.parse(text, Integer.MAX_VALUE) : -1;
    return length >= 0
        ? (int) Math.min(length, Integer.SIZE)
        : Integer.bitCount(Addresses.mask(values, "connlimit-mask", text));
  }

  @Override
  public String name() {
    return "connlimit";
  }

  @Override
  public void save(StringBuilder out) {
    out.append(above ? " --connlimit-above " : " --connlimit-upto ");
    out.append(Integer.toUnsignedString(limit)).append(" --connlimit-mask ").append(prefix);
    out.append(source ? " --connlimit-saddr" : " --connlimit-daddr");
  }

  @Override
  public void list(StringBuilder out) {
    out.append(source ? " #conn src/" : " #conn dst/").append(prefix);
    out.append(above ? " > " : " <= ").append(Integer.toUnsignedString(limit));
  }

  @Override
  public boolean matches(MatchContext context) {
    Skb skb = context.skb;
    int count = count((ConnectionCounts) Objects.requireNonNull(context.state), skb);
    if (count == 0) {
      context.hotDrop = true;
      return false;
    }
    return (Integer.compareUnsigned(count, limit) > 0) == above;
  }

  private int count(ConnectionCounts counts, Skb skb) {
    int address = (source ? skb.source : skb.destination) & Ipv4.mask(prefix);
    int flow = skb.flow;
    if (flow < 0) {
      return countUntracked(counts, skb, address);
    }
    ConnectionFacts c = skb.connections;
    int zone = c.zone(flow);
    return counts.count(
        (long) zone << 32 | address & 0xffff_ffffL,
        c,
        flow,
        c.source(flow, ConnectionFacts.ORIGINAL),
        c.destination(flow, ConnectionFacts.ORIGINAL),
        c.sourcePort(flow, ConnectionFacts.ORIGINAL) << 16
            | c.destinationPort(flow, ConnectionFacts.ORIGINAL),
        c.protocol(flow) | zone << 16,
        skb.timeNanos);
  }

  /** Of an invalid or untracked packet its own tuple counts; 0 if it cannot be read. */
  private static int countUntracked(ConnectionCounts counts, Skb skb, int address) {
    long ports = skb.laterFragment() ? -1 : skb.connections.tuplePorts(skb);
    return ports < 0
        ? 0
        : counts.count(
            address & 0xffff_ffffL,
            skb.connections,
            ConnectionFacts.NO_FLOW,
            skb.source,
            skb.destination,
            (int) ports,
            skb.protocol,
            skb.timeNanos);
  }

  @Override
  public Condition condition(HostFacts host) {
    return new Condition.Ask(this);
  }

  @Override
  public Object newState() {
    return new ConnectionCounts();
  }
}
