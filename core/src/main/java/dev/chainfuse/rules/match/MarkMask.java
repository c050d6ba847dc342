package dev.chainfuse.rules.match;

import dev.chainfuse.packet.Field;
import dev.chainfuse.rules.Condition;
import dev.chainfuse.rules.Option;
import dev.chainfuse.rules.OptionValues;

/**
 * {@code [!] value/mask} of a mark. A value with bits outside the mask, which iptables takes,
 * equals no mark.
 */
public record MarkMask(int value, int mask, boolean inverted) {
  static final Option OPTION = Option.invertibleValue("mark");

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

  /** The same on a field. */
  Condition condition(Field field) {
    return Condition.inverted(Condition.bits(field, mask, value), inverted);
  }
}
