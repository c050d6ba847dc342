package dev.chainfuse.fuse;

import dev.chainfuse.packet.RangeSet;
import dev.chainfuse.rules.HostFacts;
import java.util.List;

/** Five interfaces and no addresses. */
final class TestHost implements HostFacts {
  private static final List<String> NAMES = List.of("lo", "eth0", "eth1", "docker0", "br-1");

  @Override
  public int interfaceCount() {
    return NAMES.size();
  }

  @Override
  public String interfaceName(int number) {
    return NAMES.get(number);
  }

  @Override
  public int addressType(int address, int interfaceNumber) {
    return HostFacts.none().addressType(address, interfaceNumber);
  }

  @Override
  public RangeSet addressesOfType(int type, int interfaceNumber) {
    return HostFacts.none().addressesOfType(type, interfaceNumber);
  }
}
