package dev.chainfuse.rules.match;

import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.packet.Skb;
import dev.chainfuse.rules.Condition;
import dev.chainfuse.rules.Hook;
import dev.chainfuse.rules.HostFacts;
import dev.chainfuse.rules.Match;
import dev.chainfuse.rules.MatchContext;
import dev.chainfuse.rules.MatchModule;
import dev.chainfuse.rules.Option;
import dev.chainfuse.rules.OptionValues;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * {@code -m owner}: whose socket sent the packet (net/netfilter/xt_owner.c, owner_mt). What is
 * forwarded has no socket, nor has a reset that REJECT sends; the host's ICMP errors have one that
 * belongs to nobody. Of packets that programs of the host send nobody says whose they are: they are
 * taken to have no socket. Without socket the match holds if every option is inverted.
 */
public record OwnerMatch(
    @Nullable Ids user, @Nullable Ids group, boolean supplementary, @Nullable Boolean noSocket)
    implements Match {
  /** Numbers of users or groups, both ends included. */
  public record Ids(long first, long last, boolean inverted) {}

  private static final long MOST = 0xffff_fffeL;
  private static final Set<Hook> HOOKS = EnumSet.of(Hook.OUTPUT, Hook.POSTROUTING);

  public static final MatchModule MODULE =
      Module.of(
          "owner",
          OwnerMatch::parse,
          Option.invertibleValue("uid-owner"),
          Option.invertibleValue("gid-owner"),
          Option.flag("suppl-groups"),
          Option.invertibleFlag("socket-exists"));

  private static OwnerMatch parse(OptionValues values) {
    Module.atLeastOne(values, "owner", "uid-owner", "gid-owner", "socket-exists");
    int supplementary = values.given().indexOf("suppl-groups");
    int group = values.given().indexOf("gid-owner");
    if (supplementary >= 0 && (group < 0 || supplementary < group)) {
      throw values.error(
          "suppl-groups", "'--suppl-groups' needs '--gid-owner' before it", "write it behind");
    }
    Module.onlyIn(values, "owner", HOOKS);
    return new OwnerMatch(
        ids(values, "uid-owner", AccountNames::user),
        ids(values, "gid-owner", AccountNames::group),
        supplementary >= 0,
        values.has("socket-exists") ? values.inverted("socket-exists") : null);
  }

  private static @Nullable Ids ids(
      OptionValues values, String option, ToLongFunction<String> names) {
    String text = values.value(option);
    if (text == null) {
      return null;
    }
    boolean inverted = values.inverted(option);
    long named = names.applyAsLong(text);
    if (named >= 0) {
      return new Ids(named, named, inverted);
    }
    int dash = Math.max(text.indexOf('-'), text.indexOf(':'));
    long first = Numbers.parse(dash < 0 ? text : text.substring(0, dash), MOST);
    long last = dash < 0 ? first : Numbers.parse(text.substring(dash + 1), MOST);
    if (first < 0 || last < first) {
      throw values.error(
          option,
          "'" + text + "' is neither a known name nor a number or range",
          "write a number from 0 to 4294967294, or first-last");
    }
    return new Ids(first, last, inverted);
  }

  @Override
  public String name() {
    return "owner";
  }

  @Override
  public void save(StringBuilder out) {
    if (noSocket != null) {
      out.append(noSocket ? " ! --socket-exists" : " --socket-exists");
    }
    print(out, user, "--uid-owner");
    print(out, group, "--gid-owner");
    out.append(supplementary ? " --suppl-groups" : "");
  }

  @Override
  public void list(StringBuilder out) {
    if (noSocket != null) {
      out.append(noSocket ? " ! owner socket exists" : " owner socket exists");
    }
    print(out, user, "owner UID match");
    print(out, group, "owner GID match");
    out.append(supplementary ? " incl. suppl. groups" : "");
  }

  private static void print(StringBuilder out, @Nullable Ids ids, String text) {
    if (ids != null) {
      out.append(ids.inverted ? " ! " : " ").append(text).append(' ').append(ids.first);
      if (ids.first != ids.last) {
        out.append('-').append(ids.last);
      }
    }
  }

  @Override
  public boolean matches(MatchContext context) {
    Skb skb = context.skb;
    return holds(skb.local && !skb.primary && skb.protocol == Ipv4.ICMP);
  }

  /**
   * For a packet without owner.
   *
   * @param socket whether it has a socket, though one that belongs to no program
   */
  private boolean holds(boolean socket) {
    return (user == null || user.inverted)
        && (group == null || group.inverted)
        && (noSocket == null || noSocket != socket);
  }

  @Override
  public Condition condition(HostFacts host) {
    if (holds(true) != holds(false)) {
      return new Condition.Ask(this);
    }
    return holds(true) ? Condition.always() : Condition.never();
  }
}
