package dev.chainfuse.rules.match;

import dev.chainfuse.rules.OptionValues;
import dev.chainfuse.rules.RuleSyntaxException;
import dev.chainfuse.stateful.SetQuery;
import dev.chainfuse.stateful.SetQuery.Comparison;
import java.util.List;

/**
 * A set that a rule names, and what of the packet is looked up: {@code NAME src,dst}
 * (extensions/libxt_set.h).
 *
 * @param query the directions, and what else the rule asks
 */
public record SetReference(String set, SetQuery query) {
  /** IPSET_DIM_MAX, include/uapi/linux/netfilter/ipset/ip_set.h. */
  private static final int MOST_DIMENSIONS = 6;

  /** IPSET_MAXNAMELEN - 1. */
  private static final int LONGEST_NAME = 31;

  private static final String MEND = "write up to six of src and dst, such as src,dst";

  /**
   * The reference that an option with two values gives.
   *
   * @throws RuleSyntaxException if the set is unknown or the directions are not readable
   */
  public static SetReference parse(OptionValues values, String option) {
    List<String> words = values.values(option);
    String set = words.get(0);
    if (set.length() > LONGEST_NAME) {
      throw values.error(
          option, "setname '" + set + "' too long", "a set's name has at most 31 characters");
    }
    if (!values.hasSet(set)) {
      throw values.error(
          option,
          "Set " + set + " doesn't exist.",
          "put what 'ipset save' prints into a file ipset.save beside the rules");
    }
    String[] directions = words.get(1).split(",", -1);
    int sources = 0;
    for (int i = 0; i < directions.length && i < MOST_DIMENSIONS; i++) {
      // iptables compares three letters only.
      if (directions[i].startsWith("src")) {
        sources |= 1 << i;
      } else if (!directions[i].startsWith("dst")) {
        throw values.error(option, "'" + directions[i] + "' is neither src nor dst", MEND);
      }
    }
    if (directions.length > MOST_DIMENSIONS) {
      throw values.error(option, "there are more than 6 directions", MEND);
    }
    return new SetReference(set, SetQuery.plain(directions.length, sources));
  }

  /** The same set and directions with these flags of {@link SetQuery}. */
  public SetReference with(int flags, Comparison packets, Comparison bytes) {
    return new SetReference(
        set, new SetQuery(query.dimensions(), query.sources(), flags, packets, bytes));
  }

  /** Appends a space, {@code option}, the name and the directions. */
  public void append(StringBuilder out, String option) {
    out.append(' ').append(option).append(' ').append(set);
    for (int i = 0; i < query.dimensions(); i++) {
      out.append(i == 0 ? ' ' : ',').append(query.source(i) ? "src" : "dst");
    }
  }
}
