package dev.chainfuse.rules.text;

import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.rules.Chain;
import dev.chainfuse.rules.ChainTarget;
import dev.chainfuse.rules.Counters;
import dev.chainfuse.rules.HeaderMatch;
import dev.chainfuse.rules.HeaderMatch.Address;
import dev.chainfuse.rules.HeaderMatch.Fragment;
import dev.chainfuse.rules.HeaderMatch.Interface;
import dev.chainfuse.rules.Match;
import dev.chainfuse.rules.ProtocolNames;
import dev.chainfuse.rules.Rule;
import dev.chainfuse.rules.RuleSet;
import dev.chainfuse.rules.Table;
import dev.chainfuse.rules.TableName;
import dev.chainfuse.rules.Target;
import java.util.HashMap;
import java.util.Map;

/**
 * Lists a table as {@code iptables -L -n -v} does (iptables/iptables.c, list_entries; 1.8.9).
 * Immutable, thread-safe if the counter source is.
 *
 * @param counters where counters come from
 * @param exact {@code -x}: counters as they are, instead of rounded to K, M, G and T
 * @param lineNumbers {@code --line-numbers}
 * @param dialect how protocols are shown
 */
public record ListingWriter(
    CounterSource counters, boolean exact, boolean lineNumbers, Dialect dialect) {
  /** {@code iptables -vnL} of 1.8.9, with counters as loaded. */
  public static final ListingWriter PLAIN =
      new ListingWriter(CounterSource.LOADED, false, false, Dialect.PROTOCOL_NUMBERS);

  /** How the column of protocols looks. */
  public enum Dialect {
    /** {@code 0}, {@code 6}: iptables 1.8.9. */
    PROTOCOL_NUMBERS,
    /** {@code all}, {@code tcp}: older iptables, and the newest. */
    PROTOCOL_NAMES
  }

  /** The whole listing of a table; nothing if it is not loaded. */
  public String write(RuleSet rules, TableName name) {
    StringBuilder out = new StringBuilder(4096);
    int rule = 0;
    int policy = 0;
    for (Table table : rules.tables()) {
      Map<String, Integer> references = references(table);
      String separator = "";
      for (Chain chain : table.chains()) {
        if (table.name() == name) {
          out.append(separator);
          separator = "\n";
          appendHeading(out, chain, policy, references.getOrDefault(chain.name(), 0));
          for (int i = 0; i < chain.rules().size(); i++) {
            append(out, i + 1, rule + i, chain.rules().get(i));
          }
        }
        rule += chain.rules().size();
        policy += chain.builtIn() ? 1 : 0;
      }
    }
    return out.toString();
  }

  private static Map<String, Integer> references(Table table) {
    Map<String, Integer> out = new HashMap<>();
    for (Chain chain : table.chains()) {
      for (Rule rule : chain.rules()) {
        if (rule.target() instanceof ChainTarget target) {
          out.merge(target.chain(), 1, Integer::sum);
        }
      }
    }
    return out;
  }

  private void appendHeading(StringBuilder out, Chain chain, int number, int references) {
    out.append("Chain ").append(chain.name());
    if (chain.policy() != null) {
      Counters counted = counters.policy(number, chain);
      out.append(" (policy ").append(chain.policy()).append(' ');
      out.append(amount(counted.packets())).append(" packets, ");
      out.append(amount(counted.bytes())).append(" bytes)\n");
    } else {
      out.append(" (").append(references).append(" references)\n");
    }
    out.append(lineNumbers ? "num  " : "");
    out.append(exact ? "    pkts      bytes " : " pkts bytes ");
    out.append("target     prot opt in     out     source               destination         \n");
  }

  private void append(StringBuilder out, int index, int number, Rule rule) {
    if (lineNumbers) {
      left(out, Integer.toString(index), 4).append(' ');
    }
    Counters counted = counters.rule(number, rule);
    right(out, amount(counted.packets()), exact ? 8 : 5).append(' ');
    right(out, amount(counted.bytes()), exact ? 8 : 5).append(' ');
    left(out, rule.target().listName(), 9).append(' ');
    HeaderMatch header = rule.header();
    out.append(header.protocolInverted() ? '!' : ' ');
    left(out, protocol(header.protocol()), 4).append(' ');
    out.append(header.fragment() == Fragment.NOT_LATER ? '!' : '-');
    out.append(header.fragment() == Fragment.ANY ? '-' : 'f').append("  ");
    left(out, name(header.in()), 6).append(' ');
    left(out, name(header.out()), 6).append(' ');
    append(out, header.source());
    append(out, header.destination());
    if (rule.target().kind() == Target.Kind.GOTO) {
      out.append("[goto] ");
    }
    for (Match match : rule.matches()) {
      match.list(out);
    }
    rule.target().list(out);
    out.append('\n');
  }

  private String protocol(int number) {
    if (dialect == Dialect.PROTOCOL_NUMBERS) {
      return Integer.toString(number);
    }
    return number == 0 ? "all" : ProtocolNames.nameOrNumber(number);
  }

  private static String name(Interface pattern) {
    return pattern.pattern().isEmpty() ? "*" : (pattern.inverted() ? "!" : "") + pattern.pattern();
  }

  private static void append(StringBuilder out, Address address) {
    out.append(address.inverted() ? '!' : ' ');
    int length = Ipv4.prefixLength(address.mask());
    String text = Ipv4.format(address.address());
    if (length < 0) {
      text += "/" + Ipv4.format(address.mask());
    } else if (length < 32) {
      text += "/" + length;
    }
    left(out, text, 19).append(' ');
  }

  /** A counter as iptables rounds it (libxtables/xtables.c, xtables_print_num). */
  private String amount(long number) {
    if (exact || Long.compareUnsigned(number, 99_999) <= 0) {
      return Long.toUnsignedString(number);
    }
    long rounded = number;
    for (int i = 0; i < 4; i++) {
      rounded = Long.divideUnsigned(rounded + 500, 1000);
      if (Long.compareUnsigned(rounded, 9_999) <= 0 || i == 3) {
        return Long.toUnsignedString(rounded) + "KMGT".charAt(i);
      }
    }
    throw new IllegalStateException();
  }

  private static StringBuilder left(StringBuilder out, String text, int width) {
    return out.append(text).append(" ".repeat(Math.max(0, width - text.length())));
  }

  private static StringBuilder right(StringBuilder out, String text, int width) {
    return out.append(" ".repeat(Math.max(0, width - text.length()))).append(text);
  }
}
