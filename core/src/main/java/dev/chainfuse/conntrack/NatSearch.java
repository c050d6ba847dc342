package dev.chainfuse.conntrack;

import dev.chainfuse.packet.Ipv4;

/**
 * The search for a tuple that NAT may give to a flow: get_unique_tuple of
 * net/netfilter/nf_nat_core.c. Written twice on purpose, once for each engine. One thread.
 */
public abstract class NatSearch {
  /** The tuple found: source address. */
  public int source;

  /** The tuple found: destination address. */
  public int destination;

  /** The tuple found: source port in the high, destination port in the low half. */
  public int ports;

  /**
   * Changes the source ({@code manipulateSource}) or destination of a tuple so that it lies in the
   * range and its inverse is not the tuple of another flow, if it can; otherwise it leaves a tuple
   * that is taken, and the flow will clash when it is confirmed. The tuple to start from is in the
   * fields; so is the result.
   *
   * @param flow the flow, not confirmed, whose binding this is; its own tuples never clash
   * @param flags bits of {@link dev.chainfuse.rules.NatRange}; ports are unsigned, host order, the
   *     id for ICMP
   * @param nowJiffies the time; an expired flow takes no tuple
   */
  public abstract void search(
      int flow,
      boolean manipulateSource,
      int flags,
      int minAddress,
      int maxAddress,
      int minPort,
      int maxPort,
      int nowJiffies);

  /**
   * The inverse of ports: swapped, but for ICMP the id stays and the type becomes that of the
   * answer (nf_ct_invert_tuple, nf_conntrack_invert_icmp_tuple). An ICMP type without an answer
   * gives itself.
   */
  public static int invertPorts(int protocol, int ports) {
    if (protocol != Ipv4.ICMP) {
      return ports << 16 | ports >>> 16;
    }
    int answer = IcmpTracker.answer(ports >>> 8 & 0xff);
    return answer < 0 ? ports : ports & 0xffff_00ff | answer << 8;
  }
}
