package dev.chainfuse.rules;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The options given to one match or target of one rule, as the reader found them: each known, with
 * as many values as declared, negated only where allowed, none twice unless it may be.
 */
public interface OptionValues {
  /** Whether the option (by its usual name) was given. */
  boolean has(String option);

  /** Whether it was given with {@code !}. */
  boolean inverted(String option);

  /** Its value; null if it was not given. */
  @Nullable String value(String option);

  /** All its values, for options with more than one; empty if it was not given. */
  List<String> values(String option);

  /** Usual names of the options given, in the order of the text. */
  default List<String> given() {
    return inOrder().stream().map(Given::option).toList();
  }

  /** Every option given, in the order of the text. */
  List<Given> inOrder();

  /**
   * An option as it was given.
   *
   * @param option its usual name
   */
  record Given(String option, boolean inverted, List<String> values) {
    public Given {
      values = List.copyOf(values);
    }

    /** Its first value; empty if it takes none. */
    public String value() {
      return values.isEmpty() ? "" : values.get(0);
    }
  }

  /** The rule's {@code -p} and the rest of its header. */
  HeaderMatch header();

  /** The rule's matches, for a target; empty for a match. */
  default List<Match> matches() {
    return List.of();
  }

  /** The table that the rule is in. */
  TableName table();

  /**
   * The built-in chains from which the rule's chain can be reached; empty while that is unknown.
   */
  Set<Hook> hooks();

  /** Whether an IP set of that name is there. */
  default boolean hasSet(String name) {
    return false;
  }

  /**
   * An error about an option (its usual name), to be thrown: the reader adds file, line, column and
   * text.
   *
   * @param problem what is wrong, in a sentence without full stop
   * @param mend what to write instead; empty if the problem says it
   */
  RuleSyntaxException error(String option, String problem, String mend);
}
