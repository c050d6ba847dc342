package dev.chainfuse.rules;

import dev.chainfuse.packet.Skb;
import dev.chainfuse.stateful.HashLimit;
import dev.chainfuse.stateful.NamedCounters;
import dev.chainfuse.stateful.RecentList;
import dev.chainfuse.stateful.SetRegistry;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** What a match may look at. Reused from packet to packet; one thread. */
public final class MatchContext {
  /** The packet. */
  public Skb skb;

  /** The host. */
  public final HostFacts host;

  /** The state that the asked match's {@link Match#newState} made for this rule, or null. */
  public @Nullable Object state;

  /** The lists of {@code -m recent}, shared by all rules of one engine. */
  public final RecentList.Registry recent = new RecentList.Registry();

  /** The tables of {@code -m hashlimit}, likewise. */
  public final HashLimit.Registry hashLimits = new HashLimit.Registry();

  /** The counters of {@code -m nfacct}, likewise. */
  public final NamedCounters accounts = new NamedCounters();

  /** The IP sets of the session. */
  public SetRegistry sets = SetRegistry.empty();

  /**
   * Set by a match whose answer holds for this packet only although its {@link Condition.Ask} was
   * steady.
   */
  public boolean unsteady;

  /** Set by a match that could not read what it must: the packet is dropped at once, uncounted. */
  public boolean hotDrop;

  /** Nanoseconds since 1970 in UTC at virtual time 0. */
  public long epochNanos;

  /** Draws for matches that are random by nature; seeded. */
  public final SplittableRandom random;

  public MatchContext(Skb skb, HostFacts host, SplittableRandom random) {
    this.skb = skb;
    this.host = host;
    this.random = random;
  }

  /**
   * Goes on with what matches of the rules before shared by name, where these rules name it, too:
   * the kernel checks new rules before it lets go of the old ones, so that a list or table that
   * both name lives on (recent_mt_check, hashlimit_mt_check_common).
   */
  public void keepStateOf(MatchContext previous) {
    recent.keep(previous.recent);
    hashLimits.keep(previous.hashLimits);
    accounts.keep(previous.accounts);
  }
}
