package dev.chainfuse.rules;

import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.packet.RangeSet;

/**
 * The facts of a host without interfaces: loopback is local, 224/4 multicast, 0.0.0.0 and
 * 255.255.255.255 broadcast (ipv4_is_zeronet), the rest unicast.
 */
enum NoHost implements HostFacts {
  INSTANCE;

  private static final int UNICAST = 1;
  private static final int LOCAL = 2;
  private static final int BROADCAST = 3;
  private static final int MULTICAST = 5;

  @Override
  public int interfaceCount() {
    return 0;
  }

  @Override
  public String interfaceName(int number) {
    throw new IndexOutOfBoundsException(number);
  }

  @Override
  public int addressType(int address, int interfaceNumber) {
    if (address == 0 || address == -1) {
      return BROADCAST;
    }
    if (Ipv4.isMulticast(address)) {
      return MULTICAST;
    }
    return Ipv4.isLoopback(address) ? LOCAL : UNICAST;
  }

  @Override
  public RangeSet addressesOfType(int type, int interfaceNumber) {
    RangeSet broadcast = RangeSet.of(0).union(RangeSet.of(RangeSet.MAX));
    RangeSet multicast = RangeSet.masked(0xe000_0000, 0xf000_0000);
    RangeSet local = RangeSet.masked(0x7f00_0000, 0xff00_0000);
    return switch (type) {
      case UNICAST -> broadcast.union(multicast).union(local).complement();
      case LOCAL -> local;
      case BROADCAST -> broadcast;
      case MULTICAST -> multicast;
      default -> RangeSet.EMPTY;
    };
  }
}
