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
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * {@code -m addrtype}: what kind an address is to this host (net/netfilter/xt_addrtype.c,
 * addrtype_mt_v1).
 *
 * @param source the types asked for, bit {@code 1 << RTN_ number} each; 0 if not asked for
 * @param destination likewise
 */
public record AddrtypeMatch(
    int source, boolean sourceInverted, int destination, boolean destinationInverted, Limit limit)
    implements Match {
  /** Which interface's own addresses alone are LOCAL. */
  public enum Limit {
    NONE,
    IN,
    OUT
  }

  /** In the order of the RTN_ numbers of include/uapi/linux/rtnetlink.h. */
  private static final Keywords TYPES =
      new Keywords(
          "UNSPEC",
          "UNICAST",
          "LOCAL",
          "BROADCAST",
          "ANYCAST",
          "MULTICAST",
          "BLACKHOLE",
          "UNREACHABLE",
          "PROHIBIT",
          "THROW",
          "NAT",
          "XRESOLVE");

  private static final int TYPE_COUNT = 12;
  private static final int NO_LIMIT = Skb.NO_INTERFACE;

  public static final MatchModule MODULE =
      Module.of(
          "addrtype",
          AddrtypeMatch::parse,
          Option.invertibleValue("src-type"),
          Option.invertibleValue("dst-type"),
          Option.flag("limit-iface-in"),
          Option.flag("limit-iface-out"));

  private static AddrtypeMatch parse(OptionValues values) {
    Module.atLeastOne(values, "addrtype", "src-type", "dst-type");
    Module.atMostOne(values, "limit-iface-in", "limit-iface-out");
    Limit limit = Limit.NONE;
    if (values.has("limit-iface-in")) {
      refuse(values, "limit-iface-in", Hook.OUTPUT, Hook.POSTROUTING);
      limit = Limit.IN;
    } else if (values.has("limit-iface-out")) {
      refuse(values, "limit-iface-out", Hook.PREROUTING, Hook.INPUT);
      limit = Limit.OUT;
    }
    return new AddrtypeMatch(
        types(values, "src-type"),
        values.inverted("src-type"),
        types(values, "dst-type"),
        values.inverted("dst-type"),
        limit);
  }

  private static void refuse(OptionValues values, String option, Hook... hooks) {
    for (Hook hook : hooks) {
      if (values.hooks().contains(hook)) {
        throw values.error(
            option,
            "'--" + option + "' has no interface to look at in " + hook,
            "leave it out, or use it in chains that only other hooks reach");
      }
    }
  }

  private static int types(OptionValues values, String option) {
    String text = values.value(option);
    return text == null ? 0 : TYPES.parseList(values, option, text, Set.of());
  }

  @Override
  public String name() {
    return "addrtype";
  }

  @Override
  public void save(StringBuilder out) {
    if (source != 0) {
      out.append(sourceInverted ? " ! --src-type " : " --src-type ").append(TYPES.format(source));
    }
    if (destination != 0) {
      out.append(destinationInverted ? " ! --dst-type " : " --dst-type ");
      out.append(TYPES.format(destination));
    }
    out.append(
        switch (limit) {
          case NONE -> "";
          case IN -> " --limit-iface-in";
          case OUT -> " --limit-iface-out";
        });
  }

  @Override
  public void list(StringBuilder out) {
    out.append(" ADDRTYPE match");
    if (source != 0) {
      out.append(" src-type ").append(sourceInverted ? "!" : "").append(TYPES.format(source));
    }
    if (destination != 0) {
      out.append(" dst-type ").append(destinationInverted ? "!" : "");
      out.append(TYPES.format(destination));
    }
    out.append(
        switch (limit) {
          case NONE -> "";
          case IN -> " limit-in";
          case OUT -> " limit-out";
        });
  }

  @Override
  public boolean matches(MatchContext context) {
    Skb skb = context.skb;
    int number =
        switch (limit) {
          case NONE -> NO_LIMIT;
          case IN -> skb.inInterface;
          case OUT -> skb.outInterface;
        };
    return (source == 0
            || isOneOf(source, context.host.addressType(skb.source, number)) != sourceInverted)
        && (destination == 0
            || isOneOf(destination, context.host.addressType(skb.destination, number))
                != destinationInverted);
  }

  private static boolean isOneOf(int types, int type) {
    return (types >> type & 1) != 0;
  }

  @Override
  public Condition condition(HostFacts host) {
    if (limit == Limit.NONE) {
      return condition(host, NO_LIMIT);
    }
    // Most interfaces of a host agree, so one alternative stands for all that do.
    Map<Condition, RangeSet> interfacesOf = new LinkedHashMap<>();
    for (int number = NO_LIMIT; number < host.interfaceCount(); number++) {
      interfacesOf.merge(condition(host, number), RangeSet.of(number + 1), RangeSet::union);
    }
    Field field = limit == Limit.IN ? Field.IN_INTERFACE : Field.OUT_INTERFACE;
    List<Condition> alternatives = new ArrayList<>();
    interfacesOf.forEach(
        (condition, numbers) ->
            alternatives.add(Condition.all(Condition.in(field, numbers), condition)));
    return Condition.any(alternatives.toArray(Condition[]::new));
  }

  private Condition condition(HostFacts host, int number) {
    return Condition.all(
        condition(Field.SOURCE, source, sourceInverted, host, number),
        condition(Field.DESTINATION, destination, destinationInverted, host, number));
  }

  private static Condition condition(
      Field field, int types, boolean inverted, HostFacts host, int number) {
    if (types == 0) {
      return Condition.always();
    }
    RangeSet addresses = RangeSet.EMPTY;
    for (int type = 0; type < TYPE_COUNT; type++) {
      if (isOneOf(types, type)) {
        addresses = addresses.union(host.addressesOfType(type, number));
      }
    }
    return Condition.inverted(Condition.in(field, addresses), inverted);
  }
}
