package dev.chainfuse.fuse;

import dev.chainfuse.packet.Field;
import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.packet.RangeSet;
import dev.chainfuse.packet.Skb;
import dev.chainfuse.rules.Condition;
import dev.chainfuse.rules.HostFacts;
import dev.chainfuse.rules.Match;
import dev.chainfuse.rules.MatchContext;
import java.util.List;

/** Matches of every sort that a compiler has to treat apart, with nothing but that sort. */
sealed interface TestMatch extends Match {
  @Override
  default String name() {
    return "test";
  }

  @Override
  default void save(StringBuilder out) {
    out.append(' ').append(this);
  }

  @Override
  default void list(StringBuilder out) {
    save(out);
  }

  /** A field lies in a set. */
  record Is(Field field, RangeSet values) implements TestMatch {
    @Override
    public boolean matches(MatchContext context) {
      return values.containsInt(context.skb.field(field));
    }

    @Override
    public Condition condition(HostFacts host) {
      return Condition.in(field, values);
    }
  }

  /** One of two fields lies in a set. */
  record Either(Field first, Field second, RangeSet values) implements TestMatch {
    @Override
    public boolean matches(MatchContext context) {
      return values.containsInt(context.skb.field(first))
          || values.containsInt(context.skb.field(second));
    }

    @Override
    public Condition condition(HostFacts host) {
      return Condition.any(Condition.in(first, values), Condition.in(second, values));
    }
  }

  /** A TCP or UDP port as {@code -m tcp} reads it: drops packets whose header is cut short. */
  record Port(int protocol, Field field, RangeSet values, boolean inverted) implements TestMatch {
    @Override
    public boolean matches(MatchContext context) {
      Skb skb = context.skb;
      if (skb.protocol != protocol) {
        return false;
      }
      int offset = skb.fragmentWord & Ipv4.OFFSET_MASK;
      if (offset != 0) {
        context.hotDrop = offset == 1 && protocol == Ipv4.TCP;
        return false;
      }
      if (skb.irregular) {
        context.hotDrop = true;
        return false;
      }
      return values.containsInt(skb.field(field)) != inverted;
    }

    @Override
    public Condition condition(HostFacts host) {
      return Condition.all(
          Condition.in(Field.PROTOCOL, RangeSet.of(protocol)),
          Condition.in(Field.LATER_FRAGMENT, RangeSet.of(0)),
          Condition.inverted(Condition.in(field, values), inverted));
    }
  }

  /** Matches packets 0, n, 2n, ... of those that reach it. */
  record EveryNth(int n) implements TestMatch {
    @Override
    public boolean matches(MatchContext context) {
      if (!(context.state instanceof int[] count)) {
        throw new IllegalStateException("no state");
      }
      return count[0]++ % n == 0;
    }

    @Override
    public Condition condition(HostFacts host) {
      return new Condition.Ask(this);
    }

    @Override
    public Object newState() {
      return new int[1];
    }
  }

  /** As {@link EveryNth}, of TCP packets only, whatever {@code -p} says. */
  record EveryNthTcp(int n) implements TestMatch {
    @Override
    public boolean matches(MatchContext context) {
      if (!(context.state instanceof int[] count)) {
        throw new IllegalStateException("no state");
      }
      return context.skb.protocol == Ipv4.TCP && count[0]++ % n == 0;
    }

    @Override
    public Condition condition(HostFacts host) {
      return Condition.all(
          Condition.in(Field.PROTOCOL, RangeSet.of(Ipv4.TCP)), new Condition.Ask(this));
    }

    @Override
    public Object newState() {
      return new int[1];
    }
  }

  /** Draws. */
  record Chance(double probability) implements TestMatch {
    @Override
    public boolean matches(MatchContext context) {
      return context.random.nextDouble() < probability;
    }

    @Override
    public Condition condition(HostFacts host) {
      return new Condition.Ask(this);
    }
  }

  /** Hotdrops every packet with that TTL, for no reason but to test it. */
  record DropsTtl(int ttl) implements TestMatch {
    @Override
    public boolean matches(MatchContext context) {
      context.hotDrop = context.skb.ttl == ttl;
      return !context.hotDrop;
    }

    @Override
    public Condition condition(HostFacts host) {
      return new Condition.Ask(this);
    }
  }

  /** A formula of so many boxes that a compiler should not write it out: odd ports on odd hosts. */
  record Odd() implements TestMatch {
    private static final int COUNT = 20;

    private static RangeSet odd() {
      RangeSet odd = RangeSet.EMPTY;
      for (int i = 0; i < COUNT; i++) {
        odd = odd.union(RangeSet.of(2 * i + 1));
      }
      return odd;
    }

    private static boolean isOdd(int value) {
      return Integer.compareUnsigned(value, 2 * COUNT) < 0 && (value & 1) == 1;
    }

    @Override
    public boolean matches(MatchContext context) {
      return isOdd(context.skb.sourcePort)
          && isOdd(context.skb.destinationPort)
          && isOdd(context.skb.mark);
    }

    @Override
    public Condition condition(HostFacts host) {
      return Condition.all(
          Condition.in(Field.SOURCE_PORT, odd()),
          Condition.in(Field.DESTINATION_PORT, odd()),
          Condition.in(Field.MARK, odd()));
    }
  }

  /** All of them, as a list. */
  static List<Match> list(Match... matches) {
    return List.of(matches);
  }
}
