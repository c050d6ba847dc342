package dev.chainfuse.rules.match;

import dev.chainfuse.packet.Field;
import dev.chainfuse.packet.RangeSet;
import dev.chainfuse.packet.Skb;
import dev.chainfuse.rules.Condition;
import dev.chainfuse.rules.Hook;
import dev.chainfuse.rules.HostFacts;
import dev.chainfuse.rules.Match;
import dev.chainfuse.rules.MatchContext;
import dev.chainfuse.rules.MatchModule;
import dev.chainfuse.rules.Option;
import dev.chainfuse.rules.OptionValues;
import java.util.EnumSet;
import java.util.Set;

/**
 * {@code -m mac}: the source of the Ethernet frame (net/netfilter/xt_mac.c, mac_mt). A packet that
 * came by no Ethernet device, such as loopback, is not matched, inverted or not.
 *
 * @param source low 48 bits
 */
public record MacMatch(long source, boolean inverted) implements Match {
  private static final int OCTETS = 6;
  private static final Set<Hook> HOOKS = EnumSet.of(Hook.PREROUTING, Hook.INPUT, Hook.FORWARD);

  public static final MatchModule MODULE =
      Module.of("mac", MacMatch::parse, Option.invertibleValue("mac-source"));

  private static MacMatch parse(OptionValues values) {
    String text = Module.required(values, "mac-source");
    Module.onlyIn(values, "mac", HOOKS);
    return new MacMatch(address(values, text), values.inverted("mac-source"));
  }

  private static long address(OptionValues values, String text) {
    String[] octets = text.split(":", -1);
    long address = 0;
    boolean good = octets.length == OCTETS;
    for (String octet : octets) {
      good &= octet.matches("\\p{XDigit}{1,2}");
      address = good ? address << 8 | Integer.parseInt(octet, 16) : 0;
    }
    if (!good) {
      throw values.error(
          "mac-source", "'" + text + "' is not a MAC address", "write it as 02:42:ac:11:00:02");
    }
    return address;
  }

  @Override
  public String name() {
    return "mac";
  }

  @Override
  public void save(StringBuilder out) {
    out.append(inverted ? " ! --mac-source " : " --mac-source ");
    appendAddress(out);
  }

  @Override
  public void list(StringBuilder out) {
    out.append(inverted ? " MAC ! " : " MAC ");
    appendAddress(out);
  }

  private void appendAddress(StringBuilder out) {
    for (int shift = 40; shift >= 0; shift -= 8) {
      int octet = (int) (source >> shift & 0xff);
      out.append(Character.forDigit(octet >> 4, 16)).append(Character.forDigit(octet & 15, 16));
      out.append(shift == 0 ? "" : ":");
    }
  }

  @Override
  public boolean matches(MatchContext context) {
    Skb skb = context.skb;
    boolean ethernet = skb.inInterface >= 0 && context.host.isEthernet(skb.inInterface);
    return ethernet && (skb.sourceMac == source) != inverted;
  }

  @Override
  public Condition condition(HostFacts host) {
    RangeSet ethernet = RangeSet.EMPTY;
    for (int i = 0; i < host.interfaceCount(); i++) {
      ethernet = host.isEthernet(i) ? ethernet.union(RangeSet.of(i + 1)) : ethernet;
    }
    Condition equal =
        Condition.all(
            Condition.in(Field.SOURCE_MAC_HIGH, RangeSet.of(source >> 32)),
            Condition.in(Field.SOURCE_MAC_LOW, RangeSet.of(source & 0xffff_ffffL)));
    return Condition.all(
        Condition.in(Field.IN_INTERFACE, ethernet), Condition.inverted(equal, inverted));
  }
}
