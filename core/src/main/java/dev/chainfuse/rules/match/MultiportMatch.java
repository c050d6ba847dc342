package dev.chainfuse.rules.match;

import dev.chainfuse.packet.Field;
import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.packet.RangeSet;
import dev.chainfuse.packet.Skb;
import dev.chainfuse.rules.Condition;
import dev.chainfuse.rules.HeaderMatch;
import dev.chainfuse.rules.HostFacts;
import dev.chainfuse.rules.Match;
import dev.chainfuse.rules.MatchContext;
import dev.chainfuse.rules.MatchModule;
import dev.chainfuse.rules.Option;
import dev.chainfuse.rules.OptionValues;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code -m multiport}: up to 15 ports, a range counting as two (net/netfilter/xt_multiport.c).
 *
 * @param ports not inverted, in the order given
 */
public record MultiportMatch(Which which, List<PortRange> ports, boolean inverted)
    implements Match {
  private static final int MOST = 15;
  private static final int BYTES_READ = 4;

  /** Which of the packet's ports is looked up. */
  public enum Which {
    SOURCE("sports"),
    DESTINATION("dports"),
    EITHER("ports");

    private final String option;

    Which(String option) {
      this.option = option;
    }
  }

  public static final MatchModule MODULE =
      Module.of(
          "multiport",
          MultiportMatch::parse,
          Option.invertibleValue("sports", "source-ports"),
          Option.invertibleValue("dports", "destination-ports"),
          Option.invertibleValue("ports"));

  public MultiportMatch {
    ports = List.copyOf(ports);
  }

  private static MultiportMatch parse(OptionValues values) {
    Module.atLeastOne(values, "multiport", "sports", "dports", "ports");
    Module.atMostOne(values, "sports", "dports", "ports");
    Which which =
        values.has("sports")
            ? Which.SOURCE
            : values.has("dports") ? Which.DESTINATION : Which.EITHER;
    String protocol = protocol(values, which.option);
    List<PortRange> ports = new ArrayList<>();
    int slots = 0;
    for (String text : Module.required(values, which.option).split(",", -1)) {
      PortRange range = range(values, which.option, text, protocol);
      slots += range.first() == range.last() ? 1 : 2;
      ports.add(range);
    }
    if (slots > MOST) {
      throw values.error(
          which.option,
          slots + " ports are too many: " + MOST + " at most, a range counts as two",
          "split the rule");
    }
    return new MultiportMatch(which, ports, values.inverted(which.option));
  }

  private static String protocol(OptionValues values, String option) {
    HeaderMatch header = values.header();
    if (!header.protocolInverted()) {
      switch (header.protocol()) {
        case Ipv4.TCP:
          return "tcp";
        case Ipv4.UDP:
          return "udp";
        case Ipv4.UDPLITE:
          return "udplite";
        case Ipv4.SCTP:
          return "sctp";
        case Ipv4.DCCP:
          return "dccp";
        default:
          break;
      }
    }
    throw values.error(
        option,
        "match 'multiport' works with tcp, udp, udplite, sctp and dccp only",
        "write '-p tcp' or another of them before it");
  }

  private static PortRange range(OptionValues values, String option, String text, String protocol) {
    int colon = text.indexOf(':');
    if (colon < 0) {
      int port = Ports.named(values, option, text, protocol);
      return new PortRange(port, port, false);
    }
    int first = Ports.named(values, option, text.substring(0, colon), protocol);
    int last = Ports.named(values, option, text.substring(colon + 1), protocol);
    if (first >= last) {
      throw values.error(
          option, "'" + text + "' is not a range of ports", "write the lower port first");
    }
    return new PortRange(first, last, false);
  }

  @Override
  public String name() {
    return "multiport";
  }

  @Override
  public void save(StringBuilder out) {
    out.append(inverted ? " !" : "").append(" --").append(which.option).append(' ');
    appendPorts(out);
  }

  @Override
  public void list(StringBuilder out) {
    out.append(" multiport ").append(which.option).append(inverted ? "  !" : " ");
    appendPorts(out);
  }

  private void appendPorts(StringBuilder out) {
    for (int i = 0; i < ports.size(); i++) {
      PortRange range = ports.get(i);
      out.append(i == 0 ? "" : ",").append(range.first());
      if (range.first() != range.last()) {
        out.append(':').append(range.last());
      }
    }
  }

  @Override
  public boolean matches(MatchContext context) {
    if (!TransportHeader.readable(context, BYTES_READ)) {
      return false;
    }
    Skb skb = context.skb;
    boolean listed =
        switch (which) {
          case SOURCE -> listed(TransportHeader.sourcePort(skb));
          case DESTINATION -> listed(TransportHeader.destinationPort(skb));
          case EITHER ->
              listed(TransportHeader.sourcePort(skb))
                  || listed(TransportHeader.destinationPort(skb));
        };
    return listed != inverted;
  }

  private boolean listed(int port) {
    for (int i = 0; i < ports.size(); i++) {
      if (ports.get(i).matches(port)) {
        return true;
      }
    }
    return false;
  }

  @Override
  public Condition condition(HostFacts host) {
    RangeSet set = RangeSet.EMPTY;
    for (PortRange range : ports) {
      set = set.union(RangeSet.of(range.first(), range.last()));
    }
    Condition source = Condition.in(Field.SOURCE_PORT, set);
    Condition destination = Condition.in(Field.DESTINATION_PORT, set);
    Condition listed =
        switch (which) {
          case SOURCE -> source;
          case DESTINATION -> destination;
          case EITHER -> Condition.any(source, destination);
        };
    return Condition.all(
        Condition.in(Field.LATER_FRAGMENT, RangeSet.of(0)), Condition.inverted(listed, inverted));
  }
}
