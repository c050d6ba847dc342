package dev.chainfuse.fuse;

import dev.chainfuse.packet.Field;
import dev.chainfuse.rules.Condition;
import dev.chainfuse.rules.HeaderMatch;
import dev.chainfuse.rules.HostFacts;
import dev.chainfuse.rules.Match;
import dev.chainfuse.rules.Rule;
import dev.chainfuse.rules.Target;
import java.util.ArrayList;
import java.util.List;

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

  /** The most ranges that an address with a non-contiguous mask is turned into. */
  private static final int MOST_FREE_BITS = 6;

  static CompiledRule of(Rule rule, HostFacts host) {
    List<Condition> conditions = new ArrayList<>();
    HeaderMatch narrow = withoutScatteredMasks(rule.header());
    Condition header = narrow.condition(host);
    conditions.add(header);
    for (Match match : rule.matches()) {
      conditions.add(match.condition(host));
    }
    boolean stateful = conditions.stream().anyMatch(CompiledRule::unsteady);
    Formula formula = Formula.of(header);
    if (formula == null || !narrow.equals(rule.header())) {
      Formula known = formula == null ? Formula.ALWAYS : formula;
      return new CompiledRule(rule, known, ASK_HEADER, stateful, conditions);
    }
    for (int i = 0; i < rule.matches().size(); i++) {
      Condition condition = conditions.get(i + 1);
      Formula next = Formula.of(condition);
      Formula both = next == null ? null : formula.and(next);
      if (both == null) {
        return new CompiledRule(rule, narrowed(formula, condition), i, stateful, conditions);
      }
      formula = both;
    }
    return new CompiledRule(rule, formula, ASK_NOTHING, false, conditions);
  }

  /** What is known before a match is asked: the leading parts of its condition hold, too. */
  private static Formula narrowed(Formula formula, Condition condition) {
    Formula known = formula;
    if (condition instanceof Condition.All all) {
      for (Condition part : all.parts()) {
        Formula next = Formula.of(part);
        Formula both = next == null ? null : known.and(next);
        if (both == null) {
          return known;
        }
        known = both;
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

  private static HeaderMatch withoutScatteredMasks(HeaderMatch header) {
    if (!scattered(header.source()) && !scattered(header.destination())) {
      return header;
    }
    return new HeaderMatch(
        scattered(header.source()) ? HeaderMatch.Address.ANY : header.source(),
        scattered(header.destination()) ? HeaderMatch.Address.ANY : header.destination(),
        header.in(),
        header.out(),
        header.protocol(),
        header.protocolInverted(),
        header.fragment());
  }

  private static boolean scattered(HeaderMatch.Address address) {
    int mask = address.mask();
    int low = mask == 0 ? 0 : -1 << Integer.numberOfTrailingZeros(mask);
    return Integer.bitCount(low & ~mask) > MOST_FREE_BITS;
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
