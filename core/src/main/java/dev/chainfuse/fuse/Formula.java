package dev.chainfuse.fuse;

import dev.chainfuse.packet.Field;
import dev.chainfuse.rules.Condition;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A condition on fields in disjunctive normal form: it holds where some conjunct holds. Immutable.
 *
 * @param conjuncts none: it never holds
 */
record Formula(List<Conjunct> conjuncts) {
  /** The most boxes that a rule may consist of; a rule beyond is interpreted. */
  static final int MOST_BOXES = 256;

  static final Formula ALWAYS = new Formula(List.of(Conjunct.ALWAYS));
  static final Formula NEVER = new Formula(List.of());

  Formula {
    conjuncts = List.copyOf(conjuncts);
  }

  /** The condition's formula; null if some part has to be asked or it is too large. */
  static @Nullable Formula of(Condition condition) {
    if (condition instanceof Condition.In in) {
      return new Formula(List.of(Conjunct.of(in.field(), in.values()))).bounded();
    }
    if (condition instanceof Condition.All all) {
      Formula formula = ALWAYS;
      for (Condition part : all.parts()) {
        Formula next = of(part);
        formula = next == null ? null : formula.and(next);
        if (formula == null) {
          return null;
        }
      }
      return formula;
    }
    if (condition instanceof Condition.Any any) {
      Formula formula = NEVER;
      for (Condition part : any.parts()) {
        Formula next = of(part);
        formula = next == null ? null : formula.or(next);
        if (formula == null) {
          return null;
        }
      }
      return formula;
    }
    return null;
  }

  /** Both; null if that is too large. */
  @Nullable Formula and(Formula other) {
    List<Conjunct> both = new ArrayList<>();
    for (Conjunct left : conjuncts) {
      for (Conjunct right : other.conjuncts) {
        Conjunct met = left.and(right);
        if (met != null) {
          both.add(met);
        }
      }
    }
    return new Formula(both).bounded();
  }

  private @Nullable Formula or(Formula other) {
    List<Conjunct> either = new ArrayList<>(conjuncts);
    for (Conjunct next : other.conjuncts) {
      Conjunct joined = either.isEmpty() ? null : either.get(either.size() - 1).joined(next);
      if (joined == null) {
        either.add(next);
      } else {
        either.set(either.size() - 1, joined);
      }
    }
    return new Formula(either).bounded();
  }

  private @Nullable Formula bounded() {
    return boxes() <= MOST_BOXES ? this : null;
  }

  /** How many boxes it takes. */
  long boxes() {
    long boxes = 0;
    for (Conjunct conjunct : conjuncts) {
      boxes += conjunct.boxes();
    }
    return boxes;
  }

  /** The fields it reads, as bits by {@link Field#ordinal}. */
  long fields() {
    long fields = 0;
    for (Conjunct conjunct : conjuncts) {
      fields |= FieldMask.of(conjunct.sets().keySet());
    }
    return fields;
  }
}
