package dev.chainfuse.rules.match;

import dev.chainfuse.packet.Skb;
import dev.chainfuse.rules.Condition;
import dev.chainfuse.rules.HostFacts;
import dev.chainfuse.rules.Match;
import dev.chainfuse.rules.MatchContext;
import dev.chainfuse.rules.MatchModule;
import dev.chainfuse.rules.Option;
import dev.chainfuse.rules.OptionValues;
import dev.chainfuse.rules.RuleSyntaxException;
import java.nio.charset.StandardCharsets;

/**
 * {@code -m string}: bytes anywhere in the IP packet, header included (net/netfilter/xt_string.c,
 * string_mt; net/core/skbuff.c, skb_find_text). Only the first place counts where they are found
 * from {@code from} on: it must end at {@code to} at the latest. Both algorithms find the same.
 *
 * @param pattern one character a byte, 1 to 128
 * @param from first byte of the packet that is looked at, 0 to 65,535
 * @param to end of what is looked at, 0 to 65,535
 */
public record StringMatch(
    String pattern, boolean inverted, String algorithm, int from, int to, boolean ignoreCase)
    implements Match {
  private static final int LONGEST = 128;
  private static final int MOST = 0xffff;

  public static final MatchModule MODULE =
      Module.of(
          "string",
          StringMatch::parse,
          Option.value("from"),
          Option.value("to"),
          Option.value("algo"),
          Option.invertibleValue("string"),
          Option.invertibleValue("hex-string"),
          Option.flag("icase"));

  private static StringMatch parse(OptionValues values) {
    Module.atMostOne(values, "string", "hex-string");
    String algorithm = Module.required(values, "algo");
    if (!algorithm.equals("bm") && !algorithm.equals("kmp")) {
      throw values.error("algo", "'" + algorithm + "' is not an algorithm", "write bm or kmp");
    }
    String hex = values.value("hex-string");
    String text = values.value("string");
    if (hex == null && text == null) {
      throw new RuleSyntaxException(
          "", "match 'string' needs something to look for", "add --string or --hex-string");
    }
    String option = hex == null ? "string" : "hex-string";
    String pattern = hex == null ? bytes(String.valueOf(text)) : fromHex(values, hex);
    if (pattern.isEmpty() || pattern.length() > LONGEST) {
      throw values.error(
          option, "it has " + pattern.length() + " bytes", "look for 1 to 128 bytes");
    }
    int from = offset(values, "from", 0);
    int to = offset(values, "to", MOST);
    if (from > to) {
      throw values.error("from", "'--from' lies behind '--to'", "write the lower number first");
    }
    return new StringMatch(
        pattern, values.inverted(option), algorithm, from, to, values.has("icase"));
  }

  private static int offset(OptionValues values, String option, int otherwise) {
    String text = values.value(option);
    return text == null ? otherwise : (int) Numbers.require(values, option, text, 0, MOST);
  }

  /** One character for each byte of UTF-8. */
  private static String bytes(String text) {
    return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
  }

  /** Text with hexadecimal digits between bars, and a backslash before what is meant literally. */
  private static String fromHex(OptionValues values, String given) {
    String text = bytes(given);
    StringBuilder out = new StringBuilder();
    boolean inHex = false;
    int at = 0;
    while (at < text.length()) {
      char c = text.charAt(at);
      if (c == '|') {
        inHex = !inHex;
        at++;
        while (inHex && at < text.length() && text.charAt(at) == ' ') {
          at++;
        }
      } else if (inHex) {
        int high = Character.digit(c, 16);
        int low = at + 2 < text.length() ? Character.digit(text.charAt(at + 1), 16) : -1;
        if (high < 0 || low < 0) {
          throw values.error(
              "hex-string",
              "what stands between the bars of '" + given + "' is not pairs of digits",
              "write it as |de ad be ef|");
        }
        out.append((char) (high << 4 | low));
        at += text.charAt(at + 2) == ' ' ? 3 : 2;
      } else {
        at += c == '\\' ? 1 : 0;
        if (at == text.length()) {
          throw values.error("hex-string", "nothing follows the backslash", "write two of them");
        }
        out.append(text.charAt(at++));
      }
    }
    return out.toString();
  }

  @Override
  public String name() {
    return "string";
  }

  private boolean printable() {
    return pattern.chars().allMatch(c -> c >= ' ' && c < 0x7f);
  }

  private void appendPattern(StringBuilder out) {
    out.append('"');
    if (printable()) {
      for (int i = 0; i < pattern.length(); i++) {
        char c = pattern.charAt(i);
        out.append(c == '"' || c == '\\' ? "\\" : "").append(c);
      }
    } else {
      out.append('|');
      for (int i = 0; i < pattern.length(); i++) {
        char c = pattern.charAt(i);
        out.append(Character.forDigit(c >> 4, 16)).append(Character.forDigit(c & 15, 16));
      }
      out.append('|');
    }
    out.append('"');
  }

  @Override
  public void save(StringBuilder out) {
    out.append(inverted ? " !" : "").append(printable() ? " --string " : " --hex-string ");
    appendPattern(out);
    out.append(" --algo ").append(algorithm);
    out.append(from == 0 ? "" : " --from " + from).append(to == MOST ? "" : " --to " + to);
    out.append(ignoreCase ? " --icase" : "");
  }

  @Override
  public void list(StringBuilder out) {
    out.append(inverted ? " STRING match ! " : " STRING match  ");
    appendPattern(out);
    out.append(" ALGO name ").append(algorithm);
    out.append(from == 0 ? "" : " FROM " + from).append(to == MOST ? "" : " TO " + to);
    out.append(ignoreCase ? " ICASE" : "");
  }

  @Override
  public boolean matches(MatchContext context) {
    return found(context.skb) != inverted;
  }

  private boolean found(Skb skb) {
    int length = pattern.length();
    int last = skb.end - length;
    for (int at = skb.network + from; at <= last; at++) {
      if (equalAt(skb.data, at)) {
        return at - skb.network + length <= to;
      }
    }
    return false;
  }

  private boolean equalAt(byte[] data, int at) {
    for (int i = 0; i < pattern.length(); i++) {
      int wanted = pattern.charAt(i);
      int there = data[at + i] & 255;
      if (ignoreCase ? upper(wanted) != upper(there) : wanted != there) {
        return false;
      }
    }
    return true;
  }

  /** The kernel's toupper (include/linux/ctype.h, lib/ctype.c): of Latin-1, by subtraction. */
  private static int upper(int c) {
    boolean lower = (c >= 'a' && c <= 'z') || (c >= 0xdf && c != 0xf7);
    return lower ? c - 0x20 : c;
  }

  @Override
  public Condition condition(HostFacts host) {
    return new Condition.Ask(this);
  }
}
