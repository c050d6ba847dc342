package dev.chainfuse.rules.target;

import dev.chainfuse.packet.HeaderChanges;
import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.packet.Skb;
import dev.chainfuse.rules.NumberText;
import dev.chainfuse.rules.Option;
import dev.chainfuse.rules.OptionValues;
import dev.chainfuse.rules.RuleSyntaxException;
import dev.chainfuse.rules.TableName;
import dev.chainfuse.rules.Target;
import dev.chainfuse.rules.TargetContext;
import dev.chainfuse.rules.TargetModule;
import java.util.BitSet;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * {@code -j TCPOPTSTRIP}: overwrites TCP options with "no operation"
 * (net/netfilter/xt_TCPOPTSTRIP.c, tcpoptstrip_tg4).
 */
public final class TcpoptstripTarget implements ExtensionTarget {
  private static final int TCP_HEADER = 20;
  private static final int NO_OPERATION = 1;

  /** Names of options (extensions/libxt_TCPOPTSTRIP.c of iptables). */
  private static final Map<String, Integer> NAMES =
      Map.of("wscale", 3, "mss", 2, "sack-permitted", 4, "sack", 5, "timestamp", 8, "md5", 19);

  static final TargetModule MODULE =
      PlainModule.of("TCPOPTSTRIP", TcpoptstripTarget::parse, Option.value("strip-options"))
          .inTables(TableName.MANGLE);

  private final BitSet kinds;

  TcpoptstripTarget(BitSet kinds) {
    this.kinds = (BitSet) kinds.clone();
  }

  private static Target parse(OptionValues values) {
    if (!values.header().isTcp()) {
      throw new RuleSyntaxException("", "TCPOPTSTRIP works on TCP only", "add -p tcp to the rule");
    }
    BitSet kinds = new BitSet(256);
    String text = values.value("strip-options");
    if (text != null) {
      for (String word : text.split(",", -1)) {
        int kind = kind(values, word);
        if (kinds.get(kind)) {
          throw values.error("strip-options", "option " + word + " stands there twice", "");
        }
        kinds.set(kind);
      }
    }
    return new TcpoptstripTarget(kinds);
  }

  private static int kind(OptionValues values, String word) {
    Integer named = NAMES.get(word);
    int kind = named != null ? named : (int) NumberText.parse(word, 255);
    if (kind <= 1) {
      throw values.error(
          "strip-options",
          "'" + word + "' is not a TCP option",
          "a number from 2 to 255, or one of " + String.join(", ", NAMES.keySet()));
    }
    return kind;
  }

  @Override
  public String targetName() {
    return "TCPOPTSTRIP";
  }

  private String numbers() {
    return kinds.stream().mapToObj(Integer::toString).collect(Collectors.joining(","));
  }

  @Override
  public void save(StringBuilder out) {
    if (!kinds.isEmpty()) {
      out.append(" --strip-options ").append(numbers());
    }
  }

  @Override
  public void list(StringBuilder out) {
    if (!kinds.isEmpty()) {
      out.append(" TCPOPTSTRIP options ").append(numbers());
    }
  }

  @Override
  public int apply(TargetContext context) {
    Skb skb = context.skb;
    if (skb.protocol != Ipv4.TCP || skb.laterFragment()) {
      return CONTINUE;
    }
    int length = skb.end - skb.transport;
    int header = length < TCP_HEADER ? 0 : (skb.data[skb.transport + 12] & 0xf0) >>> 2;
    if (length < TCP_HEADER || length < header) {
      return DROP;
    }
    for (int i = TCP_HEADER; i < header - 1; ) {
      int option = TcpmssTarget.optionLength(skb.data, skb.transport + i);
      if (i + option > header) {
        break;
      }
      if (kinds.get(skb.data[skb.transport + i] & 0xff)) {
        strip(skb, i, option);
      }
      i += option;
    }
    return CONTINUE;
  }

  private static void strip(Skb skb, int from, int bytes) {
    for (int i = from; i < from + bytes; i++) {
      int shift = i % 2 == 0 ? 8 : 0;
      int old = skb.data[skb.transport + i] & 0xff;
      HeaderChanges.replaceInTcpChecksum(skb, old << shift, NO_OPERATION << shift);
      skb.data[skb.transport + i] = NO_OPERATION;
    }
  }

  @Override
  public boolean everyPacket() {
    return true;
  }
}
