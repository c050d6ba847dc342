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
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** {@code -m sctp}: ports and chunk types (net/netfilter/xt_sctp.c, sctp_mt). */
public record SctpMatch(GivenPorts ports, @Nullable SctpChunks chunks) implements Match {
  private static final int HEADER = 12;

  public static final MatchModule MODULE =
      new Module("sctp", options(), List.of(Ipv4.SCTP), SctpMatch::parse);

  private static List<Option> options() {
    List<Option> options = new ArrayList<>(GivenPorts.OPTIONS);
    options.add(new Option(List.of("chunk-types"), true, true, 1));
    return options;
  }

  private static SctpMatch parse(OptionValues values) {
    GivenPorts ports =
        new GivenPorts(
            values.has("sport") ? Ports.named(values, "sport", "sctp") : null,
            values.has("dport") ? Ports.named(values, "dport", "sctp") : null);
    return new SctpMatch(ports, values.has("chunk-types") ? SctpChunks.parse(values) : null);
  }

  @Override
  public String name() {
    return "sctp";
  }

  @Override
  public void save(StringBuilder out) {
    ports.save(out);
    if (chunks != null) {
      chunks.save(out);
    }
  }

  @Override
  public void list(StringBuilder out) {
    out.append(" sctp");
    ports.list(out);
    if (chunks != null) {
      chunks.list(out);
    }
  }

  @Override
  public boolean matches(MatchContext context) {
    if (!TransportHeader.readable(context, HEADER) || !ports.matches(context.skb)) {
      return false;
    }
    if (chunks == null) {
      return true;
    }
    BitSet missing = (BitSet) Objects.requireNonNull(context.state);
    return chunks.match(context, context.skb.transport + HEADER, missing) != chunks.inverted();
  }

  @Override
  public Condition condition(HostFacts host) {
    return Condition.all(
        Condition.in(Field.LATER_FRAGMENT, RangeSet.of(0)),
        ports.condition(),
        chunks == null ? Condition.always() : new Condition.Ask(this));
  }

  /** Room for the chunk types that are still missing. */
  @Override
  public @Nullable Object newState() {
    return chunks == null ? null : new BitSet();
  }
}
