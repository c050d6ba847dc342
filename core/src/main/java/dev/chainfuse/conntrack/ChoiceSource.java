package dev.chainfuse.conntrack;

/**
 * Draws the numbers that the kernel draws at random: where NAT's search for a free port or ICMP id
 * begins (nf_nat_l4proto_unique_tuple, net/netfilter/nf_nat_core.c). An engine asks it only where
 * the kernel would draw. One thread.
 */
public interface ChoiceSource {
  /**
   * The port or ICMP id at which a search begins. A recorded choice names the port that the kernel
   * ended with.
   *
   * @param protocol IP protocol
   * @param source original tuple of the flow
   * @param destination original tuple of the flow
   * @param ports original ports; for ICMP the id and {@code type << 8 | code}
   * @param minimum first port that may be chosen
   * @param range how many may be chosen, at least 1
   * @return a port; one outside {@code minimum} to {@code minimum + range - 1} is taken modulo
   *     {@code range}
   */
  int port(int protocol, int source, int destination, int ports, int minimum, int range);

  /**
   * Tells what became of a draw: the search took {@code chosen}, or found nothing. A recorded
   * choice is legal only if {@code chosen} equals {@code drawn}: then it was within the range and
   * free.
   *
   * @param drawn what {@link #port} answered
   * @param chosen the port taken, or -1 if the search failed
   */
  default void settled(
      int protocol, int source, int destination, int ports, int drawn, int chosen) {}
}
