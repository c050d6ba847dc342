package dev.chainfuse.rules;

import dev.chainfuse.packet.Field;
import dev.chainfuse.packet.RangeSet;
import java.util.ArrayList;
import java.util.List;

/**
 * When a match holds, as a formula over {@link Field}s: what a compiler of rules reads. It covers
 * packets that are not {@link dev.chainfuse.packet.Skb#irregular}; those are always interpreted.
 */
public sealed interface Condition {
  /** A masked value is spelt out as ranges up to 2 to this. */
  int MOST_FREE_BITS = 6;

  /** Holds for every packet. */
  static Condition always() {
    return Constants.ALWAYS;
  }

  /** Holds for none. */
  static Condition never() {
    return Constants.NEVER;
  }

  /**
   * Constants apart from the interface: its records could not be initialised without them
   * otherwise.
   */
  final class Constants {
    private static final Condition ALWAYS = new All(List.of());
    private static final Condition NEVER = new Any(List.of());

    private Constants() {}
  }

  /** The field's value lies in {@code values}. */
  record In(Field field, RangeSet values) implements Condition {}

  /**
   * {@code (field & mask) == value}, or not if {@code inverted}: for masks such as 0x4000/0x4000 of
   * a mark, which would take too many ranges. {@link #bits} makes one only where it has to.
   */
  record Bits(Field field, int mask, int value, boolean inverted) implements Condition {
    /** Whether a value of the field meets it. */
    public boolean holds(int fieldValue) {
      return ((fieldValue & mask) == value) != inverted;
    }
  }

  /** Every part holds; true if there is none. */
  record All(List<Condition> parts) implements Condition {
    public All {
      parts = List.copyOf(parts);
    }
  }

  /** Some part holds; false if there is none. */
  record Any(List<Condition> parts) implements Condition {
    public Any {
      parts = List.copyOf(parts);
    }
  }

  /**
   * Only {@link Match#matches} can tell: it reads more than fields, or has state. It is asked each
   * time, in rule order, when everything before it in its rule holds.
   *
   * @param steady whether the answer is the same for all packets of one direction of a flow until a
   *     set of the session changes, unless the match sets {@link MatchContext#unsteady}
   */
  record Ask(Match match, boolean steady) implements Condition {
    /** One that has to be asked about every packet. */
    public Ask(Match match) {
      this(match, false);
    }
  }

  /** {@code field} in {@code values}, simplified, with the values cut to the field's width. */
  static Condition in(Field field, RangeSet values) {
    RangeSet width = RangeSet.of(0, field.bits == 32 ? RangeSet.MAX : (1L << field.bits) - 1);
    RangeSet cut = values.intersect(width);
    if (cut.isEmpty()) {
      return never();
    }
    return cut.equals(width) ? always() : new In(field, cut);
  }

  /**
   * {@code (field & mask) == value}: as ranges if they are few. A value with bits outside the mask
   * equals no field.
   */
  static Condition bits(Field field, int mask, int value) {
    if ((value & ~mask) != 0) {
      return never();
    }
    // Bits above a narrow field are 0, not free.
    int fixed = field.bits == 32 ? mask : mask | -1 << field.bits;
    int lowestRun = fixed == 0 ? 0 : -1 << Integer.numberOfTrailingZeros(fixed);
    return Integer.bitCount(~fixed & lowestRun) > MOST_FREE_BITS
        ? new Bits(field, fixed, value, false)
        : in(field, RangeSet.masked(value, fixed));
  }

  /** All of them, flattened. */
  static Condition all(Condition... parts) {
    List<Condition> kept = new ArrayList<>();
    for (Condition part : parts) {
      if (part.equals(never())) {
        return never();
      }
      if (part instanceof All all) {
        kept.addAll(all.parts());
      } else {
        kept.add(part);
      }
    }
    return kept.size() == 1 ? kept.get(0) : new All(kept);
  }

  /** Any of them, flattened. */
  static Condition any(Condition... parts) {
    List<Condition> kept = new ArrayList<>();
    for (Condition part : parts) {
      if (part.equals(always())) {
        return always();
      }
      if (part instanceof Any any) {
        kept.addAll(any.parts());
      } else {
        kept.add(part);
      }
    }
    return kept.size() == 1 ? kept.get(0) : new Any(kept);
  }

  /**
   * The opposite.
   *
   * @throws IllegalArgumentException of an {@link Ask}: its match has to negate itself
   */
  default Condition not() {
    if (this instanceof In in) {
      return in(in.field(), in.values().complement());
    }
    if (this instanceof Bits bits) {
      return new Bits(bits.field(), bits.mask(), bits.value(), !bits.inverted());
    }
    if (this instanceof All all) {
      return any(all.parts().stream().map(Condition::not).toArray(Condition[]::new));
    }
    if (this instanceof Any any) {
      return all(any.parts().stream().map(Condition::not).toArray(Condition[]::new));
    }
    throw new IllegalArgumentException("cannot negate " + this);
  }

  /** {@code condition} or, if {@code inverted}, its opposite. */
  static Condition inverted(Condition condition, boolean inverted) {
    return inverted ? condition.not() : condition;
  }
}
