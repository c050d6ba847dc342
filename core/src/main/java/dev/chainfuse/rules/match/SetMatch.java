package dev.chainfuse.rules.match;

import dev.chainfuse.rules.Condition;
import dev.chainfuse.rules.HostFacts;
import dev.chainfuse.rules.Match;
import dev.chainfuse.rules.MatchContext;
import dev.chainfuse.rules.MatchModule;
import dev.chainfuse.rules.Option;
import dev.chainfuse.rules.OptionValues;
import dev.chainfuse.rules.RuleSyntaxException;
import dev.chainfuse.stateful.IpSet;
import dev.chainfuse.stateful.SetQuery;
import dev.chainfuse.stateful.SetQuery.Comparison;
import dev.chainfuse.stateful.SetQuery.Relation;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code -m set}: whether addresses and ports of the packet are in a set (net/netfilter/xt_set.c,
 * set_match_v4). It costs one look-up for each prefix length that occurs in the set, however many
 * elements it has.
 */
public record SetMatch(boolean inverted, SetReference reference) implements Match {
  public static final MatchModule MODULE =
      Module.of(
          "set",
          SetMatch::parse,
          new Option(List.of("match-set", "set"), true, true, 1),
          Option.flag("return-nomatch"),
          Option.invertibleFlag("update-counters"),
          Option.invertibleFlag("update-subcounters"),
          Option.invertibleValue("packets-eq"),
          Option.value("packets-lt"),
          Option.value("packets-gt"),
          Option.invertibleValue("bytes-eq"),
          Option.value("bytes-lt"),
          Option.value("bytes-gt"));

  private static SetMatch parse(OptionValues values) {
    if (!values.has("match-set")) {
      throw new RuleSyntaxException("", "match 'set' names no set", "add --match-set NAME src");
    }
    SetReference reference = SetReference.parse(values, "match-set");
    int flags = values.has("return-nomatch") ? SetQuery.RETURN_NOMATCH : 0;
    flags |= values.inverted("update-counters") ? SetQuery.KEEP_COUNTERS : 0;
    flags |= values.inverted("update-subcounters") ? SetQuery.KEEP_SUBCOUNTERS : 0;
    return new SetMatch(
        values.inverted("match-set"),
        reference.with(flags, comparison(values, "packets"), comparison(values, "bytes")));
  }

  private static Comparison comparison(OptionValues values, String counter) {
    Module.atMostOne(values, counter + "-eq", counter + "-lt", counter + "-gt");
    if (values.has(counter + "-eq")) {
      boolean not = values.inverted(counter + "-eq");
      return comparison(values, counter + "-eq", not ? Relation.UNEQUAL : Relation.EQUAL);
    }
    if (values.has(counter + "-lt")) {
      return comparison(values, counter + "-lt", Relation.LESS);
    }
    return values.has(counter + "-gt")
        ? comparison(values, counter + "-gt", Relation.GREATER)
        : Comparison.ANY;
  }

  private static Comparison comparison(OptionValues values, String option, Relation relation) {
    String text = values.value(option);
    return new Comparison(relation, counter(values, option, text == null ? "" : text));
  }

  /** Unsigned, 64 bits, in any base of strtoull. */
  private static long counter(OptionValues values, String option, String text) {
    int radix = 10;
    String digits = text;
    if (text.startsWith("0x") || text.startsWith("0X")) {
      radix = 16;
      digits = text.substring(2);
    } else if (text.length() > 1 && text.startsWith("0")) {
      radix = 8;
      digits = text.substring(1);
    }
    try {
      if (digits.startsWith("+") || digits.startsWith("-")) {
        throw new NumberFormatException(text);
      }
      return Long.parseUnsignedLong(digits, radix);
    } catch (NumberFormatException e) {
      throw values.error(
          option, "Cannot parse " + text + " as a counter value", "a number from 0 to 2^64 - 1");
    }
  }

  @Override
  public String name() {
    return "set";
  }

  @Override
  public void save(StringBuilder out) {
    write(out, "--");
  }

  @Override
  public void list(StringBuilder out) {
    write(out, "");
  }

  private void write(StringBuilder out, String dashes) {
    SetQuery query = reference.query();
    out.append(inverted ? " !" : "");
    reference.append(out, dashes + "match-set");
    if (query.has(SetQuery.RETURN_NOMATCH)) {
      out.append(' ').append(dashes).append("return-nomatch");
    }
    if (query.has(SetQuery.KEEP_COUNTERS)) {
      out.append(" ! ").append(dashes).append("update-counters");
    }
    if (query.has(SetQuery.KEEP_SUBCOUNTERS)) {
      out.append(" ! ").append(dashes).append("update-subcounters");
    }
    write(out, dashes + "packets", query.packets());
    write(out, dashes + "bytes", query.bytes());
  }

  private static void write(StringBuilder out, String counter, Comparison comparison) {
    String text =
        switch (comparison.relation()) {
          case ANY -> "";
          case EQUAL -> " " + counter + "-eq ";
          case UNEQUAL -> " ! " + counter + "-eq ";
          case LESS -> " " + counter + "-lt ";
          case GREATER -> " " + counter + "-gt ";
        };
    if (!text.isEmpty()) {
      out.append(text).append(Long.toUnsignedString(comparison.value()));
    }
  }

  @Override
  public boolean matches(MatchContext context) {
    IpSet set = set(context);
    context.unsteady |= !set.steady();
    return set.test(context.skb, reference.query(), context.sets.answer) != inverted;
  }

  private IpSet set(MatchContext context) {
    if (!(context.state instanceof Found found)) {
      return context.sets.get(reference.set());
    }
    IpSet set = found.set;
    if (set == null) {
      set = context.sets.get(reference.set());
      found.set = set;
    }
    return set;
  }

  /** The set, once it was looked up by its name. */
  private static final class Found {
    private @Nullable IpSet set;
  }

  @Override
  public Condition condition(HostFacts host) {
    return new Condition.Ask(this, true);
  }

  @Override
  public Object newState() {
    return new Found();
  }
}
