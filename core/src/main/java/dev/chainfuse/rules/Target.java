package dev.chainfuse.rules;

import dev.chainfuse.packet.Field;
import java.util.Set;

/** What a matching rule does: a verdict, a jump, or an extension with an effect. Immutable. */
public interface Target {
  /** Result of {@link #apply}: go on with the next rule. */
  int CONTINUE = -1;

  /** Result of {@link #apply}, and of a hook: NF_DROP. */
  int DROP = 0;

  /** Result of {@link #apply}, and of a hook: NF_ACCEPT. */
  int ACCEPT = 1;

  /** NF_STOLEN. */
  int STOLEN = 2;

  /** NF_QUEUE. */
  int QUEUE = 3;

  /** How an engine treats it. */
  enum Kind {
    NONE,
    ACCEPT,
    DROP,
    RETURN,
    JUMP,
    GOTO,
    EXTENSION
  }

  Kind kind();

  /** {@code ACCEPT}, {@code LOG}, the chain's name; empty for none. */
  String targetName();

  /** The name in the target column of {@code iptables -L}, if it is another than in a rule. */
  default String listName() {
    return targetName();
  }

  /** Appends the options as {@code iptables-save} prints them, each with a leading space. */
  void save(StringBuilder out);

  /** Appends what {@code iptables -nL} prints for it, with a leading space. */
  void list(StringBuilder out);

  /** What of the kernel's effect is not modelled, one sentence without full stop; empty if none. */
  default String note() {
    return "";
  }

  /**
   * Carries an extension's effect out; CONTINUE, ACCEPT, DROP, STOLEN or QUEUE. Only for {@link
   * Kind#EXTENSION}.
   */
  default int apply(TargetContext context) {
    throw new IllegalStateException(targetName() + " has no effect");
  }

  /** Whether {@link #apply} never returns CONTINUE. */
  default boolean terminal() {
    return false;
  }

  /** Fields that {@link #apply} may change for the rules behind it. */
  default Set<Field> writes() {
    return Set.of();
  }

  /**
   * Whether {@link #apply} does something that a later packet of the same flow must do again, such
   * as a log line. Changes to the packet's mark are not.
   */
  default boolean everyPacket() {
    return false;
  }
}
