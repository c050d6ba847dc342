package dev.chainfuse.fuse;

import dev.chainfuse.packet.Field;
import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.packet.RangeSet;
import dev.chainfuse.rules.Chain;
import dev.chainfuse.rules.ChainTarget;
import dev.chainfuse.rules.Counters;
import dev.chainfuse.rules.HeaderMatch;
import dev.chainfuse.rules.Hook;
import dev.chainfuse.rules.Match;
import dev.chainfuse.rules.Policy;
import dev.chainfuse.rules.Rule;
import dev.chainfuse.rules.RuleSet;
import dev.chainfuse.rules.SourcePosition;
import dev.chainfuse.rules.StandardTarget;
import dev.chainfuse.rules.Table;
import dev.chainfuse.rules.TableName;
import dev.chainfuse.rules.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Rule sets with everything that a chain can do, from small value ranges so that they overlap. */
final class RandomRules {
  private static final Field[] FIELDS = Field.values();
  private static final String[] INTERFACES = {
    "lo", "eth0", "eth+", "docker0", "br-+", "gone0", "+"
  };

  private final SplittableRandom random;

  /** How much of everything beyond plain header rules there is, 0 to 1; drawn for each set. */
  private final double wild;

  private RandomRules(SplittableRandom random) {
    this.random = random;
    this.wild = random.nextDouble();
  }

  /** A few tables of a few chains of up to {@code most} rules. */
  static RuleSet draw(SplittableRandom random, int most) {
    RandomRules rules = new RandomRules(random);
    List<Table> tables = new ArrayList<>();
    for (TableName name : new TableName[] {TableName.MANGLE, TableName.FILTER}) {
      if (name == TableName.FILTER || random.nextBoolean()) {
        tables.add(rules.table(name, most));
      }
    }
    return new RuleSet(tables);
  }

  private Table table(TableName name, int most) {
    int users = random.nextInt(7);
    List<Chain> chains = new ArrayList<>();
    for (Hook hook : name.hooks()) {
      Policy policy = random.nextBoolean() ? Policy.ACCEPT : Policy.DROP;
      chains.add(new Chain(hook.name(), policy, Counters.ZERO, rules(0, users, most)));
    }
    for (int user = 1; user <= users; user++) {
      chains.add(new Chain("user-" + user, null, Counters.ZERO, rules(user, users, most / 2)));
    }
    return new Table(name, chains);
  }

  /** Rules that jump to chains with a greater number only, so that there is no loop. */
  private List<Rule> rules(int chain, int users, int most) {
    int count = random.nextInt(5) == 0 ? random.nextInt(3) : random.nextInt(most + 1);
    List<Rule> rules = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      rules.add(
          new Rule(header(), matches(), target(chain, users), Counters.ZERO, SourcePosition.NONE));
    }
    return rules;
  }

  private HeaderMatch header() {
    int protocol = random.nextInt(3) == 0 ? pick(Ipv4.TCP, Ipv4.UDP, Ipv4.ICMP, 99) : 0;
    HeaderMatch.Fragment fragment =
        switch (random.nextInt(20)) {
          case 0 -> HeaderMatch.Fragment.LATER;
          case 1 -> HeaderMatch.Fragment.NOT_LATER;
          default -> HeaderMatch.Fragment.ANY;
        };
    return new HeaderMatch(
        address(),
        address(),
        device(),
        device(),
        protocol,
        protocol != 0 && random.nextInt(6) == 0,
        fragment);
  }

  private int pick(int... values) {
    return values[random.nextInt(values.length)];
  }

  private HeaderMatch.Address address() {
    if (random.nextInt(3) > 0) {
      return HeaderMatch.Address.ANY;
    }
    int mask =
        switch (random.nextInt(12)) {
          case 0 -> 0xff00_00ff;
          case 1 -> 0xffff_0101;
          default -> Ipv4.mask(pick(8, 16, 24, 30, 31, 32));
        };
    int address = 0x0a00_0000 | random.nextInt(4) << 16 | random.nextInt(8);
    return new HeaderMatch.Address(address & mask, mask, random.nextInt(6) == 0);
  }

  private HeaderMatch.Interface device() {
    return random.nextInt(5) > 0
        ? HeaderMatch.Interface.ANY
        : new HeaderMatch.Interface(
            INTERFACES[random.nextInt(INTERFACES.length)], random.nextInt(5) == 0);
  }

  private List<Match> matches() {
    List<Match> matches = new ArrayList<>();
    while (random.nextDouble() < 0.5 && matches.size() < 3) {
      matches.add(random.nextDouble() < wild / 4 ? asked() : field());
    }
    return matches;
  }

  private Match field() {
    return switch (random.nextInt(6)) {
      case 0, 1 ->
          new TestMatch.Port(
              pick(Ipv4.TCP, Ipv4.UDP),
              random.nextBoolean() ? Field.SOURCE_PORT : Field.DESTINATION_PORT,
              set(16),
              random.nextInt(6) == 0);
      case 2 -> new TestMatch.Is(Field.MARK, set(32));
      case 3 -> new TestMatch.Either(Field.SOURCE_PORT, Field.DESTINATION_PORT, set(16));
      default -> {
        Field field = FIELDS[random.nextInt(FIELDS.length)];
        yield new TestMatch.Is(field, set(field.bits));
      }
    };
  }

  private Match asked() {
    return switch (random.nextInt(5)) {
      case 0 -> new TestMatch.EveryNth(1 + random.nextInt(4));
      case 1 -> new TestMatch.EveryNthTcp(1 + random.nextInt(4));
      case 2 -> new TestMatch.Chance(random.nextDouble());
      case 3 -> new TestMatch.DropsTtl(random.nextInt(8));
      default -> new TestMatch.Odd();
    };
  }

  /** Some small values, sometimes great ones. */
  private RangeSet set(int bits) {
    long last = (1L << bits) - 1;
    RangeSet set = RangeSet.EMPTY;
    int ranges = 1 + random.nextInt(3);
    for (int i = 0; i < ranges; i++) {
      long first = Math.min(last, random.nextInt(16));
      set = set.union(RangeSet.of(first, Math.min(last, first + random.nextInt(3))));
    }
    return random.nextInt(5) == 0 ? set.complement().intersect(RangeSet.of(0, last)) : set;
  }

  private Target target(int chain, int users) {
    int draw = random.nextInt(20);
    if (draw < 6 && chain < users) {
      Target.Kind kind = random.nextInt(3) == 0 ? Target.Kind.GOTO : Target.Kind.JUMP;
      return new ChainTarget(kind, "user-" + (chain + 1 + random.nextInt(users - chain)));
    }
    return switch (draw) {
      case 6, 7 -> StandardTarget.ACCEPT;
      case 8, 9 -> StandardTarget.DROP;
      case 10, 11 -> StandardTarget.RETURN;
      case 12, 13 -> new TestTarget.SetMark(random.nextInt(16), pick(-1, 15, 3));
      case 14 -> new TestTarget.Log();
      case 15 -> new TestTarget.End(pick(Target.DROP, Target.ACCEPT, Target.QUEUE));
      case 16 -> new TestTarget.EndIfMarked(random.nextInt(16));
      default -> StandardTarget.NONE;
    };
  }
}
