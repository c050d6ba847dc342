package dev.chainfuse.rules.match;

import dev.chainfuse.packet.Field;
import dev.chainfuse.packet.RangeSet;
import dev.chainfuse.packet.Skb;
import dev.chainfuse.rules.Condition;
import dev.chainfuse.rules.HeaderMatch.Interface;
import dev.chainfuse.rules.Hook;
import dev.chainfuse.rules.HostFacts;
import dev.chainfuse.rules.Match;
import dev.chainfuse.rules.MatchContext;
import dev.chainfuse.rules.MatchModule;
import dev.chainfuse.rules.Option;
import dev.chainfuse.rules.OptionValues;
import org.jspecify.annotations.Nullable;

/**
 * {@code -m physdev}: the bridge ports of a frame (net/netfilter/xt_physdev.c, physdev_mt). A port
 * of exit is known for bridged frames in FORWARD and POSTROUTING only, and there {@code
 * --physdev-is-bridged} and {@code --physdev-is-out} are the same.
 *
 * @param in pattern of the port of entry; null if not asked for
 * @param out pattern of the port of exit; null if not asked for
 */
public record PhysdevMatch(
    Asked isIn, @Nullable Interface in, Asked isOut, @Nullable Interface out, Asked isBridged)
    implements Match {
  private static final int LONGEST_NAME = 15;

  /** Whether an option without value is given. */
  public enum Asked {
    NO,
    YES,
    INVERTED;

    /** Whether the option, if it is given, holds for {@code fact}. */
    boolean holds(boolean fact) {
      return this == NO || fact == (this == YES);
    }
  }

  public static final MatchModule MODULE =
      Module.of(
          "physdev",
          PhysdevMatch::parse,
          Option.invertibleValue("physdev-in"),
          Option.invertibleValue("physdev-out"),
          Option.invertibleFlag("physdev-is-in"),
          Option.invertibleFlag("physdev-is-out"),
          Option.invertibleFlag("physdev-is-bridged"));

  private static PhysdevMatch parse(OptionValues values) {
    if (values.given().isEmpty()) {
      Module.atLeastOne(values, "physdev", "physdev-in", "physdev-out", "physdev-is-bridged");
    }
    PhysdevMatch match =
        new PhysdevMatch(
            asked(values, "physdev-is-in"),
            pattern(values, "physdev-in"),
            asked(values, "physdev-is-out"),
            pattern(values, "physdev-out"),
            asked(values, "physdev-is-bridged"));
    boolean exit = match.out != null || match.isOut != Asked.NO;
    if (exit && match.isBridged != Asked.YES && values.hooks().contains(Hook.OUTPUT)) {
      throw values.error(
          match.out != null ? "physdev-out" : "physdev-is-out",
          "the port of exit is not known in OUTPUT",
          "use it in FORWARD or POSTROUTING, for bridged frames");
    }
    return match;
  }

  private static Asked asked(OptionValues values, String option) {
    if (!values.has(option)) {
      return Asked.NO;
    }
    return values.inverted(option) ? Asked.INVERTED : Asked.YES;
  }

  private static @Nullable Interface pattern(OptionValues values, String option) {
    String text = values.value(option);
    if (text == null) {
      return null;
    }
    if (text.isEmpty() || text.length() > LONGEST_NAME || text.indexOf(' ') >= 0) {
      throw values.error(
          option,
          "'" + text + "' is not a name of an interface",
          "write 1 to " + LONGEST_NAME + " characters without blanks; + at the end is any rest");
    }
    return new Interface(text, values.inverted(option));
  }

  @Override
  public String name() {
    return "physdev";
  }

  @Override
  public void save(StringBuilder text) {
    print(text, isIn, "--physdev-is-in");
    print(text, in, "--physdev-in");
    print(text, isOut, "--physdev-is-out");
    print(text, out, "--physdev-out");
    print(text, isBridged, "--physdev-is-bridged");
  }

  @Override
  public void list(StringBuilder text) {
    text.append(" PHYSDEV match");
    save(text);
  }

  private static void print(StringBuilder text, Asked asked, String option) {
    if (asked != Asked.NO) {
      text.append(asked == Asked.INVERTED ? " ! " : " ").append(option);
    }
  }

  private static void print(StringBuilder text, @Nullable Interface pattern, String option) {
    if (pattern != null) {
      text.append(pattern.inverted() ? " ! " : " ").append(option);
      text.append(' ').append(pattern.pattern());
    }
  }

  @Override
  public boolean matches(MatchContext context) {
    Skb skb = context.skb;
    if (skb.physicalIn == Skb.NO_INTERFACE) {
      return matchesUnbridged();
    }
    boolean exitKnown = skb.physicalOut != Skb.NO_INTERFACE;
    if (!isBridged.holds(exitKnown) || !isIn.holds(true) || !isOut.holds(exitKnown)) {
      return false;
    }
    if (in != null && !in.matches(context.host.interfaceName(skb.physicalIn))) {
      return false;
    }
    // Without a port of exit not even an inverted name matches.
    return out == null || (exitKnown && out.matches(context.host.interfaceName(skb.physicalOut)));
  }

  /** For a packet that no bridge port received: holds if every option given is inverted. */
  private boolean matchesUnbridged() {
    return isBridged.holds(false)
        && isIn.holds(false)
        && isOut.holds(false)
        && (in == null || in.inverted())
        && (out == null || out.inverted());
  }

  @Override
  public Condition condition(HostFacts host) {
    Condition entered = Condition.in(Field.PHYSDEV_IN, RangeSet.of(0)).not();
    Condition exitKnown = Condition.in(Field.PHYSDEV_OUT, RangeSet.of(0)).not();
    Condition bridged =
        Condition.all(
            entered,
            condition(isBridged, exitKnown),
            condition(isIn, Condition.always()),
            condition(isOut, exitKnown),
            in == null ? Condition.always() : in.condition(Field.PHYSDEV_IN, host),
            out == null
                ? Condition.always()
                : Condition.all(exitKnown, out.condition(Field.PHYSDEV_OUT, host)));
    return matchesUnbridged() ? Condition.any(entered.not(), bridged) : bridged;
  }

  private static Condition condition(Asked asked, Condition fact) {
    return asked == Asked.NO
        ? Condition.always()
        : Condition.inverted(fact, asked == Asked.INVERTED);
  }
}
