package dev.chainfuse.rules.target;

import dev.chainfuse.rules.TableName;
import dev.chainfuse.rules.TargetContext;
import dev.chainfuse.rules.TargetModule;

/**
 * {@code -j TRACE}: from here on every rule that the packet meets is reported
 * (net/netfilter/xt_TRACE.c; trace_packet in net/ipv4/netfilter/ip_tables.c).
 */
public record TraceTarget() implements ExtensionTarget {
  static final TargetModule MODULE =
      PlainModule.of("TRACE", values -> new TraceTarget()).inTables(TableName.RAW);

  @Override
  public String targetName() {
    return "TRACE";
  }

  @Override
  public void save(StringBuilder out) {}

  @Override
  public void list(StringBuilder out) {}

  @Override
  public int apply(TargetContext context) {
    context.skb.traced = true;
    return CONTINUE;
  }

  @Override
  public boolean everyPacket() {
    return true;
  }
}
