package dev.chainfuse.rules.target;

import dev.chainfuse.packet.Field;
import dev.chainfuse.packet.HeaderChanges;
import dev.chainfuse.packet.Skb;
import dev.chainfuse.rules.NumberText;
import dev.chainfuse.rules.Option;
import dev.chainfuse.rules.OptionValues;
import dev.chainfuse.rules.TableName;
import dev.chainfuse.rules.Target;
import dev.chainfuse.rules.TargetContext;
import dev.chainfuse.rules.TargetModule;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * {@code -j TOS}: {@code tos = tos & ~mask ^ value} (net/netfilter/xt_DSCP.c, tos_tg).
 *
 * @param value 0 to 255
 * @param mask 0 to 255
 */
public record TosTarget(int value, int mask) implements ExtensionTarget {
  private static final int NAMED_MASK = 0x3f;

  /** extensions/tos_values.c of iptables. */
  private static final Map<String, Integer> NAMES =
      Map.of(
          "minimize-delay", 0x10,
          "maximize-throughput", 0x08,
          "maximize-reliability", 0x04,
          "minimize-cost", 0x02,
          "normal-service", 0x00);

  static final TargetModule MODULE =
      PlainModule.of(
              "TOS",
              TosTarget::parse,
              Option.value("set-tos"),
              Option.value("and-tos"),
              Option.value("or-tos"),
              Option.value("xor-tos"))
          .inTables(TableName.MANGLE);

  private static Target parse(OptionValues values) {
    Values.atLeastOne(values, "TOS", "set-tos", "and-tos", "or-tos", "xor-tos");
    Values.atMostOne(values, "set-tos", "and-tos", "or-tos", "xor-tos");
    if (values.has("set-tos")) {
      return set(values);
    }
    if (values.has("and-tos")) {
      return new TosTarget(0, ~bits(values, "and-tos") & 0xff);
    }
    if (values.has("or-tos")) {
      int bits = bits(values, "or-tos");
      return new TosTarget(bits, bits);
    }
    return new TosTarget(bits(values, "xor-tos"), 0);
  }

  private static int bits(OptionValues values, String option) {
    return (int) Values.number(values, option, 0, 0xff);
  }

  private static TosTarget set(OptionValues values) {
    String text = String.valueOf(values.value("set-tos"));
    Integer named = NAMES.get(text.toLowerCase(Locale.ROOT));
    if (named != null) {
      return new TosTarget(named, NAMED_MASK);
    }
    int slash = text.indexOf('/');
    long value = NumberText.parse(slash < 0 ? text : text.substring(0, slash), 0xff);
    long mask = slash < 0 ? 0xff : NumberText.parse(text.substring(slash + 1), 0xff);
    if (value < 0 || mask < 0) {
      throw values.error(
          "set-tos",
          "'" + text + "' is not a type of service",
          "a number from 0 to 255, with /MASK if need be, or one of Minimize-Delay,"
              + " Maximize-Throughput, Maximize-Reliability, Minimize-Cost, Normal-Service");
    }
    return new TosTarget((int) value, (int) mask);
  }

  @Override
  public String targetName() {
    return "TOS";
  }

  private void append(StringBuilder out) {
    out.append(String.format(Locale.ROOT, "0x%02x/0x%02x", value, mask));
  }

  @Override
  public void save(StringBuilder out) {
    out.append(" --set-tos ");
    append(out);
  }

  @Override
  public void list(StringBuilder out) {
    out.append(" TOS set ");
    append(out);
  }

  @Override
  public int apply(TargetContext context) {
    Skb skb = context.skb;
    int tos = skb.tos & ~mask ^ value;
    if (tos != skb.tos) {
      HeaderChanges.setServiceField(skb, tos);
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
