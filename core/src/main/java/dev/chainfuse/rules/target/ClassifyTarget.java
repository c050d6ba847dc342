package dev.chainfuse.rules.target;

import dev.chainfuse.rules.Hook;
import dev.chainfuse.rules.Option;
import dev.chainfuse.rules.OptionValues;
import dev.chainfuse.rules.Target;
import dev.chainfuse.rules.TargetContext;
import dev.chainfuse.rules.TargetModule;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * {@code -j CLASSIFY}: sets the class by which queueing disciplines sort packets
 * (net/netfilter/xt_CLASSIFY.c). There are none here.
 *
 * @param major 16 bits
 * @param minor 16 bits
 */
public record ClassifyTarget(int major, int minor) implements ExtensionTarget {
  /** As sscanf reads {@code %x:%x}; what follows is ignored. */
  private static final Pattern FORM =
      Pattern.compile("\\s*([-+]?)(?:0[xX])?(\\p{XDigit}+):\\s*([-+]?)(?:0[xX])?(\\p{XDigit}+).*");

  static final TargetModule MODULE =
      PlainModule.of("CLASSIFY", ClassifyTarget::parse, Option.value("set-class"))
          .atHooks(Hook.OUTPUT, Hook.FORWARD, Hook.POSTROUTING);

  private static Target parse(OptionValues values) {
    String text = Values.required(values, "CLASSIFY", "set-class");
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      throw values.error(
          "set-class", "'" + text + "' is not a class", "MAJOR:MINOR, both hexadecimal");
    }
    return new ClassifyTarget(
        half(matcher.group(1), matcher.group(2)), half(matcher.group(3), matcher.group(4)));
  }

  private static int half(String sign, String digits) {
    int value = 0;
    for (int i = 0; i < digits.length(); i++) {
      value = value << 4 | Character.digit(digits.charAt(i), 16);
    }
    return (sign.equals("-") ? -value : value) & 0xffff;
  }

  @Override
  public String targetName() {
    return "CLASSIFY";
  }

  @Override
  public void save(StringBuilder out) {
    out.append(String.format(Locale.ROOT, " --set-class %04x:%04x", major, minor));
  }

  @Override
  public void list(StringBuilder out) {
    out.append(String.format(Locale.ROOT, " CLASSIFY set %x:%x", major, minor));
  }

  @Override
  public String note() {
    return "queueing disciplines are not modelled: the class has no effect";
  }

  @Override
  public int apply(TargetContext context) {
    return CONTINUE;
  }
}
