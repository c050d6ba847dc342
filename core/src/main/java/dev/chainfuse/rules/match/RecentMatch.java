package dev.chainfuse.rules.match;

import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.packet.Skb;
import dev.chainfuse.rules.Condition;
import dev.chainfuse.rules.HostFacts;
import dev.chainfuse.rules.Match;
import dev.chainfuse.rules.MatchContext;
import dev.chainfuse.rules.MatchModule;
import dev.chainfuse.rules.Option;
import dev.chainfuse.rules.OptionValues;
import dev.chainfuse.rules.RuleSyntaxException;
import dev.chainfuse.stateful.RecentList;
import java.util.Locale;
import java.util.Objects;

/**
 * {@code -m recent}: addresses that were seen lately (net/netfilter/xt_recent.c, recent_mt). Rules
 * that name the same list share it.
 *
 * @param seconds {@code --seconds}, 0 if not given
 * @param hitCount {@code --hitcount}, 0 if not given, at most 65,535
 * @param matchTtl {@code --rttl}
 * @param mask what of the address counts
 * @param source the packet's source, else its destination
 */
public record RecentMatch(
    boolean inverted,
    Command command,
    int seconds,
    boolean reap,
    int hitCount,
    boolean matchTtl,
    String list,
    int mask,
    boolean source)
    implements Match {
  /** What is done with the list. */
  public enum Command {
    SET,
    RCHECK,
    UPDATE,
    REMOVE;

    private String option() {
      return name().toLowerCase(Locale.ROOT);
    }

    private String listed() {
      return this == RCHECK ? "CHECK" : name();
    }
  }

  private static final int MOST_HITS = 65_535;
  private static final int LONGEST_NAME = 199;

  public static final MatchModule MODULE =
      Module.of(
          "recent",
          RecentMatch::parse,
          Option.invertibleFlag("set"),
          Option.invertibleFlag("rcheck"),
          Option.invertibleFlag("update"),
          Option.invertibleFlag("remove"),
          Option.value("seconds"),
          Option.value("hitcount"),
          Option.flag("rttl"),
          Option.value("name"),
          Option.flag("rsource"),
          Option.flag("rdest"),
          Option.value("mask"),
          Option.flag("reap"));

  private static RecentMatch parse(OptionValues values) {
    Module.atMostOne(values, "set", "rcheck", "update", "remove");
    Command command = null;
    for (Command each : Command.values()) {
      command = values.has(each.option()) ? each : command;
    }
    if (command == null) {
      throw new RuleSyntaxException(
          "", "match 'recent' does nothing", "add --set, --rcheck, --update or --remove");
    }
    boolean checks = command == Command.RCHECK || command == Command.UPDATE;
    for (String option : new String[] {"seconds", "hitcount", "rttl", "reap"}) {
      if (values.has(option) && !checks) {
        throw values.error(
            option, "'--" + option + "' needs a check", "use --rcheck or --update with it");
      }
    }
    if (values.has("reap") && !values.has("seconds")) {
      throw values.error("reap", "'--reap' needs '--seconds'", "add it");
    }
    return new RecentMatch(
        values.inverted(command.option()),
        command,
        number(values, "seconds", 1, Integer.MAX_VALUE),
        values.has("reap"),
        number(values, "hitcount", 0, MOST_HITS),
        values.has("rttl"),
        list(values),
        mask(values),
        values.given().lastIndexOf("rsource") >= values.given().lastIndexOf("rdest"));
  }

  private static int number(OptionValues values, String option, int least, int most) {
    String text = values.value(option);
    return text == null ? 0 : (int) Numbers.require(values, option, text, least, most);
  }

  private static String list(OptionValues values) {
    String name = values.value("name");
    if (name == null) {
      return "DEFAULT";
    }
    if (name.isEmpty() || name.contains("/") || name.equals(".") || name.equals("..")) {
      throw values.error("name", "'" + name + "' is no name of a list", "use 1 to 199 letters");
    }
    return name.length() > LONGEST_NAME ? name.substring(0, LONGEST_NAME) : name;
  }

  private static int mask(OptionValues values) {
    String text = values.value("mask");
    if (text == null) {
      return -1;
    }
    try {
      return Ipv4.parse(text);
    } catch (IllegalArgumentException e) {
      throw values.error("mask", "'" + text + "' is no mask", "write it as 255.255.255.0");
    }
  }

  @Override
  public String name() {
    return "recent";
  }

  @Override
  public void save(StringBuilder out) {
    out.append(inverted ? " !" : "").append(" --").append(command.option());
    if (seconds != 0) {
      out.append(" --seconds ").append(seconds);
    }
    out.append(reap ? " --reap" : "");
    if (hitCount != 0) {
      out.append(" --hitcount ").append(hitCount);
    }
    // Never in quotes, even if it has blanks: so prints iptables 1.8.9.
    out.append(matchTtl ? " --rttl" : "").append(" --name ").append(list);
    out.append(" --mask ").append(Ipv4.format(mask));
    out.append(source ? " --rsource" : " --rdest");
  }

  @Override
  public void list(StringBuilder out) {
    out.append(inverted ? " !" : "").append(" recent: ").append(command.listed());
    if (seconds != 0) {
      out.append(" seconds: ").append(seconds);
    }
    out.append(reap ? " reap" : "");
    if (hitCount != 0) {
      out.append(" hit_count: ").append(hitCount);
    }
    out.append(matchTtl ? " TTL-Match" : "").append(" name: ").append(list);
    out.append(" side: ").append(source ? "source" : "dest");
    out.append(" mask: ").append(Ipv4.format(mask));
  }

  @Override
  public boolean matches(MatchContext context) {
    Skb skb = context.skb;
    RecentList recent = (RecentList) Objects.requireNonNull(context.state);
    int address = (source ? skb.source : skb.destination) & mask;
    // As seen before forwarding lowered it.
    int packetTtl = skb.ttl + (skb.outInterface >= 0 && !skb.local ? 1 : 0);
    int ttl = matchTtl ? packetTtl : 0;
    if (command == Command.SET) {
      recent.set(address, ttl, packetTtl, skb.timeNanos);
      return !inverted;
    }
    if (!recent.contains(address, ttl)) {
      return inverted;
    }
    if (command == Command.REMOVE) {
      recent.remove(address);
      return !inverted;
    }
    boolean result = recent.check(address, ttl, seconds, hitCount, skb.timeNanos) != inverted;
    boolean updates = command == Command.UPDATE && result;
    if (reap) {
      recent.reap(seconds, skb.timeNanos, address, updates);
    }
    if (updates) {
      recent.update(address, ttl, packetTtl, skb.timeNanos);
    }
    return result;
  }

  @Override
  public Condition condition(HostFacts host) {
    return new Condition.Ask(this);
  }

  /** The list, which is made with the rules. */
  @Override
  public Object newState(MatchContext context) {
    return context.recent.list(list, hitCount);
  }
}
