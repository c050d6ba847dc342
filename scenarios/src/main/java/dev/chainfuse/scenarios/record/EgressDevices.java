package dev.chainfuse.scenarios.record;

import dev.chainfuse.host.Interface;
import dev.chainfuse.host.InterfaceKind;
import dev.chainfuse.host.Topology;
import java.util.List;

/** The devices by which frames reach or leave a host for good: cards and ports, not bridges. */
public final class EgressDevices {
  private EgressDevices() {}

  /** All of a host, in interface order. */
  public static List<Interface> of(Topology topology) {
    return topology.interfaces().stream()
        .filter(i -> !i.isBridge() && !i.isLoopback() && i.kind() != InterfaceKind.VLAN)
        .toList();
  }

  /** The interface that IP sees behind a device: its bridge if it is a port, else itself. */
  public static Interface above(Topology topology, Interface device) {
    return device.isPort() ? topology.at(device.master()) : device;
  }
}
