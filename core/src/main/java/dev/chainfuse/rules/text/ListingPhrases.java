package dev.chainfuse.rules.text;

import dev.chainfuse.rules.match.QuotedText;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Turns what {@code iptables -nL} prints for matches and targets back into options. A caller has to
 * list the result again and compare: a phrase may be ambiguous.
 */
final class ListingPhrases {
  /** A way to print a match or the options of a target, and the options that print so. */
  private record Phrase(Pattern pattern, Function<MatchResult, String> options) {}

  private static final List<Phrase> MATCHES = new ArrayList<>();
  private static final List<Phrase> TARGETS = new ArrayList<>();
  private static final String[] FLAGS = {"FIN", "SYN", "RST", "PSH", "ACK", "URG"};

  static {
    match("/\\* (.*?) \\*/", m -> "comment --comment" + quoted(m.group(1)));
    match(
        "ADDRTYPE match(?: src-type (!)?(\\S+))?(?: dst-type (!)?(\\S+))?(?: limit-(in|out))?",
        m ->
            "addrtype"
                + option(m.group(1), "src-type", m.group(2))
                + option(m.group(3), "dst-type", m.group(4))
                + (m.group(5) == null ? "" : " --limit-iface-" + m.group(5)));
    match(
        "(tcp|udp)(?: spts?:(!)?(\\S+))?(?: dpts?:(!)?(\\S+))?(?: option=(!)?(\\d+))?"
            + "(?: flags:(!)?0x(\\p{XDigit}+)/0x(\\p{XDigit}+))?",
        m ->
            m.group(1)
                + option(m.group(2), "sport", m.group(3))
                + option(m.group(4), "dport", m.group(5))
                + option(m.group(6), "tcp-option", m.group(7))
                + option(m.group(8), "tcp-flags", flags(m.group(9), m.group(10))));
    match(
        "icmp(?: (!)type |type )(\\d+)(?: code (\\d+))?",
        m ->
            "icmp"
                + option(
                    m.group(1),
                    "icmp-type",
                    m.group(2) + (m.group(3) == null ? "" : "/" + m.group(3))));
    match(
        "multiport (sports|dports|ports)  ?(!)?(\\S+)",
        m -> "multiport" + option(m.group(2), m.group(1), m.group(3)));
    match("(! )?state (\\S+)", m -> "state" + option(m.group(1), "state", m.group(2)));
    match("(! )?ctstate (\\S+)", m -> "conntrack" + option(m.group(1), "ctstate", m.group(2)));
    match(
        "(connmark|mark) match  ?(!)? ?(0x\\S+)",
        m -> m.group(1) + option(m.group(2), "mark", m.group(3)));
    match(
        "limit: (?:avg|up to) (\\S+) burst (\\d+)",
        m -> "limit --limit " + m.group(1) + " --limit-burst " + m.group(2));
    match(
        "source IP range ?(!)? ?(\\S+)(?: destination IP range ?(!)? ?(\\S+))?",
        m ->
            "iprange"
                + option(m.group(1), "src-range", m.group(2))
                + option(m.group(3), "dst-range", m.group(4)));
    match(
        "destination IP range ?(!)? ?(\\S+)",
        m -> "iprange" + option(m.group(1), "dst-range", m.group(2)));
    match("PKTTYPE (!)?=+ (\\S+)", m -> "pkttype" + option(m.group(1), "pkt-type", m.group(2)));
    match(
        "PHYSDEV match((?: (?:! )?--physdev-(?:is-\\w+|in \\S+|out \\S+))+)",
        m -> "physdev" + m.group(1));
    match(
        "statistic mode (random|nth)( !)? (probability|every) (\\S+)(?: packet (\\d+))?",
        m ->
            "statistic --mode "
                + m.group(1)
                + option(m.group(2), m.group(3), m.group(4))
                + option(null, "packet", m.group(5)));

    target("to:(\\S+)((?: random| random-fully| persistent)*)", m -> flagsOf(m, "%TO%"));
    target(
        "(?:masq ports:|redir ports) (\\S+)((?: random| random-fully)*)",
        m -> flagsOf(m, "to-ports"));
    target("()((?:random-fully|random)(?: random-fully)*)", m -> flagsOf(m, ""));
    target(
        "LOG flags (\\d+) level (\\d)(?: prefix \"(.*)\")?",
        m ->
            (m.group(3) == null ? "" : " --log-prefix" + quoted(m.group(3)))
                + " --log-level "
                + m.group(2)
                + logFlags(Integer.parseInt(m.group(1))));
    target("reject-with (\\S+)", m -> " --reject-with " + m.group(1));
    target(
        "(?:CONN)?MARK (set|and|or|xor) (0x\\S+)", m -> " --" + m.group(1) + "-mark " + m.group(2));
    target("(?:CONN)?MARK xset (0x\\S+)", m -> " --set-xmark " + m.group(1));
    target(
        "CONNMARK (save|restore)(?: mask (0x\\S+))?",
        m -> " --" + m.group(1) + "-mark" + option(null, "mask", m.group(2)));
    target(
        "CONNMARK save nfmask (\\S+) ctmask ~(\\S+)",
        m -> " --save-mark --nfmask " + m.group(1) + " --ctmask " + m.group(2));
    target(
        "CONNMARK restore ctmask (\\S+) nfmask ~(\\S+)",
        m -> " --restore-mark --ctmask " + m.group(1) + " --nfmask " + m.group(2));
    target("CT notrack", m -> " --notrack");
    target("NOTRACK", m -> "");
  }

  private ListingPhrases() {}

  private static void match(String pattern, Function<MatchResult, String> options) {
    MATCHES.add(new Phrase(Pattern.compile(pattern + "(?= |$)"), m -> " -m " + options.apply(m)));
  }

  private static void target(String pattern, Function<MatchResult, String> options) {
    TARGETS.add(new Phrase(Pattern.compile(pattern + "$"), options));
  }

  private static String quoted(String text) {
    StringBuilder out = new StringBuilder();
    QuotedText.append(out, text);
    return out.toString();
  }

  private static String option(@Nullable String not, String name, @Nullable String value) {
    return value == null ? "" : (not == null ? "" : " !") + " --" + name + " " + value;
  }

  private static String flagsOf(MatchResult match, String option) {
    String first = option.isEmpty() ? "" : " --" + option + " " + match.group(1);
    return first + match.group(2).trim().replaceAll("(\\S+) ?", " --$1");
  }

  private static @Nullable String flags(@Nullable String mask, @Nullable String compare) {
    return mask == null || compare == null ? null : flagNames(mask) + " " + flagNames(compare);
  }

  private static String flagNames(String hex) {
    int bits = Integer.parseInt(hex, 16);
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < FLAGS.length; i++) {
      if ((bits >> i & 1) != 0) {
        out.append(out.length() == 0 ? "" : ",").append(FLAGS[i]);
      }
    }
    return out.length() == 0 ? "NONE" : out.toString();
  }

  private static String logFlags(int flags) {
    String[] names = {"tcp-sequence", "tcp-options", "ip-options", "uid", "", "macdecode"};
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < names.length; i++) {
      out.append((flags >> i & 1) == 0 || names[i].isEmpty() ? "" : " --log-" + names[i]);
    }
    return out.toString();
  }

  /**
   * The options for the text behind the addresses of a listed rule: matches, then {@code jump} if
   * not empty ({@code -j LOG}), then the target's options.
   *
   * @return null if some of the text is not understood
   */
  static @Nullable String options(String text, String jump) {
    StringBuilder out = new StringBuilder();
    String rest = text.trim();
    while (!rest.isEmpty()) {
      Matcher target = find(TARGETS, rest);
      if (target != null) {
        String options = apply(TARGETS, target);
        String to = jump.endsWith("SNAT") ? "to-source" : "to-destination";
        return out + jump + options.replace("%TO%", to);
      }
      Matcher match = find(MATCHES, rest);
      if (match == null) {
        return null;
      }
      out.append(apply(MATCHES, match));
      rest = rest.substring(match.end()).trim();
    }
    return out + jump;
  }

  private static @Nullable Matcher find(List<Phrase> phrases, String text) {
    for (Phrase phrase : phrases) {
      Matcher matcher = phrase.pattern.matcher(text);
      if (matcher.lookingAt()) {
        return matcher;
      }
    }
    return null;
  }

  private static String apply(List<Phrase> phrases, Matcher matcher) {
    for (Phrase phrase : phrases) {
      if (phrase.pattern == matcher.pattern()) {
        return phrase.options.apply(matcher);
      }
    }
    throw new IllegalArgumentException(matcher.toString());
  }
}
