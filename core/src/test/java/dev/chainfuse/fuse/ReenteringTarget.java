package dev.chainfuse.fuse;

import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.rules.Hook;
import dev.chainfuse.rules.RuleEvaluator;
import dev.chainfuse.rules.TableName;
import dev.chainfuse.rules.Target;
import dev.chainfuse.rules.TargetContext;
import org.jspecify.annotations.Nullable;

/** Sends a packet to TCP port 99 through filter's OUTPUT, and goes on. */
final class ReenteringTarget implements Target {
  @Nullable RuleEvaluator rules;

  @Override
  public Kind kind() {
    return Kind.EXTENSION;
  }

  @Override
  public String targetName() {
    return "REENTER";
  }

  @Override
  public void save(StringBuilder out) {}

  @Override
  public void list(StringBuilder out) {}

  @Override
  public int apply(TargetContext context) {
    if (rules == null) {
      throw new IllegalStateException("no rules to run");
    }
    TestContext other = new TestContext();
    other.hook = Hook.OUTPUT;
    other.skb.protocol = Ipv4.TCP;
    other.skb.destinationPort = 99;
    other.skb.totalLength = context.skb.totalLength;
    rules.run(TableName.FILTER, other);
    return CONTINUE;
  }
}
