package dev.chainfuse.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/**
 * A score of a file that JMH wrote with {@code -rf json}.
 *
 * @param score the mean
 * @param low lower end of the 99.9 % confidence interval; NaN if there were too few iterations
 * @param high upper end
 * @param unit such as {@code ns/op}
 * @param mode such as {@code avgt}
 */
record JmhResult(double score, double low, double high, String unit, String mode) {
  /**
   * All scores of a file, in order, by benchmark and parameters.
   *
   * @throws IOException if the file cannot be read or is not JMH's
   */
  static Map<String, JmhResult> read(Path file) throws IOException {
    Map<String, JmhResult> results = new LinkedHashMap<>();
    try (JsonParser json =
        JsonFactory.builder()
            .build()
            .createParser(ObjectReadContext.empty(), Files.readString(file))) {
      if (json.nextToken() != JsonToken.START_ARRAY) {
        throw new IOException(file + " does not hold JMH results: it must begin with '['");
      }
      while (json.nextToken() == JsonToken.START_OBJECT) {
        add(file, flatten(json), results);
      }
    } catch (JacksonException e) {
      throw new IOException(file + " is not JSON: " + e.getOriginalMessage(), e);
    }
    return results;
  }

  private static void add(Path file, Map<String, String> of, Map<String, JmhResult> results)
      throws IOException {
    StringBuilder name = new StringBuilder(text(file, of, "/benchmark"));
    of.forEach(
        (key, value) -> {
          if (key.startsWith("/params/")) {
            name.append(' ').append(key.substring("/params/".length())).append('=').append(value);
          }
        });
    results.put(
        name.toString(),
        new JmhResult(
            number(file, of, "/primaryMetric/score"),
            number(file, of, "/primaryMetric/scoreConfidence/0"),
            number(file, of, "/primaryMetric/scoreConfidence/1"),
            text(file, of, "/primaryMetric/scoreUnit"),
            text(file, of, "/mode")));
  }

  private static String text(Path file, Map<String, String> of, String key) throws IOException {
    String value = of.get(key);
    if (value == null) {
      throw new IOException(file + " does not hold JMH results: " + key + " is missing");
    }
    return value;
  }

  private static double number(Path file, Map<String, String> of, String key) throws IOException {
    String text = text(file, of, key);
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException e) {
      throw new IOException(file + ": " + key + " is no number: " + text, e);
    }
  }

  /** The values of an object by their paths; the parser stands at its start. */
  private static Map<String, String> flatten(JsonParser json) {
    Map<String, String> values = new TreeMap<>();
    flatten(json, "", values);
    return values;
  }

  private static void flatten(JsonParser json, String path, Map<String, String> values) {
    switch (json.currentToken()) {
      case START_OBJECT -> {
        while (json.nextToken() != JsonToken.END_OBJECT) {
          String name = json.currentName();
          json.nextToken();
          flatten(json, path + '/' + name, values);
        }
      }
      case START_ARRAY -> {
        for (int i = 0; json.nextToken() != JsonToken.END_ARRAY; i++) {
          flatten(json, path + '/' + i, values);
        }
      }
      default -> values.put(path, json.getString());
    }
  }
}
