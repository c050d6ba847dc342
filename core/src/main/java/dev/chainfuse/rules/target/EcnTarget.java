package dev.chainfuse.rules.target;

import dev.chainfuse.packet.Field;
import dev.chainfuse.packet.HeaderChanges;
import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.packet.Skb;
import dev.chainfuse.rules.Option;
import dev.chainfuse.rules.OptionValues;
import dev.chainfuse.rules.TableName;
import dev.chainfuse.rules.Target;
import dev.chainfuse.rules.TargetContext;
import dev.chainfuse.rules.TargetModule;
import java.util.Set;

/**
 * {@code -j ECN}: changes the bits of explicit congestion notification
 * (net/ipv4/netfilter/ipt_ECN.c, ecn_tg).
 *
 * @param operation {@code SET_} bits below
 * @param ipBits the lower two bits of the type of service, with {@link #SET_IP}
 */
public record EcnTarget(int operation, boolean ece, boolean cwr, int ipBits)
    implements ExtensionTarget {
  // include/uapi/linux/netfilter_ipv4/ipt_ECN.h
  public static final int SET_IP = 1;
  public static final int SET_ECE = 0x10;
  public static final int SET_CWR = 0x20;

  private static final int SET_TCP = SET_ECE | SET_CWR;
  private static final int TCP_HEADER = 20;

  static final TargetModule MODULE =
      PlainModule.of(
              "ECN",
              EcnTarget::parse,
              Option.flag("ecn-tcp-remove"),
              Option.value("ecn-tcp-cwr"),
              Option.value("ecn-tcp-ece"),
              Option.value("ecn-ip-ect"))
          .inTables(TableName.MANGLE);

  private static Target parse(OptionValues values) {
    Values.atLeastOne(values, "ECN", "ecn-tcp-remove", "ecn-tcp-cwr", "ecn-tcp-ece", "ecn-ip-ect");
    Values.atMostOne(values, "ecn-tcp-remove", "ecn-tcp-cwr");
    Values.atMostOne(values, "ecn-tcp-remove", "ecn-tcp-ece");
    int operation = 0;
    boolean ece = false;
    boolean cwr = false;
    int ipBits = 0;
    if (values.has("ecn-tcp-remove")) {
      operation = SET_TCP;
    }
    if (values.has("ecn-tcp-cwr")) {
      operation |= SET_CWR;
      cwr = Values.number(values, "ecn-tcp-cwr", 0, 1) == 1;
    }
    if (values.has("ecn-tcp-ece")) {
      operation |= SET_ECE;
      ece = Values.number(values, "ecn-tcp-ece", 0, 1) == 1;
    }
    if (values.has("ecn-ip-ect")) {
      operation |= SET_IP;
      ipBits = (int) Values.number(values, "ecn-ip-ect", 0, 3);
    }
    if ((operation & SET_TCP) != 0 && !values.header().isTcp()) {
      throw values.error("", "ECN changes TCP headers of TCP packets only", "add -p tcp");
    }
    return new EcnTarget(operation, ece, cwr, ipBits);
  }

  private boolean removes() {
    return operation == SET_TCP && !ece && !cwr;
  }

  @Override
  public String targetName() {
    return "ECN";
  }

  @Override
  public void save(StringBuilder out) {
    if (removes()) {
      out.append(" --ecn-tcp-remove");
      return;
    }
    append(out, " --ecn-tcp-ece ", " --ecn-tcp-cwr ", " --ecn-ip-ect ");
  }

  @Override
  public void list(StringBuilder out) {
    out.append(" ECN");
    if (removes()) {
      out.append(" TCP remove");
      return;
    }
    append(out, " ECE=", " CWR=", " ECT codepoint=");
  }

  private void append(StringBuilder out, String eceText, String cwrText, String ipText) {
    if ((operation & SET_ECE) != 0) {
      out.append(eceText).append(ece ? 1 : 0);
    }
    if ((operation & SET_CWR) != 0) {
      out.append(cwrText).append(cwr ? 1 : 0);
    }
    if ((operation & SET_IP) != 0) {
      out.append(ipText).append(ipBits);
    }
  }

  @Override
  public int apply(TargetContext context) {
    Skb skb = context.skb;
    if ((operation & SET_IP) != 0 && (skb.tos & 3) != ipBits) {
      HeaderChanges.setTos(skb, skb.tos & ~3 | ipBits);
    }
    if ((operation & SET_TCP) != 0 && skb.protocol == Ipv4.TCP) {
      // As the kernel, which does not look whether this is a later fragment.
      if (skb.end - skb.transport < TCP_HEADER) {
        return DROP;
      }
      int flags = skb.data[skb.transport + 13] & 0xff;
      int wanted = wanted(flags, SET_ECE, ece, Ipv4.TCP_ECE);
      wanted = wanted(wanted, SET_CWR, cwr, Ipv4.TCP_CWR);
      if (wanted != flags) {
        HeaderChanges.setTcpFlags(skb, wanted);
      }
    }
    return CONTINUE;
  }

  private int wanted(int flags, int bit, boolean on, int flag) {
    return (operation & bit) == 0 ? flags : on ? flags | flag : flags & ~flag;
  }

  @Override
  public Set<Field> writes() {
    return Set.of(Field.TOS, Field.TCP_FLAGS);
  }

  @Override
  public boolean everyPacket() {
    return true;
  }
}
