package dev.chainfuse.path;

import dev.chainfuse.packet.Action;
import dev.chainfuse.packet.DropReason;
import dev.chainfuse.packet.FrameColumns;
import dev.chainfuse.rules.Hook;

/**
 * What becomes of the packet in hand. A flooded packet has several fates; the strongest is
 * reported: delivered, then forwarded, bridged, held, and only then any way of ending.
 */
final class Outcome {
  /** No rule or policy decided. */
  static final int NO_RULE = Integer.MIN_VALUE;

  int action;
  int reason;

  /** {@code >= 0} a rule's number, {@code < 0} -1 - a policy's number, or {@link #NO_RULE}. */
  int decidedBy;

  /** The hook at which {@link #decidedBy} decided. */
  Hook hook = Hook.PREROUTING;

  int egress;
  int length;

  /** Frames that left before the packet's own. */
  int framesBefore;

  private int rank;

  void begin(int frameLength) {
    action = Action.DROPPED.ordinal();
    reason = DropReason.NONE.ordinal();
    decidedBy = NO_RULE;
    egress = FrameColumns.NO_EGRESS;
    length = frameLength;
    framesBefore = 0;
    rank = -1;
  }

  /** Notes a fate that is no drop. */
  void reached(Action fate, int rule, Hook at) {
    note(fate, DropReason.NONE, rule, at);
  }

  /** Notes an end. */
  void ended(Action fate, DropReason why, int rule, Hook at) {
    note(fate, why, rule, at);
  }

  private void note(Action fate, DropReason why, int rule, Hook at) {
    int strength = strength(fate);
    if (strength > rank) {
      rank = strength;
      action = fate.ordinal();
      reason = why.ordinal();
      decidedBy = rule;
      hook = at;
    }
  }

  private static int strength(Action fate) {
    return switch (fate) {
      case LOCAL -> 8;
      case FORWARDED -> 7;
      case BRIDGED -> 6;
      case HELD -> 5;
      case QUEUED -> 4;
      case REJECTED -> 3;
      case CONSUMED -> 2;
      case DROPPED -> 1;
      case INVALID_FRAME -> 0;
    };
  }

  boolean decided() {
    return rank >= 0;
  }
}
