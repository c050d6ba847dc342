package dev.chainfuse.rules;

import java.util.List;

/**
 * An option of a match or target module.
 *
 * @param names long names without dashes, the usual one first, then aliases ({@code dport,
 *     destination-port})
 * @param argument whether a value follows
 * @param invertible whether {@code !} may stand before the option or before its value
 * @param extraArguments how many further values follow, such as 1 for {@code --tcp-flags MASK COMP}
 * @param repeatable may be given more than once; see {@link OptionValues#inOrder}
 */
public record Option(
    List<String> names,
    boolean argument,
    boolean invertible,
    int extraArguments,
    boolean repeatable) {
  public Option {
    names = List.copyOf(names);
  }

  /** An option that may be given once. */
  public Option(List<String> names, boolean argument, boolean invertible, int extraArguments) {
    this(names, argument, invertible, extraArguments, false);
  }

  /** The same option, but it may be given more than once. */
  public Option repeated() {
    return new Option(names, argument, invertible, extraArguments, true);
  }

  public String name() {
    return names.get(0);
  }

  /** An option with one value. */
  public static Option value(String... names) {
    return new Option(List.of(names), true, false, 0);
  }

  /** An option with one value that may be negated. */
  public static Option invertibleValue(String... names) {
    return new Option(List.of(names), true, true, 0);
  }

  /** An option without value. */
  public static Option flag(String... names) {
    return new Option(List.of(names), false, false, 0);
  }

  /** An option without value that may be negated. */
  public static Option invertibleFlag(String... names) {
    return new Option(List.of(names), false, true, 0);
  }
}
