package dev.chainfuse.host;

import dev.chainfuse.packet.Skb;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A network interface.
 *
 * @param number its dense number, from 0 in the order of {@code index}; what {@link
 *     Skb#inInterface} and all columns of the engine hold
 * @param index the kernel's ifindex
 * @param name 1 to 15 characters
 * @param kind what it is
 * @param ethernet whether its frames have an Ethernet header
 * @param mac hardware address, low 48 bits; 0 if it has none
 * @param mtu bytes of an IP packet
 * @param up administratively up (IFF_UP)
 * @param carrier the link is there (IFF_LOWER_UP)
 * @param noArp resolves no addresses (IFF_NOARP)
 * @param master number of the bridge that it is a port of, or {@link Skb#NO_INTERFACE}
 * @param link number of the interface of this host that it is tied to (the other end of a veth, a
 *     VLAN's parent), or {@link Skb#NO_INTERFACE}
 * @param group the group that it is in; 0 by default
 * @param addresses in the order that the kernel keeps them
 * @param bridge what makes it a bridge
 * @param port what makes it a port; present if there is a master
 */
public record Interface(
    int number,
    int index,
    String name,
    InterfaceKind kind,
    boolean ethernet,
    long mac,
    int mtu,
    boolean up,
    boolean carrier,
    boolean noArp,
    int master,
    int link,
    int group,
    List<Address> addresses,
    @Nullable Bridge bridge,
    @Nullable BridgePort port) {

  public Interface {
    addresses = List.copyOf(addresses);
  }

  public boolean isBridge() {
    return bridge != null;
  }

  public boolean isPort() {
    return port != null;
  }

  public boolean isLoopback() {
    return kind == InterfaceKind.LOOPBACK;
  }

  /** Up and with carrier: frames pass. */
  public boolean running() {
    return up && carrier;
  }

  @Override
  public String toString() {
    return name;
  }
}
