package dev.chainfuse.rules.match;

import dev.chainfuse.packet.Field;
import dev.chainfuse.packet.Skb;
import dev.chainfuse.rules.Condition;
import dev.chainfuse.rules.Option;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code --sport} and {@code --dport} of sctp and dccp; null if not given. */
record GivenPorts(@Nullable PortRange source, @Nullable PortRange destination) {
  static final List<Option> OPTIONS =
      List.of(
          Option.invertibleValue("sport", "source-port"),
          Option.invertibleValue("dport", "destination-port"));

  void save(StringBuilder out) {
    if (source != null) {
      source.saveGiven(out, "sport");
    }
    if (destination != null) {
      destination.saveGiven(out, "dport");
    }
  }

  void list(StringBuilder out) {
    if (source != null) {
      source.list(out, "spt");
    }
    if (destination != null) {
      destination.list(out, "dpt");
    }
  }

  /** Of a packet whose ports are readable. */
  boolean matches(Skb skb) {
    return (source == null || source.matches(TransportHeader.sourcePort(skb)))
        && (destination == null || destination.matches(TransportHeader.destinationPort(skb)));
  }

  Condition condition() {
    return Condition.all(
        source == null ? Condition.always() : source.condition(Field.SOURCE_PORT),
        destination == null ? Condition.always() : destination.condition(Field.DESTINATION_PORT));
  }
}
