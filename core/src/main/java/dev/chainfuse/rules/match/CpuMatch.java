package dev.chainfuse.rules.match;

import dev.chainfuse.rules.Condition;
import dev.chainfuse.rules.HostFacts;
import dev.chainfuse.rules.Match;
import dev.chainfuse.rules.MatchContext;
import dev.chainfuse.rules.MatchModule;
import dev.chainfuse.rules.Option;
import dev.chainfuse.rules.OptionValues;

/**
 * {@code -m cpu}: which processor handles the packet (net/netfilter/xt_cpu.c, cpu_mt). A session is
 * one thread: all packets are handled by processor 0.
 *
 * @param cpu unsigned
 */
public record CpuMatch(int cpu, boolean inverted) implements Match {
  public static final MatchModule MODULE =
      Module.of("cpu", CpuMatch::parse, Option.invertibleValue("cpu"));

  private static CpuMatch parse(OptionValues values) {
    String text = Module.required(values, "cpu");
    return new CpuMatch(
        (int) Numbers.require(values, "cpu", text, 0, Numbers.MAX_32), values.inverted("cpu"));
  }

  @Override
  public String name() {
    return "cpu";
  }

  @Override
  public void save(StringBuilder out) {
    out.append(inverted ? " ! --cpu " : " --cpu ").append(Integer.toUnsignedString(cpu));
  }

  @Override
  public void list(StringBuilder out) {
    out.append(inverted ? " cpu ! " : " cpu ").append(Integer.toUnsignedString(cpu));
  }

  @Override
  public boolean matches(MatchContext context) {
    return (cpu == 0) != inverted;
  }

  @Override
  public Condition condition(HostFacts host) {
    return (cpu == 0) != inverted ? Condition.always() : Condition.never();
  }
}
