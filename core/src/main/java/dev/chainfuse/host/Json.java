package dev.chainfuse.host;

import dev.chainfuse.packet.Ipv4;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A JSON value and its place, with typed access that names file, line and column when the value is
 * not what it should be.
 *
 * @param value a Map of names to Json, a List of Json, String, Long, Double, Boolean, or null
 */
record Json(String file, int line, int column, @Nullable Object value) {

  HostFileException error(String problem, String mend) {
    return new HostFileException(file, line, column, problem, mend);
  }

  private HostFileException notA(String what) {
    return error("expected " + what + ", found " + describe(), "print the file anew");
  }

  private String describe() {
    if (value instanceof Map) {
      return "an object";
    }
    if (value instanceof List) {
      return "an array";
    }
    if (value instanceof String text) {
      return "\"" + (text.length() > 40 ? text.substring(0, 40) + "..." : text) + '"';
    }
    return String.valueOf(value);
  }

  /** The members of an object. */
  @SuppressWarnings("unchecked")
  Map<String, Json> object() {
    if (value instanceof Map) {
      return (Map<String, Json>) value;
    }
    throw notA("an object");
  }

  /** The elements of an array. */
  @SuppressWarnings("unchecked")
  List<Json> array() {
    if (value instanceof List) {
      return (List<Json>) value;
    }
    throw notA("an array");
  }

  /** A member, or null if it is not there or null. */
  @Nullable Json find(String name) {
    Json member = object().get(name);
    return member == null || member.value == null ? null : member;
  }

  Json require(String name) {
    Json member = find(name);
    if (member == null) {
      throw error("'" + name + "' is missing", "print the file anew");
    }
    return member;
  }

  String text() {
    if (value instanceof String text) {
      return text;
    }
    throw notA("text");
  }

  /** A string or a number, as text. */
  String word() {
    if (value instanceof Long number) {
      return number.toString();
    }
    return text();
  }

  long number(long least, long most) {
    if (value instanceof Long number && number >= least && number <= most) {
      return number;
    }
    throw notA("a whole number from " + least + " to " + most);
  }

  /** Seconds as the tools print timers, whole or with fraction; from 0 to about a year. */
  double seconds() {
    if (value instanceof Number number && number.doubleValue() >= 0 && number.doubleValue() < 4e7) {
      return number.doubleValue();
    }
    throw notA("a number of seconds");
  }

  /** true, false, 1 or 0. */
  boolean flag() {
    if (value instanceof Boolean flag) {
      return flag;
    }
    return number(0, 1) == 1;
  }

  int address() {
    return parsed("an IPv4 address", () -> Ipv4.parse(text()));
  }

  long mac() {
    return parsed("a MAC address", () -> Ipv4.parseMac(text()));
  }

  <T> T parsed(String what, java.util.function.Supplier<T> parser) {
    try {
      return parser.get();
    } catch (IllegalArgumentException e) {
      throw error(e.getMessage() + " (" + what + " is expected here)", "correct it");
    }
  }

  String text(String name, String otherwise) {
    Json member = find(name);
    return member == null ? otherwise : member.text();
  }

  long number(String name, long least, long most, long otherwise) {
    Json member = find(name);
    return member == null ? otherwise : member.number(least, most);
  }

  boolean flag(String name, boolean otherwise) {
    Json member = find(name);
    return member == null ? otherwise : member.flag();
  }

  int address(String name) {
    Json member = find(name);
    return member == null ? 0 : member.address();
  }
}
