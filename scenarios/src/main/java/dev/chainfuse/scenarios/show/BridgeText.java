package dev.chainfuse.scenarios.show;

import dev.chainfuse.host.Bridge;
import dev.chainfuse.host.Interface;
import dev.chainfuse.host.Topology;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** Bridges as {@code brctl show} prints them, in order of names. */
public final class BridgeText {
  private BridgeText() {}

  /** All bridges. */
  public static String write(Topology topology) {
    StringBuilder out = new StringBuilder("bridge name\tbridge id\t\tSTP enabled\tinterfaces\n");
    topology.interfaces().stream()
        .filter(Interface::isBridge)
        .sorted(Comparator.comparing(Interface::name))
        .forEach(bridge -> append(out, topology, bridge));
    return out.toString();
  }

  private static void append(StringBuilder out, Topology topology, Interface device) {
    Bridge bridge = device.bridge();
    boolean spanningTree = bridge != null && bridge.spanningTree();
    out.append(device.name()).append("\t\t8000.");
    out.append(String.format(Locale.ROOT, "%012x", device.mac()));
    out.append('\t').append(spanningTree ? "yes" : "no").append("\t\t");
    List<String> ports =
        topology.ports(device.number()).stream().map(Interface::name).sorted().toList();
    out.append(String.join("\n\t\t\t\t\t\t\t", ports)).append('\n');
  }
}
