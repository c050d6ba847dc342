package dev.chainfuse.rules.match;

import dev.chainfuse.packet.ConnectionFacts;
import dev.chainfuse.packet.Field;
import dev.chainfuse.packet.RangeSet;
import dev.chainfuse.packet.Skb;
import dev.chainfuse.rules.Condition;
import dev.chainfuse.rules.HostFacts;
import dev.chainfuse.rules.Match;
import dev.chainfuse.rules.MatchContext;
import dev.chainfuse.rules.MatchModule;
import dev.chainfuse.rules.Option;
import dev.chainfuse.rules.OptionValues;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * {@code -m conntrack}: the packet's connection (net/netfilter/xt_conntrack.c, conntrack_mt). A
 * packet without connection (INVALID, UNTRACKED) is matched by its state alone: with {@code
 * --ctstate} the other options do not count then, without it nothing matches, not even inverted.
 *
 * @param states null if {@code --ctstate} is not given
 * @param tests the other options, in the order of {@link ConnectionTest.Kind}
 */
public record ConntrackMatch(@Nullable ConnectionStates states, List<ConnectionTest> tests)
    implements Match {
  private static final int NO_CONNECTION = 2;

  public static final MatchModule MODULE =
      new Module("conntrack", options(), List.of(), ConntrackMatch::parse);

  public ConntrackMatch {
    tests = List.copyOf(tests);
  }

  private static List<Option> options() {
    Stream<Option> tests =
        Arrays.stream(ConnectionTest.Kind.values())
            .map(
                kind ->
                    kind == ConnectionTest.Kind.DIRECTION
                        ? Option.value(kind.option)
                        : Option.invertibleValue(kind.option));
    return Stream.concat(Stream.of(Option.invertibleValue("ctstate")), tests).toList();
  }

  private static ConntrackMatch parse(OptionValues values) {
    if (values.given().isEmpty()) {
      Module.atLeastOne(values, "conntrack", "ctstate");
    }
    List<ConnectionTest> tests = new ArrayList<>();
    for (ConnectionTest.Kind kind : ConnectionTest.Kind.values()) {
      String text = values.value(kind.option);
      if (text != null) {
        tests.add(test(values, kind, text));
      }
    }
    return new ConntrackMatch(
        values.has("ctstate") ? ConnectionStates.parse(values, "ctstate", true) : null, tests);
  }

  private static ConnectionTest test(OptionValues values, ConnectionTest.Kind kind, String text) {
    boolean inverted = values.inverted(kind.option);
    return switch (kind) {
      case PROTOCOL -> {
        int protocol = protocol(values, text);
        yield new ConnectionTest(kind, protocol, protocol, inverted);
      }
      case ORIGINAL_SOURCE, ORIGINAL_DESTINATION, REPLY_SOURCE, REPLY_DESTINATION -> {
        int slash = text.indexOf('/');
        String address = slash < 0 ? text : text.substring(0, slash);
        yield new ConnectionTest(
            kind,
            Addresses.address(values, kind.option, address),
            slash < 0 ? -1 : Addresses.mask(values, kind.option, text.substring(slash + 1)),
            inverted);
      }
      case ORIGINAL_SOURCE_PORT,
          ORIGINAL_DESTINATION_PORT,
          REPLY_SOURCE_PORT,
          REPLY_DESTINATION_PORT -> {
        PortRange ports = Ports.resolved(values, kind.option);
        yield new ConnectionTest(kind, ports.first(), ports.last(), inverted);
      }
      case STATUS ->
          new ConnectionTest(
              kind,
              ConnectionTest.STATUS.parseList(values, kind.option, text, Set.of("NONE")),
              0,
              inverted);
      case EXPIRE -> expire(values, text, inverted);
      case DIRECTION -> {
        int direction = direction(values, text);
        yield new ConnectionTest(kind, direction, direction, false);
      }
    };
  }

  private static int protocol(OptionValues values, String text) {
    int protocol = ProtocolNames.parse(text);
    if (protocol < 0) {
      throw values.error(
          "ctproto",
          "'" + text + "' is neither a protocol's number nor a known name",
          "write a number from 0 to 255");
    }
    return protocol;
  }

  private static ConnectionTest expire(OptionValues values, String text, boolean inverted) {
    int colon = text.indexOf(':');
    String low = colon < 0 ? text : text.substring(0, colon);
    String high = colon < 0 ? text : text.substring(colon + 1);
    boolean open = colon >= 0;
    long first =
        open && low.isEmpty() ? 0 : Numbers.require(values, "ctexpire", low, 0, Numbers.MAX_32);
    long last =
        open && high.isEmpty()
            ? Numbers.MAX_32
            : Numbers.require(values, "ctexpire", high, 0, Numbers.MAX_32);
    return new ConnectionTest(ConnectionTest.Kind.EXPIRE, (int) first, (int) last, inverted);
  }

  private static int direction(OptionValues values, String text) {
    return switch (text.toUpperCase(Locale.ROOT)) {
      case "ORIGINAL" -> ConnectionFacts.ORIGINAL;
      case "REPLY" -> ConnectionFacts.REPLY;
      default ->
          throw values.error(
              "ctdir", "'" + text + "' is not a direction", "write ORIGINAL or REPLY");
    };
  }

  @Override
  public String name() {
    return "conntrack";
  }

  @Override
  public void save(StringBuilder out) {
    print(out, "--");
  }

  @Override
  public void list(StringBuilder out) {
    print(out, "");
  }

  private void print(StringBuilder out, String prefix) {
    if (states != null) {
      states.print(out, prefix + "ctstate");
    }
    for (ConnectionTest test : tests) {
      test.print(out, prefix);
    }
  }

  @Override
  public boolean matches(MatchContext context) {
    Skb skb = context.skb;
    if (states != null && !states.matches(skb)) {
      return false;
    }
    if (skb.flow < 0) {
      return states != null;
    }
    for (int i = 0; i < tests.size(); i++) {
      if (!tests.get(i).matches(skb)) {
        return false;
      }
    }
    return true;
  }

  @Override
  public Condition condition(HostFacts host) {
    Condition connected =
        Condition.in(
            Field.CT_DIRECTION, RangeSet.of(ConnectionFacts.ORIGINAL, ConnectionFacts.REPLY));
    Condition all = connected;
    for (ConnectionTest test : tests) {
      all = Condition.all(all, test.condition());
    }
    if (states == null) {
      return all;
    }
    return tests.isEmpty()
        ? states.condition()
        : Condition.all(
            states.condition(),
            Condition.any(Condition.in(Field.CT_DIRECTION, RangeSet.of(NO_CONNECTION)), all));
  }
}
