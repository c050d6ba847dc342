package dev.chainfuse.conntrack;

import dev.chainfuse.packet.Frames;
import dev.chainfuse.packet.Skb;
import dev.chainfuse.rules.Hook;
import dev.chainfuse.rules.NatRange;
import dev.chainfuse.rules.Target;
import java.util.ArrayList;
import java.util.List;

/**
 * A router of nothing but connection tracking and NAT: every packet passes PREROUTING and
 * POSTROUTING and is confirmed, as by a host with an empty filter.
 */
final class Lab {
  /** What a nat rule binds packets to; all packets match. */
  record Nat(boolean source, NatRange range) {}

  final ConnectionTable table;
  final ConnectionTracking tracking;
  private final List<Nat> rules = new ArrayList<>();
  private long nanos = 1_000_000_000_000L;

  /** How often nat chains were walked. */
  int walks;

  /** Whether the filter drops everything. */
  boolean dropping;

  Lab() {
    this(ConntrackSettings.defaults(1000), new SeededChoices(1));
  }

  Lab(ConntrackSettings settings, ChoiceSource choices) {
    table = new FlowTable(Math.max(settings.max(), 1), 42);
    tracking = new ConnectionTracking(table, new TupleSearch(table, choices), settings);
  }

  /** The same with another table and search. */
  Lab(ConntrackSettings settings, ConnectionTable table, NatSearch search) {
    this.table = table;
    tracking = new ConnectionTracking(table, search, settings);
  }

  static Lab with(String sysctl, int value) {
    return new Lab(ConntrackSettings.defaults(1000).with(sysctl, value), new SeededChoices(1));
  }

  Lab rule(boolean source, int flags, String from, String to, int minPort, int maxPort) {
    rules.add(
        new Nat(
            source,
            new NatRange(
                flags,
                dev.chainfuse.packet.Ipv4.parse(from),
                dev.chainfuse.packet.Ipv4.parse(to),
                minPort,
                maxPort)));
    return this;
  }

  /** SNAT to one address, ports as they come. */
  Lab snat(String address) {
    return rule(true, NatRange.MAP_ADDRESSES, address, address, 0, 0);
  }

  Lab snat(String address, int minPort, int maxPort) {
    int flags = NatRange.MAP_ADDRESSES | NatRange.PORTS_SPECIFIED;
    return rule(true, flags, address, address, minPort, maxPort);
  }

  Lab dnat(String address, int minPort, int maxPort) {
    int flags = NatRange.MAP_ADDRESSES | NatRange.PORTS_SPECIFIED;
    return rule(false, flags, address, address, minPort, maxPort);
  }

  void sleepMillis(long millis) {
    nanos += millis * 1_000_000;
  }

  long now() {
    return nanos;
  }

  /** Sends a packet through; null if it was dropped. */
  Sent send(Frames frames) {
    return send(frames.skb());
  }

  Sent send(Skb skb) {
    skb.timeNanos = nanos;
    int verdict = tracking.in(skb, Hook.PREROUTING);
    int state = skb.connectionState();
    if (verdict == Target.ACCEPT) {
      verdict = nat(skb, Hook.PREROUTING);
    }
    if (verdict == Target.ACCEPT && dropping) {
      verdict = Target.DROP;
    }
    if (verdict == Target.ACCEPT) {
      verdict = nat(skb, Hook.POSTROUTING);
    }
    if (verdict == Target.ACCEPT) {
      verdict = tracking.confirm(skb);
    }
    int flow = skb.flow;
    if (verdict != Target.ACCEPT) {
      tracking.release(skb);
    }
    return new Sent(skb, verdict, state, flow);
  }

  private int nat(Skb skb, Hook hook) {
    boolean source = hook == Hook.POSTROUTING;
    if (tracking.needsRules(skb, source)) {
      walks++;
      int verdict = bind(skb, source);
      if (verdict != Target.ACCEPT) {
        return verdict;
      }
    }
    return tracking.translate(skb, hook);
  }

  private int bind(Skb skb, boolean source) {
    for (Nat rule : rules) {
      if (rule.source() == source) {
        NatRange range = rule.range();
        return tracking.bind(
            skb,
            source,
            range.flags(),
            range.minAddress(),
            range.maxAddress(),
            range.minPort(),
            range.maxPort(),
            0);
      }
    }
    return tracking.bindNull(skb, source);
  }

  /** What {@code conntrack -L} says, sorted, without mark and use. */
  String list() {
    StringBuilder out = new StringBuilder();
    ConnectionText.write(table, nanos, false, out);
    return String.join("\n", out.toString().replace(" mark=0 use=1", "").lines().sorted().toList());
  }

  /** The entry's whole seconds, state and flags, such as {@code "120 SYN_SENT [UNREPLIED]"}. */
  String entry() {
    String text = list();
    if (text.isEmpty() || text.contains("\n")) {
      return text;
    }
    String flags = text.replaceAll("[a-z]+=\\S+ ?", "").replaceAll(" +", " ").strip();
    return flags.substring(flags.indexOf(' ', flags.indexOf(' ') + 1) + 1);
  }

  /** A packet after its way. */
  record Sent(Skb skb, int verdict, int stateBits, int flow) {
    boolean dropped() {
      return verdict != Target.ACCEPT;
    }

    /** The state that --ctstate matches. */
    String state() {
      return switch (stateBits & ~(Skb.STATE_SNAT | Skb.STATE_DNAT)) {
        case Skb.STATE_NEW -> "NEW";
        case Skb.STATE_ESTABLISHED -> "ESTABLISHED";
        case Skb.STATE_RELATED -> "RELATED";
        case Skb.STATE_INVALID -> "INVALID";
        case Skb.STATE_UNTRACKED -> "UNTRACKED";
        default -> "?";
      };
    }

    /** {@code source:port > destination:port} as the packet left. */
    String way() {
      String from = dev.chainfuse.packet.Ipv4.format(skb.source);
      String to = dev.chainfuse.packet.Ipv4.format(skb.destination);
      return from + ":" + skb.sourcePort + " > " + to + ":" + skb.destinationPort;
    }

    boolean checksumsHold() {
      return Frames.checksumsHold(skb);
    }
  }
}
