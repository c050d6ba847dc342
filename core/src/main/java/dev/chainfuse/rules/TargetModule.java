package dev.chainfuse.rules;

import java.util.List;
import java.util.Set;

/**
 * A kind of extension target: its options, where it may stand, and how the options become a {@link
 * Target}. Stateless.
 */
public interface TargetModule {
  /** The name after {@code -j}. */
  String name();

  List<Option> options();

  /** Makes the target. */
  Target parse(OptionValues values);

  /** The tables it is allowed in; empty means every table. */
  default Set<TableName> tables() {
    return Set.of();
  }

  /** The hooks it may be reached from; empty means every hook. */
  default Set<Hook> hooks() {
    return Set.of();
  }
}
