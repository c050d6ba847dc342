package dev.chainfuse.host;

import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.packet.Skb;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An interface to be added to a {@link TopologyBuilder}. Mutable; every method returns the spec
 * itself.
 */
public final class InterfaceSpec {
  final String name;
  final InterfaceKind kind;
  int index = -1;
  boolean ethernet = true;
  long mac = -1;
  int mtu = 1500;
  boolean up = true;
  boolean carrier = true;
  boolean noArp;
  int group;
  @Nullable String master;
  @Nullable String link;
  final List<Address> addresses = new ArrayList<>();
  @Nullable Bridge bridge;
  @Nullable BridgePort port;

  InterfaceSpec(String name, InterfaceKind kind) {
    this.name = checkedName(name);
    this.kind = kind;
    if (kind == InterfaceKind.LOOPBACK) {
      mtu = 65_536;
      ethernet = false;
      mac = 0;
    }
    if (kind == InterfaceKind.BRIDGE) {
      bridge = Bridge.DEFAULT;
    }
  }

  /** As dev_valid_name, net/core/dev.c. */
  private static String checkedName(String name) {
    boolean bad = name.isEmpty() || name.length() > 15 || name.equals(".") || name.equals("..");
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      bad |= c == '/' || c == ':' || c <= ' ';
    }
    if (bad) {
      throw new IllegalArgumentException("'" + name + "' cannot be an interface's name");
    }
    return name;
  }

  /** A network card. */
  public static InterfaceSpec physical(String name) {
    return new InterfaceSpec(name, InterfaceKind.PHYSICAL);
  }

  /** A bridge without ports. */
  public static InterfaceSpec bridge(String name) {
    return new InterfaceSpec(name, InterfaceKind.BRIDGE);
  }

  /** This host's end of a veth that is a port of a bridge. */
  public static InterfaceSpec port(String name, String bridge) {
    return new InterfaceSpec(name, InterfaceKind.VETH).master(bridge);
  }

  /** An interface of any kind. */
  public static InterfaceSpec of(String name, InterfaceKind kind) {
    return new InterfaceSpec(name, kind);
  }

  /** The kernel's ifindex, from 1; the next free one if not given. */
  public InterfaceSpec index(int value) {
    if (value < 1) {
      throw new IllegalArgumentException("ifindex " + value + " is not positive");
    }
    index = value;
    return this;
  }

  /**
   * The hardware address, as {@code 02:42:ac:11:00:01}. If not given: a bridge has the lowest of
   * its ports', others 02:00:00:00:00:nn by ifindex.
   */
  public InterfaceSpec mac(String text) {
    return mac(Ipv4.parseMac(text));
  }

  /** The hardware address, low 48 bits. */
  public InterfaceSpec mac(long value) {
    mac = value;
    return this;
  }

  /** At least 68 bytes (RFC 791). */
  public InterfaceSpec mtu(int bytes) {
    if (bytes < 68) {
      throw new IllegalArgumentException("MTU " + bytes + " is less than 68");
    }
    mtu = bytes;
    return this;
  }

  /** Not set up: {@code ip link set NAME down}. */
  public InterfaceSpec down() {
    up = false;
    carrier = false;
    return this;
  }

  /** Up, but with nothing at the other end. */
  public InterfaceSpec noCarrier() {
    carrier = false;
    return this;
  }

  /** Resolves no addresses. */
  public InterfaceSpec noArp() {
    noArp = true;
    return this;
  }

  /** Frames are bare IP packets. */
  public InterfaceSpec withoutEthernet() {
    ethernet = false;
    mac = 0;
    return this;
  }

  /** Makes it a port of a bridge. */
  public InterfaceSpec master(String bridgeName) {
    master = bridgeName;
    if (port == null) {
      port = BridgePort.DEFAULT;
    }
    return this;
  }

  /** The interface of this host that it is tied to. */
  public InterfaceSpec link(String other) {
    link = other;
    return this;
  }

  /** Settings of a bridge. */
  public InterfaceSpec settings(Bridge value) {
    bridge = value;
    return this;
  }

  /** Settings of a port. */
  public InterfaceSpec settings(BridgePort value) {
    port = value;
    return this;
  }

  /** Hairpin mode of a port. */
  public InterfaceSpec hairpin() {
    port = (port == null ? BridgePort.DEFAULT : port).withHairpin(true);
    return this;
  }

  /**
   * Adds {@code 192.168.0.1/20} with the network's broadcast address, as {@code ip addr add … brd
   * +} does. Secondary if an address of the same network is there already.
   */
  public InterfaceSpec address(String text) {
    int slash = text.indexOf('/');
    int prefix = slash < 0 ? 32 : Numbers.within(text.substring(slash + 1), 0, 32, "prefix length");
    int local = Ipv4.parse(slash < 0 ? text : text.substring(0, slash));
    boolean host = kind == InterfaceKind.LOOPBACK || Ipv4.isLoopback(local);
    int broadcast = prefix >= 31 || host ? 0 : local | ~Ipv4.mask(prefix);
    boolean secondary =
        addresses.stream().anyMatch(a -> a.prefixLength() == prefix && a.covers(local));
    int scope = host ? Scope.HOST : Scope.UNIVERSE;
    return address(new Address(local, local, prefix, broadcast, scope, secondary, true, 0, name));
  }

  /** Adds an address. */
  public InterfaceSpec address(Address address) {
    addresses.add(address);
    return this;
  }

  /** The group that it is in ({@code ip link set group}), as the rules' devgroup sees it. */
  public InterfaceSpec group(int value) {
    group = value;
    return this;
  }

  Interface build(int number, int masterNumber, int linkNumber, long hardware, boolean masterUp) {
    BridgePort asPort = masterNumber == Skb.NO_INTERFACE ? null : port;
    if (asPort != null && !(up && carrier && masterUp)) {
      asPort = asPort.withState(BridgePort.State.DISABLED);
    }
    return new Interface(
        number,
        index,
        name,
        kind,
        ethernet,
        hardware,
        mtu,
        up,
        carrier,
        noArp,
        masterNumber,
        linkNumber,
        group,
        addresses,
        bridge,
        asPort);
  }
}
