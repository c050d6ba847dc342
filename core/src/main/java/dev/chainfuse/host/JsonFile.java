package dev.chainfuse.host;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonFactory;

/**
 * Reads a JSON array element by element; one element is in memory at a time. Depth and sizes are
 * bounded, so that no file can exhaust stack or heap.
 */
final class JsonFile {
  private static final String MEND = "print the file anew with the command that made it";

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(16)
                  .maxDocumentLength(256L << 20)
                  .maxStringLength(65_536)
                  .maxNameLength(1_024)
                  .maxNumberLength(64)
                  .build())
          .build();

  /** Values in one element of the array; real files have a few hundred. */
  private static final int MOST_VALUES = 50_000;

  private final String file;
  private final JsonParser parser;
  private int values;

  private JsonFile(String file, JsonParser parser) {
    this.file = file;
    this.parser = parser;
  }

  /** Hands every object of the array in {@code path} to {@code each}; skips empty objects. */
  static void read(Path path, Consumer<Json> each) {
    String file = path.toString();
    try (InputStream in = Files.newInputStream(path);
        JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), in)) {
      new JsonFile(file, parser).elements(each);
    } catch (JacksonException e) {
      throw syntax(file, e);
    } catch (IOException e) {
      throw new HostFileException(file, 0, 0, "cannot be read: " + e, "check its permissions");
    }
  }

  private static HostFileException syntax(String file, JacksonException e) {
    TokenStreamLocation at = e.getLocation();
    String problem = e.getOriginalMessage();
    int end = problem.indexOf('\n');
    problem = "not valid JSON: " + (end < 0 ? problem : problem.substring(0, end));
    return at == null
        ? new HostFileException(file, 0, 0, problem, MEND)
        : new HostFileException(file, at.getLineNr(), at.getColumnNr(), problem, MEND);
  }

  private void elements(Consumer<Json> each) {
    JsonToken first = parser.nextToken();
    if (first == null) {
      // ip prints nothing at all when there is nothing to show.
      return;
    }
    if (first != JsonToken.START_ARRAY) {
      throw here("expected an array of objects");
    }
    for (JsonToken token = next(); token != JsonToken.END_ARRAY; token = next()) {
      if (token != JsonToken.START_OBJECT) {
        throw here("expected an object");
      }
      values = 0;
      Json element = value(token);
      if (!element.object().isEmpty()) {
        each.accept(element);
      }
    }
    if (parser.nextToken() != null) {
      throw here("there is something behind the array");
    }
  }

  private JsonToken next() {
    JsonToken token = parser.nextToken();
    if (token == null) {
      throw here("the file ends too early");
    }
    return token;
  }

  private HostFileException here(String problem) {
    TokenStreamLocation at = parser.currentTokenLocation();
    return new HostFileException(file, at.getLineNr(), at.getColumnNr(), problem, MEND);
  }

  private Json value(JsonToken token) {
    if (++values > MOST_VALUES) {
      throw here("one element holds more than " + MOST_VALUES + " values");
    }
    TokenStreamLocation at = parser.currentTokenLocation();
    return new Json(file, at.getLineNr(), at.getColumnNr(), content(token));
  }

  private @Nullable Object content(JsonToken token) {
    return switch (token) {
      case START_OBJECT -> members();
      case START_ARRAY -> list();
      case VALUE_STRING -> parser.getString();
      case VALUE_NUMBER_INT -> whole(parser.getString());
      case VALUE_NUMBER_FLOAT -> Double.valueOf(parser.getString());
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case VALUE_NULL -> null;
      default -> throw here("unexpected " + token);
    };
  }

  private static Object whole(String digits) {
    try {
      return Long.valueOf(digits);
    } catch (NumberFormatException e) {
      return Double.valueOf(digits);
    }
  }

  private Map<String, Json> members() {
    Map<String, Json> members = new LinkedHashMap<>();
    for (JsonToken token = next(); token != JsonToken.END_OBJECT; token = next()) {
      String name = parser.currentName();
      members.put(name, value(next()));
    }
    return members;
  }

  private List<Json> list() {
    List<Json> list = new ArrayList<>();
    for (JsonToken token = next(); token != JsonToken.END_ARRAY; token = next()) {
      list.add(value(token));
    }
    return list;
  }
}
