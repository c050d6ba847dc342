package dev.chainfuse.host;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads {@code addr.json}, printed by {@code ip -j -d addr}. */
final class LinkFile {
  private static final double NANOS = 1e9;

  /** br->ageing_time is in hundredths of a second (USER_HZ). */
  private static final long NANOS_OF_A_CENTISECOND = 10_000_000;

  /** Settings of a port that change what it forwards in ways that are not modelled. */
  private static final List<String> UNSUPPORTED_PORT_FLAGS =
      List.of("locked", "neigh_suppress", "proxy_arp", "proxy_arp_wifi", "vlan_tunnel");

  private final TopologyBuilder builder;
  private final Set<String> names = new HashSet<>();
  private final Set<String> bridges = new HashSet<>();
  private final List<Json> masters = new ArrayList<>();

  LinkFile(TopologyBuilder builder) {
    this.builder = builder;
    names.add("lo");
  }

  void read(Path path) {
    names.clear();
    builder.withoutAutomaticLoopback();
    JsonFile.read(path, this::link);
    for (Json master : masters) {
      if (!bridges.contains(master.text())) {
        throw master.error(
            "interface is tied to '" + master.text() + "', which is no bridge",
            "bonds, VRFs and the like are not modelled; leave it out");
      }
    }
  }

  /** The name in {@code value}, which must be that of an interface. */
  String device(Json value) {
    String name = value.text();
    if (!names.contains(name)) {
      throw value.error("there is no interface '" + name + "' in addr.json", "print both anew");
    }
    return name;
  }

  private void link(Json link) {
    Json nameAt = link.require("ifname");
    if (link.find("promiscuity") == null) {
      throw link.error(
          "details of interface '" + nameAt.text() + "' are missing",
          "print the file with: ip -j -d addr");
    }
    InterfaceSpec spec = nameAt.parsed("an interface's name", () -> named(link, nameAt.text()));
    spec.index((int) link.require("ifindex").number(1, Integer.MAX_VALUE));
    Json mtu = link.require("mtu");
    spec.mtu((int) mtu.number(68, Integer.MAX_VALUE));
    Json group = link.find("group");
    if (group != null && !group.word().equals("default")) {
      spec.group(
          group.parsed(
              "a group",
              () -> (int) Numbers.within(group.word(), 0L, 0xffff_ffffL, "the group's number")));
    }
    state(spec, link);
    hardware(spec, link);
    Json other = link.find("link");
    if (other != null) {
      spec.link(other.text());
    }
    for (Json address : arrayOf(link, "addr_info")) {
      if (address.text("family", "inet").equals("inet")) {
        spec.address(address(address, spec.name));
      }
    }
    if (!names.add(spec.name)) {
      throw nameAt.error("a second interface '" + spec.name + "'", "print the file anew");
    }
    builder.add(spec);
  }

  private static List<Json> arrayOf(Json parent, String name) {
    Json array = parent.find(name);
    return array == null ? List.of() : array.array();
  }

  private InterfaceSpec named(Json link, String name) {
    Json info = link.find("linkinfo");
    String type = link.text("link_type", "ether");
    String kind = info == null ? "" : info.text("info_kind", "");
    InterfaceKind as =
        type.equals("loopback")
            ? InterfaceKind.LOOPBACK
            : kind.isEmpty() ? InterfaceKind.PHYSICAL : InterfaceKind.of(kind);
    InterfaceSpec spec = InterfaceSpec.of(name, as);
    if (as == InterfaceKind.BRIDGE && info != null) {
      bridges.add(name);
      spec.settings(bridge(info.require("info_data")));
    }
    Json master = link.find("master");
    if (master != null) {
      masters.add(master);
      spec.master(master.text());
      if (info != null && info.text("info_slave_kind", "").equals("bridge")) {
        spec.settings(port(info.require("info_slave_data")));
      }
    }
    return spec;
  }

  private static void state(InterfaceSpec spec, Json link) {
    Set<String> flags = new HashSet<>();
    arrayOf(link, "flags").forEach(flag -> flags.add(flag.text()));
    if (!flags.contains("UP")) {
      spec.down();
    } else if (!flags.contains("LOWER_UP")) {
      spec.noCarrier();
    }
    if (flags.contains("NOARP")) {
      spec.noArp();
    }
  }

  private static void hardware(InterfaceSpec spec, Json link) {
    String type = link.text("link_type", "ether");
    Json address = link.find("address");
    if (!type.equals("ether")) {
      spec.withoutEthernet();
    } else if (address != null) {
      spec.mac(address.mac());
    }
  }

  private static Address address(Json json, String name) {
    int local = json.require("local").address();
    int peer = json.find("address") == null ? local : json.address("address");
    Json scope = json.find("scope");
    return new Address(
        local,
        peer,
        (int) json.require("prefixlen").number(0, 32),
        json.address("broadcast"),
        scope == null ? Scope.UNIVERSE : scope.parsed("a scope", () -> Scope.parse(scope.word())),
        json.flag("secondary", false),
        !json.flag("noprefixroute", false),
        json.number("metric", 0, 0xffff_ffffL, 0),
        json.text("label", name));
  }

  private static Bridge bridge(Json data) {
    Json vlans = data.find("vlan_filtering");
    if (vlans != null && vlans.flag()) {
      throw vlans.error(
          "the bridge filters VLANs, which is not modelled", "set vlan_filtering to 0");
    }
    // While the topology changes, the kernel shows and uses twice the forward delay instead of the
    // configured ageing time (__br_set_topology_change), which the file then does not hold.
    boolean changing = data.flag("topology_change", false);
    long ageing = data.number("ageing_time", 0, Integer.MAX_VALUE, 30_000);
    Json cleanup = data.find("gc_timer");
    return new Bridge(
        changing ? Bridge.DEFAULT.ageingNanos() : ageing * NANOS_OF_A_CENTISECOND,
        cleanup == null ? Bridge.DEFAULT.cleanupNanos() : (long) (cleanup.seconds() * NANOS),
        data.number("stp_state", 0, 2, 0) != 0,
        data.flag("mcast_snooping", true),
        (int) data.number("mcast_router", 0, 3, 1),
        data.flag("nf_call_iptables", false),
        mask(data.find("group_fwd_mask")));
  }

  private static BridgePort port(Json data) {
    for (String flag : UNSUPPORTED_PORT_FLAGS) {
      Json value = data.find(flag);
      if (value != null && value.flag()) {
        throw value.error("the port's setting " + flag + " is not modelled", "switch it off");
      }
    }
    Json state = data.require("state");
    return new BridgePort(
        state.parsed("a state", () -> BridgePort.State.of(state.text())),
        data.flag("hairpin", false),
        data.flag("learning", true),
        data.flag("flood", true),
        data.flag("mcast_flood", true),
        data.flag("bcast_flood", true),
        data.flag("isolated", false),
        (int) data.number("multicast_router", 0, 3, 1),
        mask(data.find("group_fwd_mask")));
  }

  /** The tools print it as text, in hexadecimal. */
  private static int mask(@Nullable Json value) {
    return value == null
        ? 0
        : value.parsed(
            "a mask", () -> (int) Numbers.within(value.word(), 0L, 0xffffL, "group_fwd_mask"));
  }
}
