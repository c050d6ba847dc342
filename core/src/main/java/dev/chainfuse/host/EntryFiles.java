package dev.chainfuse.host;

import dev.chainfuse.packet.Ipv4;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import java.util.TreeMap;

/** Reads {@code rule.json}, {@code neigh.json} and {@code fdb.json}. */
final class EntryFiles {
  private final TopologyBuilder builder;
  private final LinkFile links;

  EntryFiles(TopologyBuilder builder, LinkFile links) {
    this.builder = builder;
    this.links = links;
  }

  /** Printed by {@code ip -j rule}. */
  void readRules(Path path) {
    JsonFile.read(path, this::rule);
  }

  private void rule(Json json) {
    StringJoiner selector = new StringJoiner(" ");
    String action = "";
    for (Map.Entry<String, Json> member : new TreeMap<>(json.object()).entrySet()) {
      Object value = member.getValue().value();
      switch (member.getKey()) {
        case "priority", "protocol" -> {}
        case "table" -> action = "lookup " + member.getValue().word();
        case "src", "dst" -> {
          if (!"all".equals(value)) {
            selector.add(member.getKey() + " " + value);
          }
        }
        default -> selector.add(member.getKey() + (value == null ? "" : " " + value));
      }
    }
    long priority = json.require("priority").number(0, 0xffff_ffffL);
    builder.rule(new RoutingRule(priority, selector.toString(), action));
  }

  /** Printed by {@code ip -j neigh}. */
  void readNeighbours(Path path) {
    JsonFile.read(path, this::neighbour);
  }

  private void neighbour(Json json) {
    Json address = json.require("dst");
    if (address.text().indexOf(':') >= 0) {
      return;
    }
    String device = links.device(json.require("dev"));
    Neighbour.State state = Neighbour.State.NONE;
    Json states = json.find("state");
    for (Json each : states == null ? List.<Json>of() : states.array()) {
      state =
          each.parsed(
              "a neighbour's state",
              () -> Neighbour.State.valueOf(each.text().toUpperCase(Locale.ROOT)));
    }
    Json mac = json.find("lladdr");
    if (mac == null && state.isValid() && state != Neighbour.State.NOARP) {
      throw json.error("neighbour " + address.text() + " has no lladdr", "print the file anew");
    }
    builder.neighbour(Ipv4.format(address.address()), device, mac == null ? 0 : mac.mac(), state);
  }

  /** Printed by {@code bridge -j fdb}. */
  void readFdb(Path path) {
    builder.withoutAutomaticFdb();
    JsonFile.read(path, this::entry);
  }

  private void entry(Json json) {
    Set<String> flags = new HashSet<>();
    Json list = json.find("flags");
    (list == null ? List.<Json>of() : list.array()).forEach(flag -> flags.add(flag.text()));
    Json master = json.find("master");
    // "self" without a bridge: what the device itself filters by. Entries of a VLAN are not
    // looked at as long as the bridge does not filter VLANs (br_handle_frame_finish, vid 0).
    if (master == null || json.find("vlan") != null) {
      return;
    }
    Json mac = json.require("mac");
    String device = links.device(json.require("ifname"));
    String bridge = links.device(master);
    FdbEntry.State state = state(json, flags);
    double idle = json.find("updated") == null ? 0 : json.require("updated").seconds();
    boolean stale = json.text("state", "").equals("stale");
    long idleNanos = stale && idle == 0 ? Long.MAX_VALUE : (long) (idle * 1e9);
    builder.fdb(mac.mac(), bridge, device, state, flags.contains("sticky"), idleNanos);
  }

  private static FdbEntry.State state(Json json, Set<String> flags) {
    Json state = json.find("state");
    String text = state == null ? "" : state.text();
    return switch (text) {
      case "permanent" -> FdbEntry.State.LOCAL;
      case "static" -> FdbEntry.State.STATIC;
      case "", "stale", "reachable" ->
          flags.contains("extern_learn") ? FdbEntry.State.EXTERNAL : FdbEntry.State.LEARNED;
      default -> throw json.error("unknown state '" + text + "'", "print the file anew");
    };
  }
}
