package dev.chainfuse.rules.match;

import dev.chainfuse.packet.Field;
import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.packet.RangeSet;
import dev.chainfuse.packet.Skb;
import dev.chainfuse.rules.Condition;
import dev.chainfuse.rules.HostFacts;
import dev.chainfuse.rules.Match;
import dev.chainfuse.rules.MatchContext;
import dev.chainfuse.rules.MatchModule;
import dev.chainfuse.rules.Option;
import dev.chainfuse.rules.OptionValues;

/**
 * {@code -m ecn}: explicit congestion notification (net/netfilter/xt_ecn.c, ecn_mt4). Of a later
 * fragment it reads payload as if it were a TCP header.
 *
 * @param ect the lower two bits of the type of service; -1 if not asked for
 */
public record EcnMatch(Flag ece, Flag cwr, int ect, boolean ectInverted) implements Match {
  /** What is asked of a TCP flag. */
  public enum Flag {
    ANY,
    SET,
    CLEAR;

    private static Flag of(OptionValues values, String option) {
      return values.has(option) ? values.inverted(option) ? CLEAR : SET : ANY;
    }

    private boolean holds(boolean set) {
      return this == ANY || set == (this == SET);
    }
  }

  private static final int HEADER = 20;
  private static final int MOST_ECT = 3;
  private static final int ECE = 0x40;
  private static final int CWR = 0x80;

  public static final MatchModule MODULE =
      Module.of(
          "ecn",
          EcnMatch::parse,
          Option.invertibleFlag("ecn-tcp-cwr"),
          Option.invertibleFlag("ecn-tcp-ece"),
          Option.invertibleValue("ecn-ip-ect"));

  private static EcnMatch parse(OptionValues values) {
    Module.atLeastOne(values, "ecn", "ecn-tcp-cwr", "ecn-tcp-ece", "ecn-ip-ect");
    for (String option : new String[] {"ecn-tcp-cwr", "ecn-tcp-ece"}) {
      if (values.has(option) && !values.header().isFor(Ipv4.TCP)) {
        throw values.error(option, "'--" + option + "' is for TCP only", "write '-p tcp' with it");
      }
    }
    String ect = values.value("ecn-ip-ect");
    return new EcnMatch(
        Flag.of(values, "ecn-tcp-ece"),
        Flag.of(values, "ecn-tcp-cwr"),
        ect == null ? -1 : (int) Numbers.require(values, "ecn-ip-ect", ect, 0, MOST_ECT),
        values.inverted("ecn-ip-ect"));
  }

  @Override
  public String name() {
    return "ecn";
  }

  @Override
  public void save(StringBuilder out) {
    save(out, ece, "--ecn-tcp-ece");
    save(out, cwr, "--ecn-tcp-cwr");
    if (ect >= 0) {
      out.append(ectInverted ? " !" : "").append(" --ecn-ip-ect ").append(ect);
    }
  }

  private static void save(StringBuilder out, Flag flag, String option) {
    if (flag != Flag.ANY) {
      out.append(flag == Flag.CLEAR ? " ! " : " ").append(option);
    }
  }

  @Override
  public void list(StringBuilder out) {
    out.append(" ECN match");
    list(out, ece, "ECE");
    list(out, cwr, "CWR");
    if (ect >= 0) {
      out.append(ectInverted ? " !" : " ").append("ECT=").append(ect);
    }
  }

  private static void list(StringBuilder out, Flag flag, String text) {
    if (flag != Flag.ANY) {
      out.append(flag == Flag.CLEAR ? " !" : " ").append(text);
    }
  }

  private boolean asksTcp() {
    return ece != Flag.ANY || cwr != Flag.ANY;
  }

  @Override
  public boolean matches(MatchContext context) {
    Skb skb = context.skb;
    if (ect >= 0 && ((skb.tos & MOST_ECT) == ect) == ectInverted) {
      return false;
    }
    if (!asksTcp()) {
      return true;
    }
    if (skb.end - skb.transport < HEADER) {
      return false;
    }
    int flags = TransportHeader.byteAt(skb, 13);
    return ece.holds((flags & ECE) != 0) && cwr.holds((flags & CWR) != 0);
  }

  @Override
  public Condition condition(HostFacts host) {
    RangeSet codes = RangeSet.masked(Math.max(ect, 0), 3 | ~0xff);
    return Condition.all(
        ect < 0
            ? Condition.always()
            : Condition.inverted(Condition.in(Field.TOS, codes), ectInverted),
        flag(ece, ECE),
        flag(cwr, CWR));
  }

  private static Condition flag(Flag flag, int bit) {
    Condition set = Condition.in(Field.TCP_FLAGS, RangeSet.masked(bit, bit | ~0xff));
    return switch (flag) {
      case ANY -> Condition.always();
      case SET -> set;
      case CLEAR -> set.not();
    };
  }
}
