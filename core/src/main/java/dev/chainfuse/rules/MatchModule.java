package dev.chainfuse.rules;

import java.util.List;

/** A kind of match: its options and how they become a {@link Match}. Stateless. */
public interface MatchModule {
  /** The name after {@code -m}. */
  String name();

  List<Option> options();

  /** Makes the match. */
  Match parse(OptionValues values);

  /**
   * The protocols for which the module's options work without {@code -m}, as {@code -p tcp
   * --dport}; and which {@code -p} it needs.
   */
  default List<Integer> protocols() {
    return List.of();
  }
}
