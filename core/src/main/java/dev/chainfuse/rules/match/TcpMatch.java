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
import java.util.List;
import java.util.Locale;

/**
 * {@code -m tcp}: ports, flags and one option's presence (net/netfilter/xt_tcpudp.c, tcp_mt).
 *
 * @param option kind of the TCP option asked for, 0 if none is
 * @param flagMask which of the flags are looked at
 * @param flagCompare which of them must be set
 */
public record TcpMatch(
    PortRange source,
    PortRange destination,
    int option,
    boolean optionInverted,
    int flagMask,
    int flagCompare,
    boolean flagsInverted)
    implements Match {
  private static final int HEADER = 20;
  private static final int ALL_FLAGS = 0x3f;
  private static final int SYN_MASK = Ipv4.TCP_FIN | Ipv4.TCP_SYN | Ipv4.TCP_RST | Ipv4.TCP_ACK;
  private static final List<String> FLAGS = List.of("FIN", "SYN", "RST", "PSH", "ACK", "URG");

  public static final MatchModule MODULE =
      new Module(
          "tcp",
          List.of(
              Option.invertibleValue("sport", "source-port"),
              Option.invertibleValue("dport", "destination-port"),
              new Option(List.of("tcp-flags"), true, true, 1),
              Option.invertibleFlag("syn"),
              Option.invertibleValue("tcp-option")),
          List.of(Ipv4.TCP),
          TcpMatch::parse);

  private static TcpMatch parse(OptionValues values) {
    Module.atMostOne(values, "syn", "tcp-flags");
    int mask = 0;
    int compare = 0;
    if (values.has("syn")) {
      mask = SYN_MASK;
      compare = Ipv4.TCP_SYN;
    } else if (values.has("tcp-flags")) {
      List<String> texts = values.values("tcp-flags");
      mask = flags(values, texts.get(0));
      compare = flags(values, texts.get(1));
    }
    String option = values.value("tcp-option");
    return new TcpMatch(
        Ports.named(values, "sport", "tcp"),
        Ports.named(values, "dport", "tcp"),
        option == null ? 0 : (int) Numbers.require(values, "tcp-option", option, 1, 255),
        values.inverted("tcp-option"),
        mask,
        compare,
        values.inverted("tcp-flags") || values.inverted("syn"));
  }

  private static int flags(OptionValues values, String text) {
    int flags = 0;
    for (String word : text.split(",")) {
      String name = word.toUpperCase(Locale.ROOT);
      int at = FLAGS.indexOf(name);
      if (at >= 0) {
        flags |= 1 << at;
      } else if (name.equals("ALL")) {
        flags |= ALL_FLAGS;
      } else if (!name.equals("NONE") && !name.isEmpty()) {
        throw values.error(
            "tcp-flags",
            "'" + word + "' is not a TCP flag",
            "write a list of " + String.join(",", FLAGS) + ", or ALL or NONE");
      }
    }
    return flags;
  }

  private static String flagNames(int flags) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < FLAGS.size(); i++) {
      if ((flags >> i & 1) != 0) {
        out.append(out.isEmpty() ? "" : ",").append(FLAGS.get(i));
      }
    }
    return out.isEmpty() ? "NONE" : out.toString();
  }

  @Override
  public String name() {
    return "tcp";
  }

  @Override
  public void save(StringBuilder out) {
    source.save(out, "sport");
    destination.save(out, "dport");
    if (option != 0) {
      out.append(optionInverted ? " !" : "").append(" --tcp-option ").append(option);
    }
    if (flagMask != 0 || flagsInverted) {
      out.append(flagsInverted ? " !" : "").append(" --tcp-flags ");
      out.append(flagNames(flagMask)).append(' ').append(flagNames(flagCompare));
    }
  }

  @Override
  public void list(StringBuilder out) {
    out.append(" tcp");
    source.list(out, "spt");
    destination.list(out, "dpt");
    if (option != 0) {
      out.append(" option=").append(optionInverted ? "!" : "").append(option);
    }
    if (flagMask != 0 || flagsInverted) {
      out.append(" flags:").append(flagsInverted ? "!" : "");
      out.append(String.format(Locale.ROOT, "0x%02X/0x%02X", flagMask, flagCompare));
    }
  }

  @Override
  public boolean matches(MatchContext context) {
    Skb skb = context.skb;
    if ((skb.fragmentWord & Ipv4.OFFSET_MASK) == 1) {
      // It could overwrite the flags of the first fragment's header.
      context.hotDrop = true;
    }
    if (!TransportHeader.readable(context, HEADER)) {
      return false;
    }
    if (!source.matches(TransportHeader.sourcePort(skb))
        || !destination.matches(TransportHeader.destinationPort(skb))) {
      return false;
    }
    int flags = TransportHeader.byteAt(skb, 13);
    if (((flags & flagMask) == flagCompare) == flagsInverted) {
      return false;
    }
    return option == 0 || optionMatches(context);
  }

  private boolean optionMatches(MatchContext context) {
    Skb skb = context.skb;
    int dataOffset = (TransportHeader.byteAt(skb, 12) >> 4) << 2;
    if (dataOffset < HEADER || skb.end - skb.transport < dataOffset) {
      context.hotDrop = true;
      return false;
    }
    int at = HEADER;
    while (at < dataOffset) {
      int kind = TransportHeader.byteAt(skb, at);
      if (kind == option) {
        return !optionInverted;
      }
      // End and no-operation are one byte long; a length of 0 counts as 1. A length that would
      // lie behind the options ends the search whatever it is.
      int length = kind < 2 || at + 1 >= dataOffset ? 1 : TransportHeader.byteAt(skb, at + 1);
      at += Math.max(length, 1);
    }
    return optionInverted;
  }

  @Override
  public Condition condition(HostFacts host) {
    return Condition.all(
        Condition.in(Field.LATER_FRAGMENT, RangeSet.of(0)),
        source.condition(Field.SOURCE_PORT),
        destination.condition(Field.DESTINATION_PORT),
        flagCondition(),
        option == 0 ? Condition.always() : new Condition.Ask(this));
  }

  private Condition flagCondition() {
    // The mask is widened to the bits above the field, so that only its own flags are free.
    RangeSet flags =
        (flagCompare & ~flagMask) != 0
            ? RangeSet.EMPTY
            : RangeSet.masked(flagCompare, flagMask | ~0xff);
    return Condition.inverted(Condition.in(Field.TCP_FLAGS, flags), flagsInverted);
  }
}
