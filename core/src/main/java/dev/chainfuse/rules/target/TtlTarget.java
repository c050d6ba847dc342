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
import java.util.Set;

/** {@code -j TTL}: changes the time to live (net/netfilter/xt_HL.c, ttl_tg). */
public record TtlTarget(Mode mode, int amount) implements ExtensionTarget {
  static final TargetModule MODULE =
      PlainModule.of(
              "TTL",
              TtlTarget::parse,
              Option.value("ttl-set"),
              Option.value("ttl-dec"),
              Option.value("ttl-inc"))
          .inTables(TableName.MANGLE);

  /** What is done with the amount. */
  public enum Mode {
    SET("ttl-set", "set to", 0),
    DECREASE("ttl-dec", "decrement by", 1),
    INCREASE("ttl-inc", "increment by", 1);

    private final String option;
    private final String phrase;
    private final int least;

    Mode(String option, String phrase, int least) {
      this.option = option;
      this.phrase = phrase;
      this.least = least;
    }
  }

  private static Target parse(OptionValues values) {
    Values.atLeastOne(values, "TTL", "ttl-set", "ttl-dec", "ttl-inc");
    Values.atMostOne(values, "ttl-set", "ttl-dec", "ttl-inc");
    for (Mode mode : Mode.values()) {
      if (values.has(mode.option)) {
        return new TtlTarget(mode, (int) Values.number(values, mode.option, mode.least, 255));
      }
    }
    throw new IllegalStateException();
  }

  @Override
  public String targetName() {
    return "TTL";
  }

  @Override
  public void save(StringBuilder out) {
    out.append(" --").append(mode.option).append(' ').append(amount);
  }

  @Override
  public void list(StringBuilder out) {
    out.append(" TTL ").append(mode.phrase).append(' ').append(amount);
  }

  @Override
  public int apply(TargetContext context) {
    Skb skb = context.skb;
    int ttl =
        switch (mode) {
          case SET -> amount;
          case DECREASE -> Math.max(0, skb.ttl - amount);
          case INCREASE -> Math.min(255, skb.ttl + amount);
        };
    if (ttl != skb.ttl) {
      HeaderChanges.setTtl(skb, ttl);
    }
    return CONTINUE;
  }

  @Override
  public Set<Field> writes() {
    return Set.of(Field.TTL);
  }

  @Override
  public boolean everyPacket() {
    return true;
  }
}
