package dev.chainfuse.rules;

import dev.chainfuse.packet.RangeSet;

/** What rules need to know of the host that loads them. Immutable. */
public interface HostFacts {
  /** Interfaces are numbered from 0 to {@code interfaceCount() - 1}. */
  int interfaceCount();

  /** Name of an interface. */
  String interfaceName(int number);

  /**
   * The routing type of an address as {@code -m addrtype} sees it (inet_addr_type, or
   * inet_dev_addr_type when limited to an interface; net/ipv4/fib_frontend.c).
   *
   * @param interfaceNumber limits "local" to that interface's own addresses; negative for no limit
   * @return an {@code RTN_} number of include/uapi/linux/rtnetlink.h: 1 UNICAST, 2 LOCAL, 3
   *     BROADCAST, 4 ANYCAST, 5 MULTICAST, 6 BLACKHOLE, 7 UNREACHABLE, 8 PROHIBIT
   */
  int addressType(int address, int interfaceNumber);

  /** All addresses whose {@link #addressType} is {@code type}. */
  RangeSet addressesOfType(int type, int interfaceNumber);

  /** Whether the interface is a loopback device. */
  default boolean isLoopback(int number) {
    return interfaceName(number).equals("lo");
  }

  /** Whether the frames of the interface have an Ethernet header. */
  default boolean isEthernet(int number) {
    return !isLoopback(number);
  }

  /** The group of an interface ({@code ip link set group}). */
  default int interfaceGroup(int number) {
    return 0;
  }

  /** Bit of a {@link #route} to the host itself. */
  int LOCAL_ROUTE = 1 << 30;

  /**
   * The route to an address, whatever the state of its link.
   *
   * @param tos the packet's TOS octet
   * @param mark the packet's mark, for routing rules
   * @return the number of the interface, with {@link #LOCAL_ROUTE} if the address is the host's
   *     own; negative if there is no route or one of another type
   */
  default int route(int destination, int tos, int mark) {
    return -1;
  }

  /** A host with no interface and no address but loopback's: for compiling rules alone. */
  static HostFacts none() {
    return NoHost.INSTANCE;
  }
}
