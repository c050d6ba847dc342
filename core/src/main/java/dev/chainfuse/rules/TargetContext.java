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

  /** Marks the packet as not to be tracked. */
  public abstract void untrack();

  /** Reports a LOG line: the packet was logged with that prefix, level and flags. */
  public abstract void log(String prefix, int level, int flags);
}
