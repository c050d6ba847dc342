package dev.chainfuse.bench;

import dev.chainfuse.packet.RangeSet;
import dev.chainfuse.rules.Chain;
import dev.chainfuse.rules.HeaderMatch;
import dev.chainfuse.rules.HostFacts;
import dev.chainfuse.rules.Rule;
import dev.chainfuse.rules.RuleSet;
import dev.chainfuse.rules.Table;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** A host that has the interfaces that rules name, and no address but loopback's. */
final class RuleHost implements HostFacts {
  private final HostFacts addresses = HostFacts.none();
  private final List<String> interfaces;

  RuleHost(RuleSet rules) {
    Set<String> names = new TreeSet<>();
    for (Table table : rules.tables()) {
      for (Chain chain : table.chains()) {
        for (Rule rule : chain.rules()) {
          add(names, rule.header().in());
          add(names, rule.header().out());
        }
      }
    }
    names.add("eth0");
    interfaces = List.copyOf(names);
  }

  private static void add(Set<String> names, HeaderMatch.Interface match) {
    String name = match.pattern();
    if (name.endsWith("+")) {
      name = name.substring(0, name.length() - 1) + '0';
    }
    if (!name.isEmpty()) {
      names.add(name);
    }
  }

  @Override
  public int interfaceCount() {
    return interfaces.size();
  }

  @Override
  public String interfaceName(int number) {
    return interfaces.get(number);
  }

  @Override
  public int addressType(int address, int interfaceNumber) {
    return addresses.addressType(address, interfaceNumber);
  }

  @Override
  public RangeSet addressesOfType(int type, int interfaceNumber) {
    return addresses.addressesOfType(type, interfaceNumber);
  }
}
