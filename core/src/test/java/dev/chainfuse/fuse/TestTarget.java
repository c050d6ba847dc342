package dev.chainfuse.fuse;

import dev.chainfuse.packet.Field;
import dev.chainfuse.rules.Target;
import dev.chainfuse.rules.TargetContext;
import java.util.Set;

/** Extension targets of every sort that a compiler has to treat apart. */
sealed interface TestTarget extends Target {
  @Override
  default Kind kind() {
    return Kind.EXTENSION;
  }

  @Override
  default String targetName() {
    return "TEST";
  }

  @Override
  default void save(StringBuilder out) {
    out.append(' ').append(this);
  }

  @Override
  default void list(StringBuilder out) {
    save(out);
  }

  /** {@code -j MARK --set-xmark value/mask}. */
  record SetMark(int value, int mask) implements TestTarget {
    @Override
    public int apply(TargetContext context) {
      context.skb.mark = context.skb.mark & ~mask ^ value;
      return CONTINUE;
    }

    @Override
    public Set<Field> writes() {
      return Set.of(Field.MARK);
    }
  }

  /** {@code -j LOG}. */
  record Log() implements TestTarget {
    @Override
    public int apply(TargetContext context) {
      context.log("", 4, 0);
      return CONTINUE;
    }

    @Override
    public boolean everyPacket() {
      return true;
    }
  }

  /** Ends with a verdict, as REJECT or the NAT targets do. */
  record End(int verdict) implements TestTarget {
    @Override
    public int apply(TargetContext context) {
      return verdict;
    }

    @Override
    public boolean terminal() {
      return true;
    }
  }

  /** Ends or goes on as the mark says. */
  record EndIfMarked(int mark) implements TestTarget {
    @Override
    public int apply(TargetContext context) {
      return context.skb.mark == mark ? DROP : CONTINUE;
    }
  }
}
