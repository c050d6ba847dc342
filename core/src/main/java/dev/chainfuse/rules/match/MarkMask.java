package dev.chainfuse.rules.match;

import dev.chainfuse.packet.Field;
import dev.chainfuse.packet.RangeSet;
import dev.chainfuse.rules.Condition;
import dev.chainfuse.rules.Match;
import dev.chainfuse.rules.Option;
import dev.chainfuse.rules.OptionValues;

/**
 * {@code [!] value/mask} of a mark. A value with bits outside the mask, which iptables takes,
 * equals no mark.
 */
public record MarkMask(int value, int mask, boolean inverted) {
  static final Option OPTION = Option.invertibleValue("mark");

  /** A set of values with more ranges than 2 to this is not spelt out. */
  private static final int MOST_FREE_BITS = 10;

  static MarkMask parse(OptionValues values) {
    String text = Module.required(values, "mark");
    int slash = text.indexOf('/');
    String value = slash < 0 ? text : text.substring(0, slash);
    return new MarkMask(
        (int) Numbers.require(values, "mark", value, 0, Numbers.MAX_32),
        slash < 0
            ? -1
            : (int) Numbers.require(values, "mark", text.substring(slash + 1), 0, Numbers.MAX_32),
        values.inverted("mark"));
  }

  void print(StringBuilder out) {
    out.append(" 0x").append(Integer.toHexString(value));
    if (mask != -1) {
      out.append("/0x").append(Integer.toHexString(mask));
    }
  }

  boolean matches(int mark) {
    return ((mark & mask) == value) != inverted;
  }

  /**
   * The same on a field. A mask such as 0x4000, with many free bits above, would take a range for
   * each of their combinations: then the match itself is asked.
   */
  Condition condition(Field field, Match match) {
    if ((value & ~mask) != 0) {
      return Condition.inverted(Condition.NEVER, inverted);
    }
    int lowestRun = mask == 0 ? 0 : -1 << Integer.numberOfTrailingZeros(mask);
    if (Integer.bitCount(~mask & lowestRun) > MOST_FREE_BITS) {
      return new Condition.Ask(match);
    }
    return Condition.inverted(Condition.in(field, RangeSet.masked(value, mask)), inverted);
  }
}
