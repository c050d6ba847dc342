package dev.chainfuse.rules.text;

import dev.chainfuse.rules.RuleSet;
import java.util.List;

/**
 * What was read.
 *
 * @param skipped what was left out: with {@link RuleReader#readLeniently} everything that is wrong;
 *     in any case rules marked {@code -6}, which iptables-restore leaves to ip6tables-restore
 * @param notes what a reader of the result should know, such as what a listing does not tell
 */
public record ReadResult(RuleSet rules, List<Problem> skipped, List<Problem> notes) {
  public ReadResult {
    skipped = List.copyOf(skipped);
    notes = List.copyOf(notes);
  }
}
