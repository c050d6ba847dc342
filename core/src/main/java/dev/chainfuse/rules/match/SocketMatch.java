package dev.chainfuse.rules.match;

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

/**
 * {@code -m socket}: whether a socket of the host waits for the packet (net/netfilter/xt_socket.c,
 * socket_match). The host's programs have no sockets here, so it never does; that the match makes
 * fragments be put together is modelled.
 */
public record SocketMatch(boolean transparent, boolean noWildcard, boolean restoreMark)
    implements Match {
  private static final Set<Hook> HOOKS = EnumSet.of(Hook.PREROUTING, Hook.INPUT);

  public static final MatchModule MODULE =
      Module.of(
          "socket",
          SocketMatch::parse,
          Option.flag("transparent"),
          Option.flag("nowildcard"),
          Option.flag("restore-skmark"));

  private static SocketMatch parse(OptionValues values) {
    Module.onlyIn(values, "socket", HOOKS);
    return new SocketMatch(
        values.has("transparent"), values.has("nowildcard"), values.has("restore-skmark"));
  }

  @Override
  public String name() {
    return "socket";
  }

  @Override
  public void save(StringBuilder out) {
    out.append(transparent ? " --transparent" : "").append(noWildcard ? " --nowildcard" : "");
    out.append(restoreMark ? " --restore-skmark" : "");
  }

  @Override
  public void list(StringBuilder out) {
    out.append(" socket");
    save(out);
  }

  @Override
  public boolean matches(MatchContext context) {
    return false;
  }

  @Override
  public Condition condition(HostFacts host) {
    return Condition.never();
  }
}
