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
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * {@code -m dccp}: ports, packet types and one option's presence (net/netfilter/xt_dccp.c,
 * dccp_mt).
 *
 * @param types bits of the types asked for; -1 if not given
 * @param option kind of the option asked for; 0 if not given
 */
public record DccpMatch(
    GivenPorts ports, int types, boolean typesInverted, int option, boolean optionInverted)
    implements Match {
  private static final int HEADER = 12;
  private static final int EXTENDED_HEADER = 16;

  /** The last stands for all types from its own on. */
  private static final List<String> TYPES =
      List.of(
          "REQUEST",
          "RESPONSE",
          "DATA",
          "ACK",
          "DATAACK",
          "CLOSEREQ",
          "CLOSE",
          "RESET",
          "SYNC",
          "SYNCACK",
          "INVALID");

  private static final int REQUEST = 0;
  private static final int RESPONSE = 1;
  private static final int DATA = 2;
  private static final int RESET = 7;
  private static final int INVALID = 10;
  private static final int ALL_TYPES = 0xffff;

  public static final MatchModule MODULE =
      new Module("dccp", options(), List.of(Ipv4.DCCP), DccpMatch::parse);

  private static List<Option> options() {
    List<Option> options = new ArrayList<>(GivenPorts.OPTIONS);
    options.add(Option.invertibleValue("dccp-types"));
    options.add(Option.invertibleValue("dccp-option"));
    return options;
  }

  private static DccpMatch parse(OptionValues values) {
    GivenPorts ports =
        new GivenPorts(
            values.has("sport") ? Ports.resolved(values, "sport") : null,
            values.has("dport") ? Ports.resolved(values, "dport") : null);
    String types = values.value("dccp-types");
    String option = values.value("dccp-option");
    return new DccpMatch(
        ports,
        types == null ? -1 : types(values, types),
        values.inverted("dccp-types"),
        option == null ? 0 : (int) Numbers.require(values, "dccp-option", option, 1, 255),
        values.inverted("dccp-option"));
  }

  private static int types(OptionValues values, String text) {
    int types = 0;
    for (String word : text.split(",")) {
      int type = TYPES.indexOf(word.toUpperCase(Locale.ROOT));
      if (type < 0 && !(word.isEmpty() && text.length() > 1)) {
        throw values.error(
            "dccp-types",
            "'" + word + "' is not a type of DCCP packet",
            "write a list of " + String.join(",", TYPES));
      }
      types |= type < 0 ? 0 : type == INVALID ? ALL_TYPES & -1 << INVALID : 1 << type;
    }
    return types;
  }

  @Override
  public String name() {
    return "dccp";
  }

  @Override
  public void save(StringBuilder out) {
    ports.save(out);
    if (types >= 0) {
      out.append(typesInverted ? " ! --dccp-types" : " --dccp-types");
      char separator = ' ';
      for (int type = 0; type <= INVALID; type++) {
        if ((types >> type & 1) != 0) {
          out.append(separator).append(TYPES.get(type));
          separator = ',';
        }
      }
    }
    if (option != 0) {
      out.append(optionInverted ? " ! --dccp-option " : " --dccp-option ").append(option);
    }
  }

  @Override
  public void list(StringBuilder out) {
    out.append(" dccp");
    ports.list(out);
    if (types >= 0) {
      out.append(typesInverted ? " !" : "");
      char separator = ' ';
      for (int type = 0; type < 16; type++) {
        if ((types >> type & 1) != 0) {
          out.append(separator).append(type);
          separator = ',';
        }
      }
    }
    if (option != 0) {
      out.append(" option=").append(optionInverted ? "!" : "").append(option);
    }
  }

  @Override
  public boolean matches(MatchContext context) {
    if (!TransportHeader.readable(context, HEADER) || !ports.matches(context.skb)) {
      return false;
    }
    int type = TransportHeader.byteAt(context.skb, 8) >> 1 & 15;
    if (types >= 0 && ((types >> type & 1) != 0) == typesInverted) {
      return false;
    }
    return option == 0 || optionPresent(context, type) != optionInverted;
  }

  private boolean optionPresent(MatchContext context, int type) {
    Skb skb = context.skb;
    boolean extended = (TransportHeader.byteAt(skb, 8) & 1) != 0;
    int at = (extended ? EXTENDED_HEADER : HEADER) + typeHeader(type);
    int end = TransportHeader.byteAt(skb, 4) * 4;
    if (end < at || (end > at && skb.end - skb.transport < end)) {
      context.hotDrop = true;
      return false;
    }
    while (at < end) {
      int kind = TransportHeader.byteAt(skb, at);
      if (kind == option) {
        return true;
      }
      int length = kind < 2 || at + 1 >= end ? 1 : TransportHeader.byteAt(skb, at + 1);
      at += Math.max(length, 1);
    }
    return false;
  }

  /** Bytes between the generic header and the options (dccp_packet_hdr_len, linux/dccp.h). */
  private static int typeHeader(int type) {
    return switch (type) {
      case DATA -> 0;
      case REQUEST -> 4;
      case RESPONSE -> 12;
      default -> type == RESET || type >= INVALID ? 12 : 8;
    };
  }

  @Override
  public Condition condition(HostFacts host) {
    return Condition.all(
        Condition.in(Field.LATER_FRAGMENT, RangeSet.of(0)),
        ports.condition(),
        types < 0 && option == 0 ? Condition.always() : new Condition.Ask(this));
  }
}
