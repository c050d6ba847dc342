package dev.chainfuse.rules.target;

import dev.chainfuse.packet.Bytes;
import dev.chainfuse.packet.Field;
import dev.chainfuse.packet.HeaderChanges;
import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.packet.Skb;
import dev.chainfuse.rules.Hook;
import dev.chainfuse.rules.Match;
import dev.chainfuse.rules.Option;
import dev.chainfuse.rules.OptionValues;
import dev.chainfuse.rules.Target;
import dev.chainfuse.rules.TargetContext;
import dev.chainfuse.rules.TargetModule;
import dev.chainfuse.rules.match.TcpMatch;
import java.util.Set;

/**
 * {@code -j TCPMSS}: lowers the maximum segment size that a SYN announces
 * (net/netfilter/xt_TCPMSS.c, tcpmss_tg4).
 *
 * @param size the size; {@link #CLAMP} for what the route's MTU allows
 */
public record TcpmssTarget(int size) implements ExtensionTarget {
  /** XT_TCPMSS_CLAMP_PMTU. */
  public static final int CLAMP = 0xffff;

  private static final int MOST = 65_515;
  private static final int HEADERS = 40;
  private static final int TCP_HEADER = 20;
  private static final int LONGEST_TCP_HEADER = 60;
  private static final int OPTION_KIND = 2;
  private static final int OPTION_LENGTH = 4;

  /** What a host must assume that is told nothing (RFC 1122, 4.2.2.6). */
  private static final int DEFAULT_SIZE = 536;

  private static final Set<Hook> CLAMP_HOOKS = Set.of(Hook.FORWARD, Hook.OUTPUT, Hook.POSTROUTING);

  static final TargetModule MODULE =
      PlainModule.of(
          "TCPMSS", TcpmssTarget::parse, Option.value("set-mss"), Option.flag("clamp-mss-to-pmtu"));

  private static Target parse(OptionValues values) {
    Values.atLeastOne(values, "TCPMSS", "set-mss", "clamp-mss-to-pmtu");
    int size = values.has("set-mss") ? (int) Values.number(values, "set-mss", 0, MOST) : CLAMP;
    if (values.has("clamp-mss-to-pmtu")) {
      size = CLAMP;
      if (!CLAMP_HOOKS.containsAll(values.hooks())) {
        throw values.error(
            "clamp-mss-to-pmtu",
            "the size can be clamped in FORWARD, OUTPUT and POSTROUTING only",
            "jump there from no other chain");
      }
    }
    if (!values.header().isTcp() || values.matches().stream().noneMatch(TcpmssTarget::wantsSyn)) {
      throw values.error("", "TCPMSS works on SYN packets only", "add -p tcp --syn to the rule");
    }
    return new TcpmssTarget(size);
  }

  private static boolean wantsSyn(Match match) {
    return match instanceof TcpMatch tcp
        && (tcp.flagCompare() & Ipv4.TCP_SYN) != 0
        && !tcp.flagsInverted();
  }

  @Override
  public String targetName() {
    return "TCPMSS";
  }

  @Override
  public void save(StringBuilder out) {
    out.append(size == CLAMP ? " --clamp-mss-to-pmtu" : " --set-mss " + size);
  }

  @Override
  public void list(StringBuilder out) {
    out.append(" TCPMSS ").append(size == CLAMP ? "clamp to PMTU" : "set " + size);
  }

  @Override
  public int apply(TargetContext context) {
    Skb skb = context.skb;
    if (skb.laterFragment()) {
      return CONTINUE;
    }
    int length = skb.end - skb.transport;
    if (length < TCP_HEADER) {
      return DROP;
    }
    int header = (skb.data[skb.transport + 12] & 0xf0) >>> 2;
    if (length < header || header < TCP_HEADER) {
      return DROP;
    }
    int wanted = size == CLAMP ? clamped(context) : size;
    if (wanted < 0) {
      return DROP;
    }
    int option = find(skb, header);
    if (option >= 0) {
      lower(skb, option, wanted);
    } else if (length == header && header < LONGEST_TCP_HEADER) {
      insert(skb, Math.min(wanted, DEFAULT_SIZE));
    }
    return CONTINUE;
  }

  /** What the smaller of the MTUs of both ways allows; -1 if that is nothing. */
  private static int clamped(TargetContext context) {
    int mtu = Math.min(context.routeMtu(), context.mtuToward(context.skb.source));
    return mtu <= HEADERS ? -1 : mtu - HEADERS & 0xffff;
  }

  /** Offset of the option from the start of the TCP header; -1 if there is none. */
  private static int find(Skb skb, int header) {
    byte[] data = skb.data;
    int tcp = skb.transport;
    for (int i = TCP_HEADER; i <= header - OPTION_LENGTH; ) {
      if (data[tcp + i] == OPTION_KIND && data[tcp + i + 1] == OPTION_LENGTH) {
        return i;
      }
      i += optionLength(data, tcp + i);
    }
    return -1;
  }

  /** Never 0, whatever the packet says. */
  static int optionLength(byte[] data, int at) {
    int kind = data[at] & 0xff;
    return kind <= 1 || data[at + 1] == 0 ? 1 : data[at + 1] & 0xff;
  }

  private static void lower(Skb skb, int option, int wanted) {
    int at = skb.transport + option + 2;
    int old = Bytes.getShort(skb.data, at);
    if (old > wanted) {
      Bytes.putShort(skb.data, at, wanted);
      HeaderChanges.replaceInTcpChecksum(skb, old, wanted);
    }
  }

  /** Puts the option in front of the others: the packet has no data behind its header. */
  private static void insert(Skb skb, int wanted) {
    int length = skb.end - skb.transport;
    int first = skb.transport + TCP_HEADER;
    System.arraycopy(skb.data, first, skb.data, first + OPTION_LENGTH, length - TCP_HEADER);
    HeaderChanges.replaceInTcpChecksum(skb, length, length + OPTION_LENGTH);
    Bytes.putShort(skb.data, first, OPTION_KIND << 8 | OPTION_LENGTH);
    Bytes.putShort(skb.data, first + 2, wanted);
    HeaderChanges.addToTcpChecksum(skb, Bytes.getInt(skb.data, first));
    HeaderChanges.replaceTcpWord(skb, 12, Bytes.getShort(skb.data, skb.transport + 12) + 0x1000);
    HeaderChanges.setTotalLength(skb, skb.totalLength + OPTION_LENGTH);
    skb.frameLength += OPTION_LENGTH;
  }

  @Override
  public Set<Field> writes() {
    return Set.of(Field.LENGTH);
  }

  @Override
  public boolean everyPacket() {
    return true;
  }
}
