package dev.chainfuse;

import dev.chainfuse.packet.DropReason;
import dev.chainfuse.rules.SourcePosition;
import dev.chainfuse.rules.TableName;
import org.jspecify.annotations.Nullable;

/**
 * What decided a packet's fate: a rule, a chain's policy, or something that is neither.
 *
 * @param id the number in {@link PacketBatch#ruleId}
 * @param kind which of the three
 * @param table of the rule or policy; null for a reason
 * @param chain of the rule or policy; empty for a reason
 * @param index of the rule in its chain, from 1; 0 for a policy or reason
 * @param position where the rule was written
 * @param reason NONE, or why the packet ended
 */
public record Decision(
    int id,
    Kind kind,
    @Nullable TableName table,
    String chain,
    int index,
    SourcePosition position,
    DropReason reason) {
  /** What a decision rests on. */
  public enum Kind {
    /** A rule of a chain. */
    RULE,
    /** A built-in chain's policy. */
    POLICY,
    /** No rule: one of the drop reasons, or none. */
    REASON
  }

  /** {@code filter DOCKER rule 1 (rules.v4:23)}, {@code filter FORWARD policy}, or the reason. */
  @Override
  public String toString() {
    return switch (kind) {
      case RULE -> tableText() + " " + chain + " rule " + index + where();
      case POLICY -> tableText() + " " + chain + " policy";
      case REASON -> reason.text();
    };
  }

  private String tableText() {
    return table == null ? "" : table.text();
  }

  private String where() {
    return position.line() == 0 ? "" : " (" + position + ")";
  }
}
