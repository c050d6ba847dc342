package dev.chainfuse.host;

import dev.chainfuse.packet.Ipv4;

/**
 * An IPv4 address of an interface ({@code struct in_ifaddr}).
 *
 * @param local the address itself
 * @param peer the other end of a point-to-point link; equal to {@code local} otherwise
 * @param prefixLength 0 to 32
 * @param broadcast the broadcast address that was assigned; 0 for none
 * @param scope one of {@link Scope}
 * @param secondary another address of the same network came first
 * @param prefixRoute whether the kernel makes a route to the network
 * @param metric of the route to the network
 * @param label usually the interface's name
 */
public record Address(
    int local,
    int peer,
    int prefixLength,
    int broadcast,
    int scope,
    boolean secondary,
    boolean prefixRoute,
    long metric,
    String label) {

  public Address {
    if (prefixLength < 0 || prefixLength > 32) {
      throw new IllegalArgumentException("prefix length " + prefixLength + " is not within 0-32");
    }
  }

  /** The network: the peer's address under the mask. */
  public int network() {
    return peer & mask();
  }

  public int mask() {
    return Ipv4.mask(prefixLength);
  }

  /** Whether {@code address} is of this network (inet_ifa_match). */
  public boolean covers(int address) {
    return ((address ^ peer) & mask()) == 0;
  }

  @Override
  public String toString() {
    return Ipv4.format(local) + "/" + prefixLength;
  }
}
