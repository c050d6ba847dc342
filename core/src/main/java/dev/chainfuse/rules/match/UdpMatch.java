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

/** {@code -m udp}: ports (net/netfilter/xt_tcpudp.c, udp_mt). */
public record UdpMatch(PortRange source, PortRange destination) implements Match {
  private static final int HEADER = 8;

  public static final MatchModule MODULE =
      new Module(
          "udp",
          List.of(
              Option.invertibleValue("sport", "source-port"),
              Option.invertibleValue("dport", "destination-port")),
          List.of(Ipv4.UDP),
          UdpMatch::parse);

  private static UdpMatch parse(OptionValues values) {
    return new UdpMatch(Ports.resolved(values, "sport"), Ports.resolved(values, "dport"));
  }

  @Override
  public String name() {
    return "udp";
  }

  @Override
  public void save(StringBuilder out) {
    source.save(out, "sport");
    destination.save(out, "dport");
  }

  @Override
  public void list(StringBuilder out) {
    out.append(" udp");
    source.list(out, "spt");
    destination.list(out, "dpt");
  }

  @Override
  public boolean matches(MatchContext context) {
    return TransportHeader.readable(context, HEADER)
        && source.matches(TransportHeader.sourcePort(context.skb))
        && destination.matches(TransportHeader.destinationPort(context.skb));
  }

  @Override
  public Condition condition(HostFacts host) {
    return Condition.all(
        Condition.in(Field.LATER_FRAGMENT, RangeSet.of(0)),
        source.condition(Field.SOURCE_PORT),
        destination.condition(Field.DESTINATION_PORT));
  }
}
