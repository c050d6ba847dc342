package dev.chainfuse.rules;

import java.util.List;

/**
 * A rule: it counts and its target applies when the header matches and then every match does, asked
 * in order.
 *
 * @param header what {@code -s -d -i -o -p -f} say
 * @param matches what {@code -m} says, in order
 * @param target {@code -j} or {@code -g}; {@link StandardTarget#NONE} without one
 * @param counters as loaded; zero unless the text gave some
 * @param position where it was written
 */
public record Rule(
    HeaderMatch header,
    List<Match> matches,
    Target target,
    Counters counters,
    SourcePosition position) {
  public Rule {
    matches = List.copyOf(matches);
  }
}
