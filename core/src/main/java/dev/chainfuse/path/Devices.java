package dev.chainfuse.path;

import dev.chainfuse.host.Bridge;
import dev.chainfuse.host.BridgePort;
import dev.chainfuse.host.Interface;
import dev.chainfuse.host.Topology;

/** The interfaces as columns, indexed by interface number. Immutable. */
final class Devices {
  static final int DISABLED = BridgePort.State.DISABLED.ordinal();
  static final int LEARNING = BridgePort.State.LEARNING.ordinal();
  static final int FORWARDING = BridgePort.State.FORWARDING.ordinal();

  final int count;
  private final String[] names;
  final long[] mac;
  final int[] mtu;

  /** Up and with carrier. */
  final boolean[] up;

  final boolean[] loopback;

  final boolean[] bridge;

  /** The bridge that an interface is a port of, or -1. */
  final int[] master;

  /** Ports of a bridge, the newest first, as the kernel's list is. */
  final int[][] ports;

  // Of ports.
  final byte[] portState;
  final byte[] hairpin;
  final boolean[] learning;
  final byte[] unicastFlood;
  final byte[] multicastFlood;
  final byte[] broadcastFlood;
  final byte[] isolated;

  // Of bridges.
  final boolean[] spanningTree;
  final boolean[] multicastSnooping;

  /** Bridged IPv4 passes iptables. */
  final boolean[] filterBridged;

  Devices(Topology topology) {
    count = topology.interfaces().size();
    names = new String[count];
    mac = new long[count];
    mtu = new int[count];
    up = new boolean[count];
    loopback = new boolean[count];
    bridge = new boolean[count];
    master = new int[count];
    ports = new int[count][];
    portState = new byte[count];
    hairpin = new byte[count];
    learning = new boolean[count];
    unicastFlood = new byte[count];
    multicastFlood = new byte[count];
    broadcastFlood = new byte[count];
    isolated = new byte[count];
    spanningTree = new boolean[count];
    multicastSnooping = new boolean[count];
    filterBridged = new boolean[count];
    for (Interface i : topology.interfaces()) {
      fill(i);
      ports[i.number()] = newestFirst(topology, i.number());
      Bridge b = i.bridge();
      if (b != null) {
        spanningTree[i.number()] = b.spanningTree();
        multicastSnooping[i.number()] = b.multicastSnooping();
        filterBridged[i.number()] = topology.sysctls().bridgeCallsIptables() || b.nfCallIptables();
      }
    }
  }

  private void fill(Interface i) {
    int n = i.number();
    names[n] = i.name();
    mac[n] = i.mac();
    mtu[n] = i.mtu();
    up[n] = i.running();
    loopback[n] = i.isLoopback();
    bridge[n] = i.isBridge();
    master[n] = i.master();
    BridgePort port = i.port();
    if (port != null) {
      portState[n] = (byte) port.state().ordinal();
      hairpin[n] = flag(port.hairpin());
      learning[n] = port.learning();
      unicastFlood[n] = flag(port.unicastFlood());
      multicastFlood[n] = flag(port.multicastFlood());
      broadcastFlood[n] = flag(port.broadcastFlood());
      isolated[n] = flag(port.isolated());
    }
  }

  private static byte flag(boolean on) {
    return (byte) (on ? 1 : 0);
  }

  private static int[] newestFirst(Topology topology, int bridge) {
    int[] numbers = topology.ports(bridge).stream().mapToInt(Interface::number).toArray();
    int[] out = new int[numbers.length];
    for (int i = 0; i < numbers.length; i++) {
      out[i] = numbers[numbers.length - 1 - i];
    }
    return out;
  }

  String name(int device) {
    return names[device];
  }

  /** The number of the device of that name, or -1. */
  int number(String name) {
    for (int i = 0; i < count; i++) {
      if (names[i].equals(name)) {
        return i;
      }
    }
    return -1;
  }

  boolean isPort(int device) {
    return master[device] >= 0;
  }
}
