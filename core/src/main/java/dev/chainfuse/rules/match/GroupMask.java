package dev.chainfuse.rules.match;

import dev.chainfuse.rules.Option;
import dev.chainfuse.rules.OptionValues;
import org.jspecify.annotations.Nullable;

/**
 * {@code [!] value[/mask]} of a number that iproute2 may have a name for; of the names only that of
 * 0 is known.
 */
record GroupMask(int value, int mask, boolean inverted) {
  static Option option(String name) {
    return Option.invertibleValue(name);
  }

  /** The option's value, null if it was not given; {@code zero} is the name of 0. */
  static @Nullable GroupMask parse(OptionValues values, String option, String zero) {
    String text = values.value(option);
    if (text == null) {
      return null;
    }
    boolean inverted = values.inverted(option);
    if (text.equals(zero)) {
      return new GroupMask(0, -1, inverted);
    }
    int slash = text.indexOf('/');
    return new GroupMask(
        number(values, option, slash < 0 ? text : text.substring(0, slash)),
        slash < 0 ? -1 : number(values, option, text.substring(slash + 1)),
        inverted);
  }

  private static int number(OptionValues values, String option, String text) {
    return (int) Numbers.require(values, option, text, 0, Numbers.MAX_32);
  }

  void save(StringBuilder out, String option, String zero) {
    out.append(inverted ? " ! --" : " --").append(option).append(' ');
    if (value == 0 && mask == -1) {
      out.append(zero);
    } else {
      appendNumbers(out);
    }
  }

  void list(StringBuilder out, String name) {
    out.append(inverted ? " ! " : " ").append(name).append(' ');
    appendNumbers(out);
  }

  private void appendNumbers(StringBuilder out) {
    out.append("0x").append(Integer.toHexString(value));
    if (mask != -1) {
      out.append("/0x").append(Integer.toHexString(mask));
    }
  }
}
