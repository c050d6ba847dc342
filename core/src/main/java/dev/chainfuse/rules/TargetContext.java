package dev.chainfuse.rules;

import dev.chainfuse.packet.Skb;
import dev.chainfuse.stateful.SetRegistry;

/**
 * What a target may do, given by the packet path. Reused from packet to packet; one thread; nothing
 * here allocates.
 */
public abstract class TargetContext {
  /** The packet. */
  public Skb skb = new Skb();

  /** The hook that the packet is at. */
  public Hook hook = Hook.PREROUTING;

  /** The table whose chain is running. */
  public TableName table = TableName.FILTER;

  /** The IP sets of the session. */
  public SetRegistry sets = SetRegistry.empty();

  /**
   * Base port of a {@link #bind} with {@link NatRange#PORT_OFFSET}: the port of the range is the
   * packet's distance from it (nf_nat_l4proto_unique_tuple, net/netfilter/nf_nat_core.c). Set
   * before the call, meaningless otherwise.
   */
  public int basePort;

  /**
   * Binds the connection's source ({@code source}) or destination to a range, as nf_nat_setup_info
   * does; then the caller returns the result.
   *
   * @param flags {@code NAT_} bits of {@link NatRange}
   * @param minPort first port, host order; for ICMP the id
   * @param maxPort last port
   * @return ACCEPT or DROP (no free tuple)
   */
  public abstract int bind(
      boolean source, int flags, int minAddress, int maxAddress, int minPort, int maxPort);

  /**
   * MASQUERADE's address: primary address of the outgoing interface toward the packet's next hop; 0
   * if it has none.
   */
  public abstract int masqueradeAddress();

  /**
   * REDIRECT's address: the first of the incoming interface, or 127.0.0.1 at OUTPUT; 0 if it has
   * none.
   */
  public abstract int redirectAddress();

  /** Whether the packet's connection already has its binding of that kind. */
  public abstract boolean bound(boolean source);

  /**
   * Sends an ICMP error about the packet as ipt_REJECT does; silently nothing where the kernel
   * sends none.
   */
  public abstract void rejectWithIcmp(int type, int code);

  /** Sends a TCP reset as ipt_REJECT --reject-with tcp-reset does. */
  public abstract void rejectWithReset();

  /** Marks the packet as not to be tracked, unless a rule or an earlier pass has decided that. */
  public abstract void untrack();

  /**
   * Has the packet tracked in a zone, unless a rule or an earlier pass has decided that.
   *
   * @param zone 0 to 65,535
   * @param ofMark the mark that the packet has when it is tracked is the zone
   */
  public abstract void trackIn(int zone, boolean ofMark);

  /** MTU of the packet's route. */
  public abstract int routeMtu();

  /** MTU of the route of a packet of the host to that address; the greatest int without a route. */
  public abstract int mtuToward(int address);

  /**
   * Sends a copy of the packet as it is to a gateway, as TEE does.
   *
   * @param device by which it must leave; empty for any
   */
  public abstract void duplicate(int gateway, String device);

  /** Reports a LOG line: the packet was logged with that prefix, level and flags. */
  public abstract void log(String prefix, int level, int flags);

  /**
   * Reports a step of a traced packet in {@link #table}.
   *
   * @param comment {@code rule}, {@code return} or {@code policy}
   * @param index of the rule, from 1
   */
  public abstract void trace(String chain, String comment, int index);

  /** Reports that a copy of the packet goes to the listeners of a group of NFLOG. */
  public abstract void nflog(String prefix, int group);

  /**
   * Lets the packet go on behind its table, as a queue that nobody listens on; the caller returns
   * the result. In table nat, which sees a queued packet, nothing is bound or translated.
   */
  public abstract int bypassQueue();

  /**
   * Ends the packet because what the rule asks for is not modelled; the caller returns the result.
   */
  public abstract int notModelled();
}
