package dev.chainfuse.rules.target;

import dev.chainfuse.packet.Field;
import dev.chainfuse.rules.TableName;
import dev.chainfuse.rules.TargetContext;
import dev.chainfuse.rules.TargetModule;
import java.util.Set;

/** {@code -j NOTRACK}, the old name of {@code -j CT --notrack}. */
public record NotrackTarget() implements ExtensionTarget {
  static final TargetModule MODULE =
      PlainModule.of("NOTRACK", values -> new NotrackTarget()).inTables(TableName.RAW);

  @Override
  public String targetName() {
    return "NOTRACK";
  }

  @Override
  public String listName() {
    return "CT";
  }

  @Override
  public void save(StringBuilder out) {}

  @Override
  public void list(StringBuilder out) {
    out.append(" NOTRACK");
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
}
