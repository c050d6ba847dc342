package dev.chainfuse.rules.target;

import dev.chainfuse.packet.Field;
import dev.chainfuse.packet.HeaderChanges;
import dev.chainfuse.packet.Skb;
import dev.chainfuse.rules.Option;
import dev.chainfuse.rules.OptionValues;
import dev.chainfuse.rules.TableName;
import dev.chainfuse.rules.Target;
import dev.chainfuse.rules.TargetContext;
import dev.chainfuse.rules.TargetModule;
import java.util.Locale;
import java.util.Set;

/**
 * {@code -j DSCP}: sets the upper six bits of the type of service (net/netfilter/xt_DSCP.c,
 * dscp_tg).
 *
 * @param codePoint 0 to 63
 */
public record DscpTarget(int codePoint) implements ExtensionTarget {
  private static final int ECN_BITS = 3;
  private static final int EXPEDITED_FORWARDING = 0x2e;

  static final TargetModule MODULE =
      PlainModule.of(
              "DSCP", DscpTarget::parse, Option.value("set-dscp"), Option.value("set-dscp-class"))
          .inTables(TableName.MANGLE);

  private static Target parse(OptionValues values) {
    Values.atLeastOne(values, "DSCP", "set-dscp", "set-dscp-class");
    Values.atMostOne(values, "set-dscp", "set-dscp-class");
    return new DscpTarget(
        values.has("set-dscp")
            ? (int) Values.number(values, "set-dscp", 0, 0x3f)
            : named(values, "set-dscp-class"));
  }

  /**
   * The code point of a class (RFC 2474, 2597, 3246): CS0 to CS7 and BE, AF11 to AF43, EF, in
   * either case.
   */
  private static int named(OptionValues values, String option) {
    String text = String.valueOf(values.value(option));
    String name = text.toUpperCase(Locale.ROOT);
    if (name.equals("BE")) {
      return 0;
    }
    if (name.equals("EF")) {
      return EXPEDITED_FORWARDING;
    }
    if (name.matches("CS[0-7]")) {
      return (name.charAt(2) - '0') << 3;
    }
    if (name.matches("AF[1-4][1-3]")) {
      return (name.charAt(2) - '0') << 3 | (name.charAt(3) - '0') << 1;
    }
    throw values.error(
        option, "unknown class '" + text + "'", "one of BE, EF, CS0 to CS7, AF11 to AF43");
  }

  @Override
  public String targetName() {
    return "DSCP";
  }

  private void append(StringBuilder out) {
    out.append(String.format(Locale.ROOT, "0x%02x", codePoint));
  }

  @Override
  public void save(StringBuilder out) {
    out.append(" --set-dscp ");
    append(out);
  }

  @Override
  public void list(StringBuilder out) {
    out.append(" DSCP set ");
    append(out);
  }

  @Override
  public int apply(TargetContext context) {
    Skb skb = context.skb;
    if (skb.tos >>> 2 != codePoint) {
      HeaderChanges.setServiceField(skb, skb.tos & ECN_BITS | codePoint << 2);
    }
    return CONTINUE;
  }

  @Override
  public Set<Field> writes() {
    return Set.of(Field.TOS);
  }

  @Override
  public boolean everyPacket() {
    return true;
  }
}
