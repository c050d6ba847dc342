package dev.chainfuse.rules.match;

import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.packet.RangeSet;
import dev.chainfuse.rules.HostFacts;
import java.util.List;

/** Interface {@code i} owns 10.i.0.1 with broadcast 10.i.255.255. */
final class TestHost implements HostFacts {
  static final int UNICAST = 1;
  static final int LOCAL = 2;
  static final int BROADCAST = 3;
  static final int MULTICAST = 5;

  private static final List<String> NAMES = List.of("lo", "veth1", "a", "b2");

  @Override
  public int interfaceCount() {
    return NAMES.size();
  }

  @Override
  public String interfaceName(int number) {
    return NAMES.get(number);
  }

  static int local(int number) {
    return 0x0a000001 | number << 16;
  }

  static int broadcast(int number) {
    return 0x0a00ffff | number << 16;
  }

  @Override
  public int addressType(int address, int interfaceNumber) {
    if (Ipv4.isMulticast(address)) {
      return MULTICAST;
    }
    for (int i = 0; i < NAMES.size(); i++) {
      boolean counts = interfaceNumber < 0 || interfaceNumber == i;
      if (counts && address == local(i)) {
        return LOCAL;
      }
      if (counts && address == broadcast(i)) {
        return BROADCAST;
      }
    }
    return UNICAST;
  }

  @Override
  public RangeSet addressesOfType(int type, int interfaceNumber) {
    RangeSet local = RangeSet.EMPTY;
    RangeSet broadcast = RangeSet.EMPTY;
    for (int i = 0; i < NAMES.size(); i++) {
      if (interfaceNumber < 0 || interfaceNumber == i) {
        local = local.union(RangeSet.of(local(i)));
        broadcast = broadcast.union(RangeSet.of(broadcast(i)));
      }
    }
    RangeSet multicast = RangeSet.masked(0xe000_0000, 0xf000_0000);
    return switch (type) {
      case UNICAST -> local.union(broadcast).union(multicast).complement();
      case LOCAL -> local;
      case BROADCAST -> broadcast;
      case MULTICAST -> multicast;
      default -> RangeSet.EMPTY;
    };
  }
}
