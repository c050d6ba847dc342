package dev.chainfuse.scenarios.show;

import dev.chainfuse.host.Address;
import dev.chainfuse.host.Interface;
import dev.chainfuse.host.Topology;
import dev.chainfuse.packet.Ipv4;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Interfaces as {@code ifconfig -a} of net-tools 2.10 prints them, in order of names. */
public final class InterfaceText {
  private static final int UP = 1;
  private static final int BROADCAST = 2;
  private static final int LOOPBACK = 8;
  private static final int RUNNING = 0x40;
  private static final int NOARP = 0x80;
  private static final int MULTICAST = 0x1000;
  private static final int QUEUE = 1_000;
  private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};

  private InterfaceText() {}

  /** All interfaces; those without an entry in {@code traffic} have moved nothing. */
  public static String write(Topology topology, Map<String, InterfaceTraffic> traffic) {
    StringBuilder out = new StringBuilder();
    List<Interface> sorted =
        topology.interfaces().stream().sorted(Comparator.comparing(Interface::name)).toList();
    for (Interface device : sorted) {
      append(out, device, traffic.getOrDefault(device.name(), InterfaceTraffic.NONE));
    }
    return out.toString();
  }

  private static void append(StringBuilder out, Interface device, InterfaceTraffic traffic) {
    out.append(device.name()).append(": ").append(flags(device));
    out.append("  mtu ").append(device.mtu()).append('\n');
    for (Address address : device.addresses().stream().limit(1).toList()) {
      out.append("        inet ").append(Ipv4.format(address.local()));
      out.append("  netmask ").append(Ipv4.format(address.mask()));
      if (address.broadcast() != 0) {
        out.append("  broadcast ").append(Ipv4.format(address.broadcast()));
      }
      out.append('\n');
    }
    if (device.isLoopback()) {
      out.append("        loop  txqueuelen ").append(QUEUE).append("  (Local Loopback)\n");
    } else if (device.ethernet()) {
      out.append("        ether ").append(Ipv4.formatMac(device.mac()));
      out.append("  txqueuelen ").append(QUEUE).append("  (Ethernet)\n");
    } else {
      out.append("        unspec  txqueuelen ").append(QUEUE).append("  (UNSPEC)\n");
    }
    line(out, "RX", traffic.rxPackets(), traffic.rxBytes());
    out.append("        RX errors 0  dropped ").append(traffic.rxDropped());
    out.append("  overruns 0  frame 0\n");
    line(out, "TX", traffic.txPackets(), traffic.txBytes());
    out.append("        TX errors 0  dropped 0 overruns 0  carrier 0  collisions 0\n\n");
  }

  private static void line(StringBuilder out, String direction, long packets, long bytes) {
    out.append("        ").append(direction).append(" packets ").append(packets);
    out.append("  bytes ").append(bytes).append(" (").append(human(bytes)).append(")\n");
  }

  private static String flags(Interface device) {
    int bits = 0;
    StringBuilder names = new StringBuilder();
    bits |= flag(names, device.up(), UP, "UP");
    bits |= flag(names, device.ethernet(), BROADCAST, "BROADCAST");
    bits |= flag(names, device.isLoopback(), LOOPBACK, "LOOPBACK");
    bits |= flag(names, device.running(), RUNNING, "RUNNING");
    bits |= flag(names, device.noArp(), NOARP, "NOARP");
    bits |= flag(names, device.ethernet(), MULTICAST, "MULTICAST");
    return "flags=" + bits + "<" + names + ">";
  }

  private static int flag(StringBuilder names, boolean set, int bit, String name) {
    if (!set) {
      return 0;
    }
    names.append(names.length() == 0 ? "" : ",").append(name);
    return bit;
  }

  /** {@code 76.8 KiB}: cut, not rounded, as ifconfig does. */
  static String human(long bytes) {
    int unit = 0;
    long whole = bytes;
    long rest = 0;
    while (whole >= 1_024 && unit < UNITS.length - 1) {
      rest = whole % 1_024;
      whole /= 1_024;
      unit++;
    }
    return String.format(Locale.ROOT, "%d.%d %s", whole, rest * 10 / 1_024, UNITS[unit]);
  }
}
