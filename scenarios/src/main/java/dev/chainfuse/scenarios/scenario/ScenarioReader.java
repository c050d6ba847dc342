package dev.chainfuse.scenarios.scenario;

import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.scenarios.InputException;
import dev.chainfuse.scenarios.scenario.Scenario.Expectation;
import dev.chainfuse.scenarios.scenario.Scenario.StationSpec;
import dev.chainfuse.scenarios.scenario.Scenario.TrafficSpec;
import dev.chainfuse.scenarios.scenario.Scenario.Variant;
import dev.chainfuse.scenarios.traffic.LinkSpec;
import dev.chainfuse.scenarios.traffic.Sizes;
import dev.chainfuse.scenarios.traffic.Source.Protocol;
import dev.chainfuse.scenarios.traffic.Station;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.CollectionEndEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Node;

/** Reads scenario files. */
public final class ScenarioReader {
  private static final long MAX_FILE_BYTES = 1 << 20;
  private static final int MAX_DEPTH = 32;
  private static final int MAX_STREAM = 1 << 30;
  private static final int SMALLEST_REQUEST = 8;
  private static final long DEFAULT_DURATION = 10_000_000_000L;
  private static final int DEFAULT_CONNECTIONS = 65_536;
  private static final int MAX_CONNECTIONS = 1 << 26;

  private final YamlErrors errors;
  private final YamlMap root;

  private ScenarioReader(String file, Node node) {
    errors = new YamlErrors(file);
    root = new YamlMap(errors, node, "the scenario");
  }

  /**
   * Reads a scenario.
   *
   * @throws InputException if the file cannot be read or is wrong; the message lists what is, with
   *     lines
   */
  public static Scenario read(Path file) {
    return read(file, file.toString());
  }

  /** Reads one of the program's own scenarios. */
  public static Scenario readBuiltIn(String name) {
    return read(BuiltIn.file(name), name + ".yaml (built in)");
  }

  private static Scenario read(Path file, String label) {
    String text;
    try {
      if (Files.size(file) > MAX_FILE_BYTES) {
        throw new InputException(file + ": larger than " + MAX_FILE_BYTES + " bytes");
      }
      text = Files.readString(file);
    } catch (IOException e) {
      throw new InputException(file + ": cannot be read as UTF-8 text: " + e.getMessage(), e);
    }
    Path directory = file.toAbsolutePath().getParent();
    return parse(text, label, directory == null ? file.toAbsolutePath() : directory);
  }

  /**
   * Reads a scenario from text.
   *
   * @param file for messages
   * @param directory that host directories are relative to
   */
  public static Scenario parse(String text, String file, Path directory) {
    LoadSettings settings = LoadSettings.builder().setLabel(file).setUseMarks(true).build();
    Optional<Node> node;
    try {
      refuseDepth(text, file, settings);
      node = new Compose(settings).composeString(text);
    } catch (MarkedYamlEngineException e) {
      String place = e.getProblemMark().map(YamlErrors::place).orElse("");
      throw new InputException(file + place + ": not YAML: " + e.getProblem(), e);
    } catch (YamlEngineException e) {
      throw new InputException(file + ": not YAML: " + firstLine(e), e);
    }
    if (node.isEmpty()) {
      throw new InputException(file + ": the file is empty; 'new NAME' writes one to start from");
    }
    return new ScenarioReader(file, node.get()).scenario(directory);
  }

  private static String firstLine(Exception e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
  }

  /** The composer recurses into collections; a file of brackets would exhaust the stack. */
  private static void refuseDepth(String text, String file, LoadSettings settings) {
    int depth = 0;
    for (Event event : new Parse(settings).parseString(text)) {
      if (event instanceof CollectionStartEvent && ++depth > MAX_DEPTH) {
        String place = event.getStartMark().map(YamlErrors::place).orElse("");
        throw new InputException(file + place + ": more than " + MAX_DEPTH + " levels deep");
      } else if (event instanceof CollectionEndEvent) {
        depth--;
      }
    }
  }

  private Scenario scenario(Path directory) {
    String host = root.required("host");
    Map<String, LinkSpec> links = links();
    LinkSpec defaultLink = links.getOrDefault("default", LinkSpec.DEFAULT);
    links.remove("default");
    List<StationSpec> stations = stations();
    List<Expectation> expectations = new ArrayList<>();
    List<TrafficSpec> traffic = traffic(stations, expectations);
    expectations.addAll(expectations(root, stations, traffic));
    Scenario scenario =
        new Scenario(
            errors.file(),
            root.text("name", "scenario"),
            root.text("about", ""),
            directory.resolve(host).normalize(),
            root.texts("apply"),
            root.value("seed", 1L, ScenarioReader::whole),
            root.value("duration", DEFAULT_DURATION, Quantity::duration),
            (int)
                (long)
                    root.value(
                        "connections",
                        (long) DEFAULT_CONNECTIONS,
                        t -> within(t, 1, MAX_CONNECTIONS)),
            defaultLink,
            links,
            stations,
            traffic,
            expectations,
            variants(stations, traffic));
    root.done();
    root.finish();
    return scenario;
  }

  private Map<String, LinkSpec> links() {
    Map<String, LinkSpec> links = new LinkedHashMap<>();
    LinkSpec standard = LinkSpec.DEFAULT;
    root.named("links", "link")
        .forEach(
            (name, map) -> {
              links.put(
                  name,
                  new LinkSpec(
                      map.value("rate", standard.bitsPerSecond(), Quantity::bitRate),
                      map.value("delay", standard.delayNanos(), Quantity::duration),
                      map.value("queue", standard.queueBytes(), Quantity::bytes)));
              map.done();
            });
    return links;
  }

  private List<StationSpec> stations() {
    List<StationSpec> stations = new ArrayList<>();
    Map<String, YamlMap> named = root.named("stations", "station");
    if (named.isEmpty()) {
      errors.addAtLine(root.line(), "the scenario needs the key 'stations' with at least one");
    }
    named.forEach((name, map) -> stations.add(station(name, map, named)));
    return stations;
  }

  private StationSpec station(String name, YamlMap map, Map<String, YamlMap> all) {
    String on = map.text("on", "");
    String behind = map.text("behind", "");
    if (on.isEmpty() == behind.isEmpty()) {
      errors.addAtLine(
          map.line(),
          "station '" + name + "' needs either 'on' (an interface) or 'behind' (a station)");
    }
    if (!behind.isEmpty()) {
      YamlMap router = all.get(behind);
      if (router == null) {
        map.wrong("behind", "no station '" + behind + "'; " + Nearest.advice(behind, all.keySet()));
      } else if (router.has("behind")) {
        map.wrong("behind", "'" + behind + "' is itself behind another station");
      }
    }
    String[] address = map.required("address").split("/", 2);
    List<Integer> tcp = new ArrayList<>();
    List<Integer> udp = new ArrayList<>();
    map.texts("serves").forEach(text -> service(map, text, tcp, udp));
    StationSpec spec =
        new StationSpec(
            map.line(),
            name,
            on.isEmpty() ? null : on,
            behind.isEmpty() ? null : behind,
            parse(map, "address", address[0]),
            address.length == 1 ? 32 : prefix(map, address[1]),
            map.value("gateway", 0, Ipv4::parse),
            map.value("mac", 0L, Ipv4::parseMac),
            List.copyOf(tcp),
            List.copyOf(udp));
    map.done();
    return spec;
  }

  private static int parse(YamlMap map, String key, String address) {
    try {
      return Ipv4.parse(address);
    } catch (IllegalArgumentException e) {
      map.wrong(key, String.valueOf(e.getMessage()));
      return 0;
    }
  }

  private static int prefix(YamlMap map, String text) {
    try {
      return (int) within(text, 1, 32);
    } catch (IllegalArgumentException e) {
      map.wrong("address", "prefix length " + e.getMessage());
      return 32;
    }
  }

  private static void service(YamlMap map, String text, List<Integer> tcp, List<Integer> udp) {
    try {
      Service service = Service.parse(text);
      if (service.protocol() == Protocol.PING) {
        throw new IllegalArgumentException("every station answers ping");
      }
      (service.protocol() == Protocol.TCP ? tcp : udp).add(service.port());
    } catch (IllegalArgumentException e) {
      map.wrong("serves", String.valueOf(e.getMessage()));
    }
  }

  private List<TrafficSpec> traffic(List<StationSpec> stations, List<Expectation> expectations) {
    List<TrafficSpec> traffic = new ArrayList<>();
    for (YamlMap map : root.maps("traffic", "traffic")) {
      String name = map.required("name");
      if (traffic.stream().anyMatch(t -> t.name().equals(name))) {
        map.wrong("name", "traffic '" + name + "' comes twice");
      }
      Service what = map.requiredValue("what", new Service(Protocol.TCP, 80), Service::parse);
      boolean stream = what.protocol() == Protocol.TCP;
      int least = what.protocol() == Protocol.PING ? 0 : SMALLEST_REQUEST;
      int most = stream ? MAX_STREAM : Station.MAX_DATAGRAM;
      List<String> from = map.texts("from");
      if (from.isEmpty()) {
        map.required("from");
      }
      from.forEach(f -> known(map, "from", f, stations));
      String to = map.required("to");
      traffic.add(
          new TrafficSpec(
              map.line(),
              name,
              List.copyOf(from),
              destination(map, to, stations),
              to,
              what.protocol(),
              what.port(),
              map.value(
                  "request",
                  new Sizes.Fixed(stream ? 120 : 56),
                  t -> Quantity.sizes(t, least, most)),
              map.value(
                  "response",
                  new Sizes.Fixed(stream ? 2_800 : 56),
                  t -> Quantity.sizes(t, 0, most)),
              map.value("arrivals", Quantity.arrivals("10/s"), Quantity::arrivals),
              map.value("start", 0L, Quantity::duration),
              map.value("flows", Long.MAX_VALUE, t -> within(t, 1, Long.MAX_VALUE))));
      if (map.has("expect")) {
        boolean reached = map.value("expect", true, ScenarioReader::result);
        expectations.add(new Expectation(map.line(), name, null, reached));
      }
      map.done();
    }
    if (traffic.isEmpty()) {
      errors.addAtLine(root.line(), "the scenario needs the key 'traffic' with at least one item");
    }
    return traffic;
  }

  private static void known(YamlMap map, String key, String name, List<StationSpec> stations) {
    List<String> names = stations.stream().map(StationSpec::name).toList();
    if (!names.contains(name)) {
      map.wrong(key, "no station '" + name + "'; " + Nearest.advice(name, names));
    }
  }

  private static int destination(YamlMap map, String to, List<StationSpec> stations) {
    for (StationSpec station : stations) {
      if (station.name().equals(to)) {
        return station.address();
      }
    }
    if (!to.isEmpty() && Character.isDigit(to.charAt(0))) {
      return parse(map, "to", to);
    }
    if (!to.isEmpty()) {
      known(map, "to", to, stations);
    }
    return 0;
  }

  private List<Expectation> expectations(
      YamlMap from, List<StationSpec> stations, List<TrafficSpec> traffic) {
    List<Expectation> expectations = new ArrayList<>();
    for (YamlMap map : from.maps("expect", "expectation")) {
      List<String> names = traffic.stream().map(TrafficSpec::name).toList();
      String name = map.required("traffic");
      if (!name.isEmpty() && !names.contains(name)) {
        map.wrong("traffic", "no traffic '" + name + "'; " + Nearest.advice(name, names));
      }
      boolean reached = map.requiredValue("result", true, ScenarioReader::result);
      List<String> stationsNamed = map.texts("from");
      stationsNamed.forEach(station -> known(map, "from", station, stations));
      if (stationsNamed.isEmpty()) {
        expectations.add(new Expectation(map.line(), name, null, reached));
      }
      for (String station : stationsNamed) {
        expectations.add(new Expectation(map.line(), name, station, reached));
      }
      map.done();
    }
    return expectations;
  }

  private List<Variant> variants(List<StationSpec> stations, List<TrafficSpec> traffic) {
    List<Variant> variants = new ArrayList<>();
    root.named("variants", "variant")
        .forEach(
            (name, map) -> {
              variants.add(
                  new Variant(
                      name,
                      map.text("about", ""),
                      List.copyOf(map.texts("apply")),
                      expectations(map, stations, traffic)));
              map.done();
            });
    return variants;
  }

  private static boolean result(String text) {
    return switch (text) {
      case "reached" -> true;
      case "failed" -> false;
      default -> throw new IllegalArgumentException("'" + text + "' is neither reached nor failed");
    };
  }

  private static long whole(String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("'" + text + "' is not a whole number", e);
    }
  }

  static long within(String text, long least, long most) {
    long value = whole(text);
    if (value < least || value > most) {
      throw new IllegalArgumentException(text + " is not within " + least + " to " + most);
    }
    return value;
  }
}
