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
import org.jspecify.annotations.Nullable;

/**
 * {@code -m iprange}: addresses from one to another (net/netfilter/xt_iprange.c, iprange_mt4).
 *
 * @param source null if not asked for
 * @param destination null if not asked for
 */
public record IprangeMatch(@Nullable AddressRange source, @Nullable AddressRange destination)
    implements Match {
  /**
   * Both inclusive, as big-endian ints compared unsigned. With {@code first > last} (which iptables
   * takes with a warning) no address lies within.
   */
  public record AddressRange(int first, int last, boolean inverted) {
    boolean matches(int address) {
      boolean within =
          Integer.compareUnsigned(address, first) >= 0
              && Integer.compareUnsigned(address, last) <= 0;
      return within != inverted;
    }

    private Condition condition(Field field) {
      RangeSet set = RangeSet.of(Integer.toUnsignedLong(first), Integer.toUnsignedLong(last));
      return Condition.inverted(Condition.in(field, set), inverted);
    }

    private void print(StringBuilder out, String name) {
      out.append(name).append(' ').append(Ipv4.format(first)).append('-').append(Ipv4.format(last));
    }
  }

  public static final MatchModule MODULE =
      Module.of(
          "iprange",
          IprangeMatch::parse,
          Option.invertibleValue("src-range"),
          Option.invertibleValue("dst-range"));

  private static IprangeMatch parse(OptionValues values) {
    Module.atLeastOne(values, "iprange", "src-range", "dst-range");
    return new IprangeMatch(range(values, "src-range"), range(values, "dst-range"));
  }

  private static @Nullable AddressRange range(OptionValues values, String option) {
    String text = values.value(option);
    if (text == null) {
      return null;
    }
    int dash = text.indexOf('-');
    int first = Addresses.address(values, option, dash < 0 ? text : text.substring(0, dash));
    int last = dash < 0 ? first : Addresses.address(values, option, text.substring(dash + 1));
    return new AddressRange(first, last, values.inverted(option));
  }

  @Override
  public String name() {
    return "iprange";
  }

  @Override
  public void save(StringBuilder out) {
    if (source != null) {
      source.print(out, source.inverted() ? " ! --src-range" : " --src-range");
    }
    if (destination != null) {
      destination.print(out, destination.inverted() ? " ! --dst-range" : " --dst-range");
    }
  }

  @Override
  public void list(StringBuilder out) {
    if (source != null) {
      source.print(out, source.inverted() ? " source IP range !" : " source IP range");
    }
    if (destination != null) {
      destination.print(
          out, destination.inverted() ? " destination IP range !" : " destination IP range");
    }
  }

  @Override
  public boolean matches(MatchContext context) {
    return (source == null || source.matches(context.skb.source))
        && (destination == null || destination.matches(context.skb.destination));
  }

  @Override
  public Condition condition(HostFacts host) {
    return Condition.all(
        source == null ? Condition.always() : source.condition(Field.SOURCE),
        destination == null ? Condition.always() : destination.condition(Field.DESTINATION));
  }
}
