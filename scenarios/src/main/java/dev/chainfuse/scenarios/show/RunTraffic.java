package dev.chainfuse.scenarios.show;

import dev.chainfuse.scenarios.InputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/** Reads what a run's interfaces moved from its {@code report.json}. */
public final class RunTraffic {
  private RunTraffic() {}

  /**
   * By interface name; empty if the report has no such part.
   *
   * @throws InputException if the file cannot be read
   */
  public static Map<String, InterfaceTraffic> read(Path file) {
    Map<String, InterfaceTraffic> traffic = new HashMap<>();
    if (!Files.isReadable(file)) {
      throw new InputException(file + ": cannot be read; was the run made with --out?");
    }
    try (JsonParser json =
        JsonFactory.builder().build().createParser(ObjectReadContext.empty(), file)) {
      json.nextToken();
      for (String name = json.nextName(); name != null; name = json.nextName()) {
        json.nextToken();
        if (name.equals("interfaces") && json.hasToken(JsonToken.START_OBJECT)) {
          interfaces(json, traffic);
        } else {
          json.skipChildren();
        }
      }
    } catch (JacksonException e) {
      throw new InputException(file + ": " + e.getOriginalMessage(), e);
    }
    return traffic;
  }

  private static void interfaces(JsonParser json, Map<String, InterfaceTraffic> traffic) {
    for (String name = json.nextName(); name != null; name = json.nextName()) {
      json.nextToken();
      Map<String, Long> figures = new HashMap<>();
      for (String key = json.nextName(); key != null; key = json.nextName()) {
        figures.put(key, json.nextLongValue(0));
      }
      traffic.put(
          name,
          new InterfaceTraffic(
              figures.getOrDefault("rxPackets", 0L),
              figures.getOrDefault("rxBytes", 0L),
              figures.getOrDefault("rxDropped", 0L),
              figures.getOrDefault("txPackets", 0L),
              figures.getOrDefault("txBytes", 0L)));
    }
  }
}
