package dev.chainfuse.rules.target;

import dev.chainfuse.rules.NumberText;
import dev.chainfuse.rules.OptionValues;

/**
 * The operation {@code mark = mark & ~mask ^ value} that MARK and CONNMARK share, with the five
 * ways to write it.
 */
record MarkValue(int value, int mask) {
  private static final long MAX = 0xffff_ffffL;

  /** The operation that one of the five options tells. */
  static MarkValue of(OptionValues values, String option) {
    return switch (option) {
      case "set-xmark" -> xset(values, option);
      case "set-mark" -> set(values, option);
      case "and-mark" -> new MarkValue(0, ~bits(values, option));
      case "or-mark" -> new MarkValue(bits(values, option), bits(values, option));
      case "xor-mark" -> new MarkValue(bits(values, option), 0);
      default -> throw new IllegalArgumentException(option);
    };
  }

  /** {@code --set-xmark value[/mask]}. */
  private static MarkValue xset(OptionValues values, String option) {
    String text = String.valueOf(values.value(option));
    int slash = text.indexOf('/');
    int value = number(values, option, slash < 0 ? text : text.substring(0, slash));
    return new MarkValue(value, slash < 0 ? -1 : number(values, option, text.substring(slash + 1)));
  }

  /** {@code --set-mark value[/mask]}: clears the bits of the value, too. */
  private static MarkValue set(OptionValues values, String option) {
    MarkValue xset = xset(values, option);
    return new MarkValue(xset.value, xset.mask | xset.value);
  }

  /** A 32-bit number alone. */
  static int bits(OptionValues values, String option) {
    return number(values, option, String.valueOf(values.value(option)));
  }

  private static int number(OptionValues values, String option, String text) {
    long number = NumberText.parse(text, MAX);
    if (number < 0) {
      throw values.error(
          option,
          "'" + text + "' is not a 32-bit number",
          "a number from 0 to 4294967295 or 0xffffffff");
    }
    return (int) number;
  }

  int applyTo(int mark) {
    return mark & ~mask ^ value;
  }

  void save(StringBuilder out) {
    out.append(" --set-xmark ").append(NumberText.hex(value));
    out.append('/').append(NumberText.hex(mask));
  }

  /** As {@code iptables -L} words it, the first form that fits. */
  void list(StringBuilder out) {
    if (value == 0) {
      out.append(" and ").append(NumberText.hex(~mask));
    } else if (value == mask) {
      out.append(" or ").append(NumberText.hex(value));
    } else if (mask == 0) {
      out.append(" xor ").append(NumberText.hex(value));
    } else if (mask == -1) {
      out.append(" set ").append(NumberText.hex(value));
    } else {
      out.append(" xset ").append(NumberText.hex(value)).append('/').append(NumberText.hex(mask));
    }
  }
}
