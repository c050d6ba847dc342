package dev.chainfuse.rules;

import dev.chainfuse.packet.Field;
import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.packet.RangeSet;
import dev.chainfuse.packet.Skb;

/**
 * The match on the IP header and the interfaces that every rule has (struct ipt_ip,
 * net/ipv4/netfilter/ip_tables.c ip_packet_match).
 *
 * @param protocol 0 is any
 * @param fragment {@code -f}: later fragments only; {@code ! -f}: only others
 */
public record HeaderMatch(
    Address source,
    Address destination,
    Interface in,
    Interface out,
    int protocol,
    boolean protocolInverted,
    Fragment fragment) {
  /** Matches every packet. */
  public static final HeaderMatch ANY =
      new HeaderMatch(
          Address.ANY, Address.ANY, Interface.ANY, Interface.ANY, 0, false, Fragment.ANY);

  /** {@code -f}, {@code ! -f} or neither. */
  public enum Fragment {
    ANY,
    LATER,
    NOT_LATER
  }

  /**
   * {@code [!] address/mask}; address and mask as big-endian ints; the address has no bits outside
   * the mask; the mask need not be contiguous.
   */
  public record Address(int address, int mask, boolean inverted) {
    public static final Address ANY = new Address(0, 0, false);

    /** Whether {@code value} is matched. */
    public boolean matches(int value) {
      return ((value & mask) == address) != inverted;
    }

    private Condition condition(Field field) {
      return Condition.inverted(Condition.bits(field, mask, address), inverted);
    }
  }

  /**
   * {@code [!] name} of at most 15 characters; a trailing {@code +} in {@link #pattern} matches any
   * rest; empty means any.
   */
  public record Interface(String pattern, boolean inverted) {
    public static final Interface ANY = new Interface("", false);

    /** Whether an interface of that name is matched; no interface has the empty name. */
    public boolean matches(String name) {
      return pattern.isEmpty() || nameMatches(name) != inverted;
    }

    private boolean nameMatches(String name) {
      return pattern.endsWith("+")
          ? name.regionMatches(0, pattern, 0, pattern.length() - 1)
          : name.equals(pattern);
    }

    /** The interfaces of the host that are matched, as values of an interface field. */
    public Condition condition(Field field, HostFacts host) {
      if (pattern.isEmpty()) {
        return Condition.always();
      }
      RangeSet set = matches("") ? RangeSet.of(0) : RangeSet.EMPTY;
      for (int i = 0; i < host.interfaceCount(); i++) {
        if (matches(host.interfaceName(i))) {
          set = set.union(RangeSet.of(i + 1));
        }
      }
      return Condition.in(field, set);
    }
  }

  /** As the interpreter asks: the packet's own fields, one after the other. */
  public boolean matches(Skb skb, HostFacts host) {
    if (!source.matches(skb.source) || !destination.matches(skb.destination)) {
      return false;
    }
    if (!in.matches(name(skb.inInterface, host)) || !out.matches(name(skb.outInterface, host))) {
      return false;
    }
    if (protocol != 0 && (skb.protocol == protocol) == protocolInverted) {
      return false;
    }
    return switch (fragment) {
      case ANY -> true;
      case LATER -> skb.laterFragment();
      case NOT_LATER -> !skb.laterFragment();
    };
  }

  private static String name(int number, HostFacts host) {
    return number == Skb.NO_INTERFACE ? "" : host.interfaceName(number);
  }

  /** The same as a condition on fields. */
  public Condition condition(HostFacts host) {
    RangeSet protocols = RangeSet.of(protocol);
    Condition protocolCondition =
        protocol == 0
            ? Condition.always()
            : Condition.in(Field.PROTOCOL, protocolInverted ? protocols.complement() : protocols);
    Condition fragmentCondition =
        switch (fragment) {
          case ANY -> Condition.always();
          case LATER -> Condition.in(Field.LATER_FRAGMENT, RangeSet.of(1));
          case NOT_LATER -> Condition.in(Field.LATER_FRAGMENT, RangeSet.of(0));
        };
    return Condition.all(
        source.condition(Field.SOURCE),
        destination.condition(Field.DESTINATION),
        in.condition(Field.IN_INTERFACE, host),
        out.condition(Field.OUT_INTERFACE, host),
        protocolCondition,
        fragmentCondition);
  }

  /** Whether the rule is for packets of that protocol only. */
  public boolean isFor(int wanted) {
    return protocol == wanted && !protocolInverted && wanted != 0;
  }

  /** Whether the rule is for TCP only. */
  public boolean isTcp() {
    return isFor(Ipv4.TCP);
  }
}
