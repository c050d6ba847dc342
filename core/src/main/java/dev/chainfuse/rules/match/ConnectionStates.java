package dev.chainfuse.rules.match;

import dev.chainfuse.packet.ConnectionFacts;
import dev.chainfuse.packet.Field;
import dev.chainfuse.packet.RangeSet;
import dev.chainfuse.packet.Skb;
import dev.chainfuse.rules.Condition;
import dev.chainfuse.rules.OptionValues;
import java.util.List;
import java.util.Locale;

/**
 * What {@code --ctstate} and {@code --state} ask of a packet.
 *
 * @param mask {@code STATE_} bits of {@link Skb}; the packet has to have one of them
 */
public record ConnectionStates(int mask, boolean inverted) {
  private record State(String name, int bit) {}

  /** In the order in which iptables prints them. */
  private static final List<State> PRINTED =
      List.of(
          new State("INVALID", Skb.STATE_INVALID),
          new State("NEW", Skb.STATE_NEW),
          new State("RELATED", Skb.STATE_RELATED),
          new State("ESTABLISHED", Skb.STATE_ESTABLISHED),
          new State("UNTRACKED", Skb.STATE_UNTRACKED),
          new State("SNAT", Skb.STATE_SNAT),
          new State("DNAT", Skb.STATE_DNAT));

  /** Those that {@code --state} knows: the first so many of {@link #PRINTED}. */
  private static final int PLAIN_STATES = 5;

  /** The states that a packet can be in, before SNAT and DNAT are added. */
  private static final int[] TRACKED = {Skb.STATE_ESTABLISHED, Skb.STATE_RELATED, Skb.STATE_NEW};

  private static final int[] NAT = {
    0, Skb.STATE_SNAT, Skb.STATE_DNAT, Skb.STATE_SNAT | Skb.STATE_DNAT
  };

  /** Reads a list of states; any beginning of a word counts, in either case. */
  static ConnectionStates parse(OptionValues values, String option, boolean nat) {
    List<State> known = nat ? PRINTED : PRINTED.subList(0, PLAIN_STATES);
    int mask = 0;
    for (String word : Module.required(values, option).split(",", -1)) {
      mask |= bit(values, option, word, known);
    }
    return new ConnectionStates(mask, values.inverted(option));
  }

  private static int bit(OptionValues values, String option, String word, List<State> known) {
    String start = word.toUpperCase(Locale.ROOT);
    for (State state : known) {
      if (!start.isEmpty() && state.name.startsWith(start)) {
        return state.bit;
      }
    }
    throw values.error(
        option,
        "'" + word + "' is not a connection state",
        "write a list of "
            + String.join(",", known.stream().map(State::name).toList())
            + " without spaces");
  }

  /** Appends {@code [!] NAME STATE,STATE}, with a leading space. */
  void print(StringBuilder out, String name) {
    out.append(inverted ? " ! " : " ").append(name);
    char separator = ' ';
    for (State state : PRINTED) {
      if ((mask & state.bit) != 0) {
        out.append(separator).append(state.name);
        separator = ',';
      }
    }
  }

  /**
   * As net/netfilter/xt_conntrack.c conntrack_mt sees the packet. Without SNAT and DNAT in the mask
   * this is what net/netfilter/xt_state.c sees too.
   */
  boolean matches(Skb skb) {
    int state;
    if (skb.flow >= 0) {
      state =
          switch (skb.connectionInfo) {
            case Skb.CT_ESTABLISHED, Skb.CT_ESTABLISHED_REPLY -> Skb.STATE_ESTABLISHED;
            case Skb.CT_RELATED, Skb.CT_RELATED_REPLY -> Skb.STATE_RELATED;
            default -> Skb.STATE_NEW;
          };
      int status = skb.connections.status(skb.flow);
      if ((status & ConnectionFacts.STATUS_SRC_NAT) != 0) {
        state |= Skb.STATE_SNAT;
      }
      if ((status & ConnectionFacts.STATUS_DST_NAT) != 0) {
        state |= Skb.STATE_DNAT;
      }
    } else if (skb.connectionInfo == Skb.CT_UNTRACKED) {
      state = Skb.STATE_UNTRACKED;
    } else {
      state = Skb.STATE_INVALID;
    }
    return ((state & mask) != 0) != inverted;
  }

  /** The same on {@link Field#CT_STATE}, over the values that a packet can have. */
  Condition condition() {
    RangeSet set = RangeSet.EMPTY;
    for (int state : TRACKED) {
      for (int nat : NAT) {
        set = with(set, state | nat);
      }
    }
    return Condition.in(Field.CT_STATE, with(with(set, Skb.STATE_INVALID), Skb.STATE_UNTRACKED));
  }

  private RangeSet with(RangeSet set, int state) {
    return ((state & mask) != 0) != inverted ? set.union(RangeSet.of(state)) : set;
  }
}
