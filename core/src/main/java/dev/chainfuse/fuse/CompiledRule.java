package dev.chainfuse.fuse;

import dev.chainfuse.packet.Field;
import dev.chainfuse.rules.Condition;
import dev.chainfuse.rules.HostFacts;
import dev.chainfuse.rules.Match;
import dev.chainfuse.rules.Rule;
import dev.chainfuse.rules.Target;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A rule as the compiler sees it: a formula that classifiers can decide, and what has to be asked
 * of packets that meet it. Immutable.
 *
 * @param formula holds wherever the rule can match
 * @param askFrom index of the first match to be asked in order; {@link #ASK_NOTHING} if the formula
 *     says all; {@link #ASK_HEADER} if the header must be asked too
 * @param stateful whether what is asked may have state, or reads more than fields
 * @param conditions of the header and of all matches
 */
record CompiledRule(
    Rule rule, Formula formula, int askFrom, boolean stateful, List<Condition> conditions) {
  static final int ASK_NOTHING = -1;
  static final int ASK_HEADER = -2;

  static CompiledRule of(Rule rule, HostFacts host) {
    List<Condition> conditions = new ArrayList<>();
    conditions.add(rule.header().condition(host));
    for (Match match : rule.matches()) {
      conditions.add(match.condition(host));
    }
    boolean stateful = conditions.stream().anyMatch(CompiledRule::forThisPacketOnly);
    Formula formula = Formula.ALWAYS;
    int askFrom = ASK_NOTHING;
    for (int i = 0; i < conditions.size(); i++) {
      Condition condition = conditions.get(i);
      Formula all = and(formula, condition);
      if (all != null) {
        formula = all;
        continue;
      }
      if (askFrom == ASK_NOTHING) {
        askFrom = i == 0 ? ASK_HEADER : i - 1;
      }
      formula = narrowed(formula, condition);
      if (unsteady(condition)) {
        // It must be asked whatever the matches behind it say.
        break;
      }
    }
    return new CompiledRule(rule, formula, askFrom, stateful && askFrom != ASK_NOTHING, conditions);
  }

  /** Both; null if the condition is no formula, or it would be too large. */
  private static @Nullable Formula and(Formula formula, Condition condition) {
    Formula next = Formula.of(condition);
    return next == null ? null : formula.and(next);
  }

  /** What is known before a match is asked: those parts of its condition that are formulas. */
  private static Formula narrowed(Formula formula, Condition condition) {
    Formula known = formula;
    if (condition instanceof Condition.All all) {
      for (Condition part : all.parts()) {
        if (unsteady(part)) {
          break;
        }
        Formula narrower = and(known, part);
        known = narrower == null ? known : narrower;
      }
    }
    return known;
  }

  private static boolean unsteady(Condition condition) {
    if (condition instanceof Condition.All all) {
      return all.parts().stream().anyMatch(CompiledRule::unsteady);
    }
    if (condition instanceof Condition.Any any) {
      return any.parts().stream().anyMatch(CompiledRule::unsteady);
    }
    // What changes by itself is no better than state.
    return condition instanceof Condition.Ask
        || condition instanceof Condition.In in && in.field() == Field.CT_EXPIRE;
  }

  /** Whether the answer to one packet says nothing about the next of its flow. */
  private static boolean forThisPacketOnly(Condition condition) {
    if (condition instanceof Condition.All all) {
      return all.parts().stream().anyMatch(CompiledRule::forThisPacketOnly);
    }
    if (condition instanceof Condition.Any any) {
      return any.parts().stream().anyMatch(CompiledRule::forThisPacketOnly);
    }
    return condition instanceof Condition.Ask ask ? !ask.steady() : unsteady(condition);
  }

  /** Whether nothing behind it in its chain is reached by a packet that meets the formula. */
  boolean ends() {
    if (askFrom != ASK_NOTHING) {
      return false;
    }
    return switch (rule.target().kind()) {
      case ACCEPT, DROP, RETURN, GOTO -> true;
      case EXTENSION -> rule.target().terminal();
      case NONE, JUMP -> false;
    };
  }

  Target target() {
    return rule.target();
  }
}
