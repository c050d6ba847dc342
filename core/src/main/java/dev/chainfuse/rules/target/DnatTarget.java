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
 * {@code -j DNAT}: gives the connection another destination (net/netfilter/xt_nat.c,
 * xt_dnat_target_v2).
 *
 * @param basePort the port that maps to the first of the range; 0 without a shift
 */
public record DnatTarget(NatRange range, int basePort) implements Target {
  @Override
  public Kind kind() {
    return Kind.EXTENSION;
  }

  @Override
  public String targetName() {
    return "DNAT";
  }

  private NatText text() {
    return new NatText(range, basePort);
  }

  @Override
  public void save(StringBuilder out) {
    out.append(" --to-destination ");
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
    context.basePort = basePort;
    return context.bind(
        false,
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

  /** How {@code -j DNAT} is written. */
  public static final class Module implements TargetModule {
    private static final List<Option> OPTIONS =
        List.of(Option.value("to-destination"), Option.flag("random"), Option.flag("persistent"));

    @Override
    public String name() {
      return "DNAT";
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
      return Set.of(Hook.PREROUTING, Hook.OUTPUT);
    }

    @Override
    public Target parse(OptionValues values) {
      if (!values.has("to-destination")) {
        throw values.error("", "DNAT needs --to-destination", "");
      }
      NatText text = NatText.addresses(values, "to-destination", NatText.flags(values));
      return new DnatTarget(text.range(), text.basePort());
    }
  }
}
