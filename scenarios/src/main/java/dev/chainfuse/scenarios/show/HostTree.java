package dev.chainfuse.scenarios.show;

import dev.chainfuse.Host;
import dev.chainfuse.host.Address;
import dev.chainfuse.host.FdbEntry;
import dev.chainfuse.host.Interface;
import dev.chainfuse.host.Neighbour;
import dev.chainfuse.host.Topology;
import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.rules.Chain;
import dev.chainfuse.rules.Rule;
import dev.chainfuse.rules.Table;
import dev.chainfuse.rules.TableName;
import dev.chainfuse.rules.text.SaveWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** A host as a tree: its interfaces, bridges with ports and who is behind them, published ports. */
public final class HostTree {
  private final Topology topology;
  private final Host host;
  private final StringBuilder out = new StringBuilder();

  private HostTree(Host host) {
    this.host = host;
    topology = host.topology();
  }

  /** The whole tree. */
  public static String write(Host host) {
    return new HostTree(host).tree();
  }

  private record Branch(String text, List<Branch> below) {
    static Branch leaf(String text) {
      return new Branch(text, List.of());
    }
  }

  private String tree() {
    List<Branch> branches = new ArrayList<>();
    for (Interface device : topology.interfaces()) {
      if (device.isBridge()) {
        branches.add(bridge(device));
      } else if (!device.isPort()) {
        branches.add(new Branch(describe(device), neighbours(device, device)));
      }
    }
    branches.add(new Branch("published ports (DNAT)", published()));
    branches.add(new Branch("tables", tables()));
    out.append(host.name()).append('\n');
    append(branches, "");
    return out.toString();
  }

  private void append(List<Branch> branches, String indent) {
    for (int i = 0; i < branches.size(); i++) {
      boolean last = i == branches.size() - 1;
      Branch branch = branches.get(i);
      out.append(indent).append(last ? "`-- " : "|-- ").append(branch.text).append('\n');
      append(branch.below, indent + (last ? "    " : "|   "));
    }
  }

  private Branch bridge(Interface bridge) {
    List<Branch> ports = new ArrayList<>();
    for (Interface port : topology.ports(bridge.number())) {
      ports.add(new Branch("port " + describe(port), neighbours(bridge, port)));
    }
    return new Branch("bridge " + describe(bridge), ports);
  }

  private static String describe(Interface device) {
    String addresses =
        device.addresses().stream().map(Address::toString).collect(Collectors.joining(" "));
    String state = device.running() ? "" : device.up() ? " no carrier" : " down";
    if (device.port() != null && state.isEmpty()) {
      String portState = device.port().state().name().toLowerCase(Locale.ROOT);
      state = portState.equals("forwarding") ? "" : " " + portState;
    }
    return device.name() + (addresses.isEmpty() ? "" : " " + addresses) + state;
  }

  /** Known neighbours of {@code above} whose MAC is behind {@code port}. */
  private List<Branch> neighbours(Interface above, Interface port) {
    List<Branch> found = new ArrayList<>();
    for (Neighbour neighbour : topology.neighbours()) {
      boolean here = neighbour.device() == above.number();
      boolean behind =
          above.number() == port.number()
              || topology.fdb().stream().anyMatch(entry -> isOf(entry, port, neighbour.mac()));
      if (here && behind && neighbour.state().isValid()) {
        found.add(
            Branch.leaf(Ipv4.format(neighbour.address()) + "  " + Ipv4.formatMac(neighbour.mac())));
      }
    }
    return found;
  }

  private static boolean isOf(FdbEntry entry, Interface port, long mac) {
    return entry.port() == port.number() && entry.mac() == mac;
  }

  private List<Branch> published() {
    List<Branch> found = new ArrayList<>();
    Table nat = host.rules().table(TableName.NAT);
    if (nat != null) {
      for (Chain chain : nat.chains()) {
        for (Rule rule : chain.rules()) {
          if (rule.target().targetName().equals("DNAT")) {
            found.add(Branch.leaf(SaveWriter.rule(chain.name(), rule)));
          }
        }
      }
    }
    return found.isEmpty() ? List.of(Branch.leaf("none")) : found;
  }

  private List<Branch> tables() {
    List<Branch> found = new ArrayList<>();
    for (Table table : host.rules().tables()) {
      int rules = table.chains().stream().mapToInt(chain -> chain.rules().size()).sum();
      found.add(
          Branch.leaf(
              table.name().text()
                  + ": "
                  + rules
                  + " rules in "
                  + table.chains().size()
                  + " chains"));
    }
    return found.isEmpty() ? List.of(Branch.leaf("none loaded")) : found;
  }
}
