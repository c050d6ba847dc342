package dev.chainfuse.rules.match;

import dev.chainfuse.packet.ConnectionFacts;
import dev.chainfuse.packet.Skb;
import dev.chainfuse.rules.Condition;
import dev.chainfuse.rules.HostFacts;
import dev.chainfuse.rules.Match;
import dev.chainfuse.rules.MatchContext;
import dev.chainfuse.rules.MatchModule;
import dev.chainfuse.rules.Option;
import dev.chainfuse.rules.OptionValues;
import dev.chainfuse.rules.RuleSyntaxException;
import java.util.Locale;

/**
 * {@code -m connbytes}: what the connection has carried so far (net/netfilter/xt_connbytes.c,
 * connbytes_mt). A rule set with it makes the host count packets and bytes of connections.
 *
 * @param first unsigned
 * @param last unsigned
 */
public record ConnbytesMatch(
    long first, long last, boolean inverted, Mode mode, Direction direction) implements Match {
  /** What is counted. */
  public enum Mode {
    PACKETS,
    BYTES,
    AVGPKT
  }

  /** Of which packets. */
  public enum Direction {
    ORIGINAL,
    REPLY,
    BOTH
  }

  public static final MatchModule MODULE =
      Module.of(
          "connbytes",
          ConnbytesMatch::parse,
          Option.invertibleValue("connbytes"),
          Option.value("connbytes-dir"),
          Option.value("connbytes-mode"));

  private static ConnbytesMatch parse(OptionValues values) {
    NumberRange range = NumberRange.parse(values, "connbytes", -1);
    long last = range.single() ? -1 : range.last();
    if (Long.compareUnsigned(last, range.first()) < 0) {
      throw values.error(
          "connbytes", "the range ends before it begins", "write the lower number first");
    }
    // The kernel is told of an inversion by the ends changing places, which equal ends cannot.
    boolean inverted = values.inverted("connbytes") && range.first() != last;
    return new ConnbytesMatch(
        range.first(),
        last,
        inverted,
        word(values, "connbytes-mode", Mode.values()),
        word(values, "connbytes-dir", Direction.values()));
  }

  private static <T extends Enum<T>> T word(OptionValues values, String option, T[] words) {
    String text = values.value(option);
    if (text == null) {
      throw new RuleSyntaxException(option, "option '--" + option + "' must be given", "add it");
    }
    for (T word : words) {
      if (lower(word).equals(text)) {
        return word;
      }
    }
    StringBuilder known = new StringBuilder("write");
    for (T word : words) {
      known.append(' ').append(lower(word));
    }
    throw values.error(option, "'" + text + "' is not a value of '--" + option + "'", "" + known);
  }

  private static String lower(Enum<?> word) {
    return word.name().toLowerCase(Locale.ROOT);
  }

  @Override
  public String name() {
    return "connbytes";
  }

  @Override
  public void save(StringBuilder out) {
    out.append(inverted ? " ! --connbytes " : " --connbytes ");
    appendRange(out);
    out.append(" --connbytes-mode ").append(lower(mode));
    out.append(" --connbytes-dir ").append(lower(direction));
  }

  @Override
  public void list(StringBuilder out) {
    out.append(inverted ? " ! connbytes " : " connbytes ");
    appendRange(out);
    out.append(" connbytes mode ").append(lower(mode));
    out.append(" connbytes direction ").append(lower(direction));
  }

  private void appendRange(StringBuilder out) {
    out.append(Long.toUnsignedString(first));
    // An end at 0 is left out, too: so prints iptables 1.8.9.
    if (last != -1 && last != 0) {
      out.append(':').append(Long.toUnsignedString(last));
    }
  }

  @Override
  public boolean matches(MatchContext context) {
    Skb skb = context.skb;
    if (skb.flow < 0) {
      return false;
    }
    long packets = 0;
    long bytes = 0;
    for (int i = ConnectionFacts.ORIGINAL; i <= ConnectionFacts.REPLY; i++) {
      if (direction == Direction.BOTH || direction.ordinal() == i) {
        packets += skb.connections.packets(skb.flow, i);
        bytes += skb.connections.bytes(skb.flow, i);
      }
    }
    long counted =
        switch (mode) {
          case PACKETS -> packets;
          case BYTES -> bytes;
          case AVGPKT -> packets == 0 ? 0 : bytes / packets;
        };
    boolean within =
        Long.compareUnsigned(counted, first) >= 0 && Long.compareUnsigned(counted, last) <= 0;
    return within != inverted;
  }

  @Override
  public Condition condition(HostFacts host) {
    return new Condition.Ask(this);
  }
}
