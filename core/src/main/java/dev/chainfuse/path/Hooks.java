package dev.chainfuse.path;

import dev.chainfuse.conntrack.ConnectionTracking;
import dev.chainfuse.packet.Action;
import dev.chainfuse.packet.ConnectionFacts;
import dev.chainfuse.packet.DropReason;
import dev.chainfuse.packet.Skb;
import dev.chainfuse.rules.Hook;
import dev.chainfuse.rules.RuleEvaluator;
import dev.chainfuse.rules.TableName;
import dev.chainfuse.rules.Target;

/**
 * The netfilter hooks: at each the tables in the order of their priorities, connection tracking and
 * address translation between them (include/uapi/linux/netfilter_ipv4.h, enum
 * nf_ip_hook_priorities). A hook that does not accept has noted the outcome.
 */
final class Hooks {
  private final PathState state;
  private final PathTargets targets;
  private RuleEvaluator rules;
  private final ConnectionTracking tracking;

  /** Some rule needs connection tracking, so its hooks are registered. */
  private boolean tracked;

  /** Some rule needs whole packets, be it for tracking or not. */
  private boolean reassembles;

  private boolean translated;

  Hooks(PathState state, PathTargets targets, ConnectionTracking tracking) {
    this.state = state;
    this.targets = targets;
    this.tracking = tracking;
    this.rules = state.rules;
  }

  void use(RuleEvaluator evaluator, boolean trackConnections, boolean reassemble) {
    rules = evaluator;
    reassembles = reassemble;
    tracked = trackConnections;
    translated =
        trackConnections
            && (evaluator.loaded(TableName.NAT, Hook.PREROUTING)
                || evaluator.loaded(TableName.NAT, Hook.POSTROUTING));
  }

  boolean tracked() {
    return tracked;
  }

  boolean prerouting(Skb skb) {
    return first(skb, Hook.PREROUTING)
        && table(TableName.MANGLE, skb, Hook.PREROUTING)
        && translate(skb, Hook.PREROUTING, false);
  }

  /** raw and connection tracking: what a packet meets first. */
  private boolean first(Skb skb, Hook hook) {
    if (reassembles && Reassembly.isFragment(skb) && !whole(skb, hook)) {
      return false;
    }
    if (tracked) {
      // Rules in raw may look for connections, though the packet has none yet.
      skb.connections = tracking.table();
    }
    if (!table(TableName.RAW, skb, hook)) {
      return false;
    }
    if (!tracked) {
      return true;
    }
    if (skb.trackedFlow != ConnectionFacts.NO_FLOW) {
      takeTracked(skb);
      return true;
    }
    if (tracking.in(skb, hook) != Target.ACCEPT) {
      state.end(skb, DropReason.CONNECTION_TABLE_FULL);
      return false;
    }
    return true;
  }

  /**
   * Tracking sees whole packets only (ipv4_conntrack_defrag, net/ipv4/netfilter/nf_defrag_ipv4.c).
   */
  private boolean whole(Skb skb, Hook hook) {
    Reassembly.User user =
        hook == Hook.OUTPUT
            ? Reassembly.User.TRACKING_OUT
            : skb.bridgeInfo ? Reassembly.User.BRIDGE : Reassembly.User.TRACKING_IN;
    return state.reassembly.complete(skb, user, skb.inInterface);
  }

  /** The short way left the packet after tracking: it must not be tracked twice. */
  private void takeTracked(Skb skb) {
    skb.connections = tracking.table();
    if (skb.connectionInfo != Skb.CT_UNTRACKED && skb.trackedFlow != Skb.TRACKED_INVALID) {
      skb.flow = skb.trackedFlow;
      skb.connectionInfo = skb.trackedInfo;
    }
  }

  boolean input(Skb skb) {
    return table(TableName.MANGLE, skb, Hook.INPUT)
        && table(TableName.FILTER, skb, Hook.INPUT)
        && table(TableName.SECURITY, skb, Hook.INPUT)
        && translate(skb, Hook.INPUT, true)
        && confirm(skb);
  }

  boolean forward(Skb skb) {
    return table(TableName.MANGLE, skb, Hook.FORWARD)
        && table(TableName.FILTER, skb, Hook.FORWARD)
        && table(TableName.SECURITY, skb, Hook.FORWARD);
  }

  /** OUTPUT up to nat; the caller routes anew if what routing reads has changed. */
  boolean outputFirst(Skb skb) {
    return first(skb, Hook.OUTPUT) && table(TableName.MANGLE, skb, Hook.OUTPUT);
  }

  boolean outputTranslate(Skb skb) {
    return translate(skb, Hook.OUTPUT, false);
  }

  boolean outputFilter(Skb skb) {
    return table(TableName.FILTER, skb, Hook.OUTPUT) && table(TableName.SECURITY, skb, Hook.OUTPUT);
  }

  boolean postrouting(Skb skb) {
    return table(TableName.MANGLE, skb, Hook.POSTROUTING)
        && translate(skb, Hook.POSTROUTING, true)
        && confirm(skb);
  }

  private boolean confirm(Skb skb) {
    if (!tracked || skb.flow < 0 || tracking.confirm(skb) == Target.ACCEPT) {
      return true;
    }
    state.end(skb, DropReason.CONNECTION_CLASH);
    return false;
  }

  /** Confirms outside of the hooks, as the bridge does for flooded frames. */
  boolean confirmNow(Skb skb) {
    return confirm(skb);
  }

  /**
   * nat: rules for the packet that has no binding of this kind yet, then the bytes (nf_nat_inet_fn,
   * net/netfilter/nf_nat_core.c).
   */
  private boolean translate(Skb skb, Hook hook, boolean source) {
    if (!translated || skb.flow < 0) {
      return true;
    }
    if (tracking.needsRules(skb, source)) {
      targets.bypassed = false;
      if (!table(TableName.NAT, skb, hook)) {
        return false;
      }
      if (targets.bypassed) {
        return true;
      }
      if (!tracking.bound(skb, source) && tracking.bindNull(skb, source) != Target.ACCEPT) {
        state.end(skb, DropReason.NO_FREE_PORT);
        return false;
      }
    }
    if (tracking.translate(skb, hook) != Target.ACCEPT) {
      state.end(skb, DropReason.RULE);
      return false;
    }
    return true;
  }

  private boolean table(TableName table, Skb skb, Hook hook) {
    if (!rules.loaded(table, hook)) {
      return true;
    }
    targets.begin(skb, hook);
    int verdict = rules.run(table, targets);
    if (verdict == Target.ACCEPT) {
      if (table == TableName.FILTER) {
        state.lastDecision = rules.decidedBy();
        state.lastHook = hook;
      }
      return true;
    }
    state.decisionHook = hook;
    refused(skb, verdict, rules.decidedBy());
    return false;
  }

  private void refused(Skb skb, int verdict, int decidedBy) {
    if (verdict == Target.QUEUE) {
      state.ended(skb, Action.QUEUED, DropReason.RULE, decidedBy);
    } else if (targets.notModelled) {
      state.ended(skb, Action.DROPPED, DropReason.NOT_MODELLED, decidedBy);
    } else if (targets.portsExhausted) {
      state.ended(skb, Action.DROPPED, DropReason.NO_FREE_PORT, decidedBy);
    } else if (targets.answered) {
      targets.answer();
      state.ended(skb, Action.REJECTED, DropReason.RULE, decidedBy);
    } else if (decidedBy >= 0) {
      state.ended(skb, Action.DROPPED, DropReason.RULE, decidedBy);
    } else {
      boolean policy = decidedBy != Outcome.NO_RULE;
      state.ended(skb, Action.DROPPED, policy ? DropReason.POLICY : DropReason.HOT_DROP, decidedBy);
    }
  }
}
