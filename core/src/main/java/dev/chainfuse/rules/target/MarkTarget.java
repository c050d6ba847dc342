package dev.chainfuse.rules.target;

import dev.chainfuse.packet.Field;
import dev.chainfuse.rules.Option;
import dev.chainfuse.rules.OptionValues;
import dev.chainfuse.rules.Target;
import dev.chainfuse.rules.TargetContext;
import dev.chainfuse.rules.TargetModule;
import java.util.List;
import java.util.Set;

/**
 * {@code -j MARK}: sets the packet's mark to {@code mark & ~mask ^ value} (net/netfilter/xt_mark.c,
 * mark_tg).
 */
public record MarkTarget(int value, int mask) implements Target {
  @Override
  public Kind kind() {
    return Kind.EXTENSION;
  }

  @Override
  public String targetName() {
    return "MARK";
  }

  @Override
  public void save(StringBuilder out) {
    new MarkValue(value, mask).save(out);
  }

  @Override
  public void list(StringBuilder out) {
    out.append(" MARK");
    new MarkValue(value, mask).list(out);
  }

  @Override
  public int apply(TargetContext context) {
    context.skb.mark = context.skb.mark & ~mask ^ value;
    return CONTINUE;
  }

  @Override
  public Set<Field> writes() {
    return Set.of(Field.MARK);
  }

  /** How {@code -j MARK} is written. */
  public static final class Module implements TargetModule {
    private static final List<Option> OPTIONS =
        List.of(
            Option.value("set-xmark"),
            Option.value("set-mark"),
            Option.value("and-mark"),
            Option.value("or-mark"),
            Option.value("xor-mark"));

    @Override
    public String name() {
      return "MARK";
    }

    @Override
    public List<Option> options() {
      return OPTIONS;
    }

    @Override
    public Target parse(OptionValues values) {
      List<String> given = values.given();
      if (given.isEmpty()) {
        throw values.error(
            "",
            "MARK says not which mark to set",
            "add --set-mark, --set-xmark, --and-mark, --or-mark or --xor-mark");
      }
      if (given.size() > 1) {
        throw values.error(
            given.get(1), "--" + given.get(1) + " cannot go with --" + given.get(0), "keep one");
      }
      MarkValue value = MarkValue.of(values, given.get(0));
      return new MarkTarget(value.value(), value.mask());
    }
  }
}
