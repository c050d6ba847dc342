package dev.chainfuse.rules.target;

import dev.chainfuse.rules.Hook;
import dev.chainfuse.rules.NatRange;
import dev.chainfuse.rules.Option;
import dev.chainfuse.rules.OptionValues;
import dev.chainfuse.rules.TableName;
import dev.chainfuse.rules.Target;
import dev.chainfuse.rules.TargetContext;
import dev.chainfuse.rules.TargetModule;
import java.util.List;
import java.util.Set;

/**
 * {@code -j SNAT}: gives the connection another source (net/netfilter/xt_nat.c, xt_snat_target_v2).
 */
public record SnatTarget(NatRange range) implements Target {
  @Override
  public Kind kind() {
    return Kind.EXTENSION;
  }

  @Override
  public String targetName() {
    return "SNAT";
  }

  private NatText text() {
    return new NatText(range, 0);
  }

  @Override
  public void save(StringBuilder out) {
    out.append(" --to-source ");
    text().append(out);
    NatText.appendFlags(out, range, " --");
  }

  @Override
  public void list(StringBuilder out) {
    out.append(" to:");
    text().append(out);
    NatText.appendFlags(out, range, " ");
  }

  @Override
  public int apply(TargetContext context) {
    context.basePort = 0;
    return context.bind(
        true,
        range.flags(),
        range.minAddress(),
        range.maxAddress(),
        range.minPort(),
        range.maxPort());
  }

  @Override
  public boolean terminal() {
    return true;
  }

  /** How {@code -j SNAT} is written. */
  public static final class Module implements TargetModule {
    private static final List<Option> OPTIONS =
        List.of(
            Option.value("to-source"),
            Option.flag("random"),
            Option.flag("random-fully"),
            Option.flag("persistent"));

    @Override
    public String name() {
      return "SNAT";
    }

    @Override
    public List<Option> options() {
      return OPTIONS;
    }

    @Override
    public Set<TableName> tables() {
      return Set.of(TableName.NAT);
    }

    @Override
    public Set<Hook> hooks() {
      return Set.of(Hook.POSTROUTING, Hook.INPUT);
    }

    @Override
    public Target parse(OptionValues values) {
      if (!values.has("to-source")) {
        throw values.error("", "SNAT needs --to-source", "");
      }
      NatText text = NatText.addresses(values, "to-source", NatText.flags(values));
      // A port shift is taken, but iptables 1.8.9 has no room for its base port: it becomes 0.
      return new SnatTarget(text.range());
    }
  }
}
