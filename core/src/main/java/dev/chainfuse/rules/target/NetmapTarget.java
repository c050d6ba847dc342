package dev.chainfuse.rules.target;

import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.rules.Hook;
import dev.chainfuse.rules.NatRange;
import dev.chainfuse.rules.NumberText;
import dev.chainfuse.rules.Option;
import dev.chainfuse.rules.OptionValues;
import dev.chainfuse.rules.TableName;
import dev.chainfuse.rules.Target;
import dev.chainfuse.rules.TargetContext;
import dev.chainfuse.rules.TargetModule;

/**
 * {@code -j NETMAP}: gives the connection an address in another network with the same host bits
 * (net/netfilter/xt_NETMAP.c, netmap_tg4).
 *
 * @param network the network, host bits 0
 */
public record NetmapTarget(int network, int prefixLength) implements ExtensionTarget {
  static final TargetModule MODULE =
      PlainModule.of("NETMAP", NetmapTarget::parse, Option.value("to")).inTables(TableName.NAT);

  private static Target parse(OptionValues values) {
    String text = Values.required(values, "NETMAP", "to");
    int slash = text.indexOf('/');
    int address = Values.address(values, "to", slash < 0 ? text : text.substring(0, slash));
    int length = slash < 0 ? 32 : prefixLength(values, "to", text.substring(slash + 1));
    return new NetmapTarget(address & Ipv4.mask(length), length);
  }

  /** As iptables does, a mask that is no prefix counts as 32 bits (xtopt_parse_plenmask). */
  static int prefixLength(OptionValues values, String option, String text) {
    long number = NumberText.parse(text, 32);
    if (number >= 0) {
      return (int) number;
    }
    if (text.isEmpty()) {
      throw values.error(option, "the mask is missing", "such as 192.0.2.0/24");
    }
    int length = Ipv4.prefixLength(Values.address(values, option, text));
    return length < 0 ? 32 : length;
  }

  @Override
  public String targetName() {
    return "NETMAP";
  }

  private void append(StringBuilder out) {
    out.append(Ipv4.format(network)).append('/').append(prefixLength);
  }

  @Override
  public void save(StringBuilder out) {
    out.append(" --to ");
    append(out);
  }

  @Override
  public void list(StringBuilder out) {
    out.append(" to:");
    append(out);
  }

  @Override
  public int apply(TargetContext context) {
    boolean destination = context.hook == Hook.PREROUTING || context.hook == Hook.OUTPUT;
    int old = destination ? context.skb.destination : context.skb.source;
    int address = old & ~Ipv4.mask(prefixLength) | network;
    return context.bind(!destination, NatRange.MAP_ADDRESSES, address, address, 0, 0);
  }

  @Override
  public boolean terminal() {
    return true;
  }
}
