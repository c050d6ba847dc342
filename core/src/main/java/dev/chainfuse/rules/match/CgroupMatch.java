package dev.chainfuse.rules.match;

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
 * {@code -m cgroup --cgroup}: the control group of the packet's socket (net/netfilter/xt_cgroup.c,
 * cgroup_mt_v2). Packets have no socket here: it never holds, not even inverted.
 *
 * @param group class id, unsigned
 */
public record CgroupMatch(int group, boolean inverted) implements Match {
  private static final Set<Hook> HOOKS = EnumSet.of(Hook.INPUT, Hook.OUTPUT, Hook.POSTROUTING);

  public static final MatchModule MODULE =
      Module.of("cgroup", CgroupMatch::parse, Option.invertibleValue("cgroup"));

  private static CgroupMatch parse(OptionValues values) {
    String text = Module.required(values, "cgroup");
    Module.onlyIn(values, "cgroup", HOOKS);
    return new CgroupMatch(
        (int) Numbers.require(values, "cgroup", text, 0, Numbers.MAX_32),
        values.inverted("cgroup"));
  }

  @Override
  public String name() {
    return "cgroup";
  }

  @Override
  public void save(StringBuilder out) {
    out.append(inverted ? " ! --cgroup " : " --cgroup ").append(Integer.toUnsignedString(group));
  }

  @Override
  public void list(StringBuilder out) {
    out.append(inverted ? " cgroup ! " : " cgroup ").append(Integer.toUnsignedString(group));
  }

  @Override
  public boolean matches(MatchContext context) {
    return false;
  }

  @Override
  public Condition condition(HostFacts host) {
    return Condition.never();
  }
}
