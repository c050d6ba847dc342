package dev.chainfuse.rules.match;

import dev.chainfuse.packet.Field;
import dev.chainfuse.packet.RangeSet;
import dev.chainfuse.rules.Condition;
import dev.chainfuse.rules.Hook;
import dev.chainfuse.rules.HostFacts;
import dev.chainfuse.rules.Match;
import dev.chainfuse.rules.MatchContext;
import dev.chainfuse.rules.MatchModule;
import dev.chainfuse.rules.OptionValues;
import dev.chainfuse.rules.RuleSyntaxException;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code -m devgroup}: the groups of the interfaces (net/netfilter/xt_devgroup.c, devgroup_mt). */
public record DevgroupMatch(@Nullable GroupMask source, @Nullable GroupMask destination)
    implements Match {
  private static final String ZERO = "default";
  private static final Set<Hook> IN_HOOKS = EnumSet.of(Hook.PREROUTING, Hook.INPUT, Hook.FORWARD);
  private static final Set<Hook> OUT_HOOKS =
      EnumSet.of(Hook.FORWARD, Hook.OUTPUT, Hook.POSTROUTING);

  public static final MatchModule MODULE =
      Module.of(
          "devgroup",
          DevgroupMatch::parse,
          GroupMask.option("src-group"),
          GroupMask.option("dst-group"));

  private static DevgroupMatch parse(OptionValues values) {
    GroupMask source = GroupMask.parse(values, "src-group", ZERO);
    GroupMask destination = GroupMask.parse(values, "dst-group", ZERO);
    if (source == null && destination == null) {
      throw new RuleSyntaxException(
          "", "match 'devgroup' needs an option", "add --src-group or --dst-group");
    }
    if (source != null) {
      Module.onlyIn(values, "devgroup", IN_HOOKS);
    }
    if (destination != null) {
      Module.onlyIn(values, "devgroup", OUT_HOOKS);
    }
    return new DevgroupMatch(source, destination);
  }

  @Override
  public String name() {
    return "devgroup";
  }

  @Override
  public void save(StringBuilder out) {
    if (source != null) {
      source.save(out, "src-group", ZERO);
    }
    if (destination != null) {
      destination.save(out, "dst-group", ZERO);
    }
  }

  @Override
  public void list(StringBuilder out) {
    if (source != null) {
      source.list(out, "src-group");
    }
    if (destination != null) {
      destination.list(out, "dst-group");
    }
  }

  /** Whether the interface is in the group; there is one in the hooks where it may be asked for. */
  private static boolean holds(@Nullable GroupMask asked, HostFacts host, int number) {
    if (asked == null) {
      return true;
    }
    if (number < 0) {
      return false;
    }
    int group = host.interfaceGroup(number);
    return (((asked.value() ^ group) & asked.mask()) == 0) != asked.inverted();
  }

  @Override
  public boolean matches(MatchContext context) {
    return holds(source, context.host, context.skb.inInterface)
        && holds(destination, context.host, context.skb.outInterface);
  }

  @Override
  public Condition condition(HostFacts host) {
    return Condition.all(
        condition(source, host, Field.IN_INTERFACE),
        condition(destination, host, Field.OUT_INTERFACE));
  }

  private static Condition condition(@Nullable GroupMask asked, HostFacts host, Field field) {
    if (asked == null) {
      return Condition.always();
    }
    RangeSet numbers = RangeSet.EMPTY;
    for (int i = 0; i < host.interfaceCount(); i++) {
      numbers = holds(asked, host, i) ? numbers.union(RangeSet.of(i + 1)) : numbers;
    }
    return Condition.in(field, numbers);
  }
}
