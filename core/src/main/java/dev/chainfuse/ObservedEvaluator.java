package dev.chainfuse;

import dev.chainfuse.fuse.FusedEvaluator;
import dev.chainfuse.host.Topology;
import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.packet.Skb;
import dev.chainfuse.rules.Hook;
import dev.chainfuse.rules.MatchContext;
import dev.chainfuse.rules.RuleEvaluator;
import dev.chainfuse.rules.TableName;
import dev.chainfuse.rules.Target;
import dev.chainfuse.rules.TargetContext;
import dev.chainfuse.stateful.SetRegistry;
import java.util.ArrayList;
import java.util.List;

/** Runs compiled rules and tells an observer which of them counted. */
final class ObservedEvaluator extends RuleEvaluator {
  private final Engine engine;
  private final FusedEvaluator rules;
  private final ChainObserver observer;

  ObservedEvaluator(Engine engine, FusedEvaluator rules, ChainObserver observer) {
    this.engine = engine;
    this.rules = rules;
    this.observer = observer;
  }

  @Override
  public void useSets(SetRegistry sets) {
    rules.useSets(sets);
  }

  @Override
  public boolean loaded(TableName table, Hook hook) {
    return rules.loaded(table, hook);
  }

  @Override
  public int run(TableName table, TargetContext context) {
    Skb skb = context.skb;
    Hook hook = context.hook;
    String before = packet(skb);
    String connection = connection(skb);
    int mark = skb.mark;
    rules.startRecording();
    int verdict = rules.run(table, context);
    rules.stopRecording();
    List<Decision> matched = new ArrayList<>();
    for (int i = 0; i < rules.hitCount(); i++) {
      matched.add(engine.decision(rules.hits()[i]));
    }
    observer.ran(
        new ChainRun(
            hook,
            table,
            name(skb.inInterface),
            name(skb.outInterface),
            before,
            connection,
            mark,
            skb.local,
            matched,
            verdict == Target.ACCEPT));
    return verdict;
  }

  private String name(int device) {
    Topology topology = engine.host().topology();
    return device == Skb.NO_INTERFACE ? "" : topology.at(device).name();
  }

  private static String packet(Skb skb) {
    String source = Ipv4.format(skb.source);
    String destination = Ipv4.format(skb.destination);
    return switch (skb.protocol) {
      case Ipv4.TCP, Ipv4.UDP ->
          (skb.protocol == Ipv4.TCP ? "tcp " : "udp ")
              + source
              + ":"
              + skb.sourcePort
              + " > "
              + destination
              + ":"
              + skb.destinationPort;
      case Ipv4.ICMP ->
          "icmp type "
              + (skb.icmpTypeCode >>> 8)
              + " code "
              + (skb.icmpTypeCode & 255)
              + " "
              + source
              + " > "
              + destination;
      default -> "protocol " + skb.protocol + " " + source + " > " + destination;
    };
  }

  private static String connection(Skb skb) {
    int state = skb.connectionState();
    String text =
        switch (state & ~(Skb.STATE_SNAT | Skb.STATE_DNAT)) {
          case Skb.STATE_NEW -> "NEW";
          case Skb.STATE_ESTABLISHED -> "ESTABLISHED";
          case Skb.STATE_RELATED -> "RELATED";
          case Skb.STATE_UNTRACKED -> "UNTRACKED";
          default -> "INVALID";
        };
    return text
        + ((state & Skb.STATE_SNAT) != 0 ? ",SNAT" : "")
        + ((state & Skb.STATE_DNAT) != 0 ? ",DNAT" : "");
  }

  @Override
  public int decidedBy() {
    return rules.decidedBy();
  }

  @Override
  public long rulePackets(int rule) {
    return rules.rulePackets(rule);
  }

  @Override
  public long ruleBytes(int rule) {
    return rules.ruleBytes(rule);
  }

  @Override
  public long policyPackets(int policy) {
    return rules.policyPackets(policy);
  }

  @Override
  public long policyBytes(int policy) {
    return rules.policyBytes(policy);
  }

  @Override
  public void setCounters(
      long[] rulePackets, long[] ruleBytes, long[] policyPackets, long[] policyBytes) {
    rules.setCounters(rulePackets, ruleBytes, policyPackets, policyBytes);
  }

  @Override
  public MatchContext matchContext() {
    return rules.matchContext();
  }
}
