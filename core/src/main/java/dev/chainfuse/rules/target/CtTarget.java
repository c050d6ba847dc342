package dev.chainfuse.rules.target;

import dev.chainfuse.packet.Field;
import dev.chainfuse.rules.Option;
import dev.chainfuse.rules.OptionValues;
import dev.chainfuse.rules.TableName;
import dev.chainfuse.rules.Target;
import dev.chainfuse.rules.TargetContext;
import dev.chainfuse.rules.TargetModule;
import java.util.List;
import java.util.Set;

/**
 * {@code -j CT --notrack} and its old name {@code -j NOTRACK}: the packet is not to be tracked
 * (net/netfilter/xt_CT.c). The other options of CT are refused.
 *
 * @param alias written as NOTRACK
 */
public record CtTarget(boolean alias) implements Target {
  @Override
  public Kind kind() {
    return Kind.EXTENSION;
  }

  @Override
  public String targetName() {
    return alias ? "NOTRACK" : "CT";
  }

  @Override
  public String listName() {
    return "CT";
  }

  @Override
  public void save(StringBuilder out) {
    if (!alias) {
      out.append(" --notrack");
    }
  }

  @Override
  public void list(StringBuilder out) {
    out.append(alias ? " NOTRACK" : " CT notrack");
  }

  @Override
  public int apply(TargetContext context) {
    context.untrack();
    return CONTINUE;
  }

  @Override
  public Set<Field> writes() {
    return Set.of(Field.CT_STATE);
  }

  /** How {@code -j CT} is written. */
  public static final class Module implements TargetModule {
    private static final List<Option> OPTIONS =
        List.of(
            Option.flag("notrack"),
            Option.value("helper"),
            Option.value("timeout"),
            Option.value("ctevents"),
            Option.value("expevents"),
            Option.value("zone"),
            Option.value("zone-orig"),
            Option.value("zone-reply"));

    @Override
    public String name() {
      return "CT";
    }

    @Override
    public List<Option> options() {
      return OPTIONS;
    }

    @Override
    public Set<TableName> tables() {
      return Set.of(TableName.RAW);
    }

    @Override
    public Target parse(OptionValues values) {
      for (String option : values.given()) {
        if (!option.equals("notrack")) {
          throw values.error(option, "target CT --" + option + " is not supported yet", "");
        }
      }
      if (!values.has("notrack")) {
        throw values.error("", "target CT without --notrack is not supported yet", "");
      }
      return new CtTarget(false);
    }
  }

  /** How {@code -j NOTRACK} is written. */
  public static final class NotrackModule implements TargetModule {
    @Override
    public String name() {
      return "NOTRACK";
    }

    @Override
    public List<Option> options() {
      return List.of();
    }

    @Override
    public Set<TableName> tables() {
      return Set.of(TableName.RAW);
    }

    @Override
    public Target parse(OptionValues values) {
      return new CtTarget(true);
    }
  }
}
