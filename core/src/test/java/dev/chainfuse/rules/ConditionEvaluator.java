package dev.chainfuse.rules;

/** Evaluates a {@link Condition} as its Javadoc tells it, the slow and obvious way. */
public final class ConditionEvaluator {
  private ConditionEvaluator() {}

  /** Whether the condition holds for the context's packet; parts are asked in order. */
  public static boolean holds(Condition condition, MatchContext context) {
    if (condition instanceof Condition.In in) {
      return in.values().containsInt(context.skb.field(in.field()));
    }
    if (condition instanceof Condition.Bits bits) {
      return bits.holds(context.skb.field(bits.field()));
    }
    if (condition instanceof Condition.All all) {
      for (Condition part : all.parts()) {
        if (!holds(part, context)) {
          return false;
        }
      }
      return true;
    }
    if (condition instanceof Condition.Any any) {
      for (Condition part : any.parts()) {
        if (holds(part, context)) {
          return true;
        }
      }
      return false;
    }
    return ((Condition.Ask) condition).match().matches(context);
  }
}
