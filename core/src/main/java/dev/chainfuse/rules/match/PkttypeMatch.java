package dev.chainfuse.rules.match;

import dev.chainfuse.packet.Field;
import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.packet.RangeSet;
import dev.chainfuse.packet.Skb;
import dev.chainfuse.rules.Condition;
import dev.chainfuse.rules.HostFacts;
import dev.chainfuse.rules.Match;
import dev.chainfuse.rules.MatchContext;
import dev.chainfuse.rules.MatchModule;
import dev.chainfuse.rules.Option;
import dev.chainfuse.rules.OptionValues;
import java.util.Locale;

/**
 * {@code -m pkttype}: whom the frame was addressed to (net/netfilter/xt_pkttype.c, pkttype_mt).
 *
 * @param type a {@code PACKET_} number of {@link Skb}
 */
public record PkttypeMatch(int type, boolean inverted) implements Match {
  /** A copy that the host sent to itself, include/uapi/linux/if_packet.h. */
  private static final int PACKET_LOOPBACK = 5;

  public static final MatchModule MODULE =
      Module.of("pkttype", PkttypeMatch::parse, Option.invertibleValue("pkt-type"));

  private static PkttypeMatch parse(OptionValues values) {
    String text = Module.required(values, "pkt-type");
    int type =
        switch (text.toLowerCase(Locale.ROOT)) {
          case "unicast", "host" -> Skb.PACKET_HOST;
          case "broadcast", "bcast" -> Skb.PACKET_BROADCAST;
          case "multicast", "mcast" -> Skb.PACKET_MULTICAST;
          case "otherhost" -> Skb.PACKET_OTHERHOST;
          default ->
              throw values.error(
                  "pkt-type",
                  "'" + text + "' is not a packet type",
                  "write unicast, broadcast or multicast");
        };
    return new PkttypeMatch(type, values.inverted("pkt-type"));
  }

  private String typeName() {
    return switch (type) {
      case Skb.PACKET_HOST -> "unicast";
      case Skb.PACKET_BROADCAST -> "broadcast";
      case Skb.PACKET_MULTICAST -> "multicast";
      default -> "otherhost";
    };
  }

  @Override
  public String name() {
    return "pkttype";
  }

  @Override
  public void save(StringBuilder out) {
    out.append(inverted ? " ! --pkt-type " : " --pkt-type ").append(typeName());
  }

  @Override
  public void list(StringBuilder out) {
    out.append(inverted ? " PKTTYPE != " : " PKTTYPE = ").append(typeName());
  }

  @Override
  public boolean matches(MatchContext context) {
    Skb skb = context.skb;
    int seen = skb.packetType;
    if (seen == PACKET_LOOPBACK) {
      seen = Ipv4.isMulticast(skb.destination) ? Skb.PACKET_MULTICAST : Skb.PACKET_BROADCAST;
    }
    return (seen == type) != inverted;
  }

  @Override
  public Condition condition(HostFacts host) {
    Condition looped = Condition.in(Field.PACKET_TYPE, RangeSet.of(PACKET_LOOPBACK));
    Condition multicast =
        Condition.in(Field.DESTINATION, RangeSet.masked(0xe000_0000, 0xf000_0000));
    Condition loopedAsType =
        switch (type) {
          case Skb.PACKET_MULTICAST -> Condition.all(looped, multicast);
          case Skb.PACKET_BROADCAST -> Condition.all(looped, multicast.not());
          default -> Condition.never();
        };
    Condition same = Condition.in(Field.PACKET_TYPE, RangeSet.of(type));
    return Condition.inverted(Condition.any(same, loopedAsType), inverted);
  }
}
