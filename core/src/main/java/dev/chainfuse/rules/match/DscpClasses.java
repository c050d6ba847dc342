package dev.chainfuse.rules.match;

import java.util.List;
import java.util.Locale;

/** Names of DSCP values (RFC 2474, 2597, 3246) that iptables knows. */
public final class DscpClasses {
  private record Name(String text, int value) {}

  private static final List<Name> NAMES =
      List.of(
          new Name("CS0", 0x00),
          new Name("CS1", 0x08),
          new Name("CS2", 0x10),
          new Name("CS3", 0x18),
          new Name("CS4", 0x20),
          new Name("CS5", 0x28),
          new Name("CS6", 0x30),
          new Name("CS7", 0x38),
          new Name("BE", 0x00),
          new Name("AF11", 0x0a),
          new Name("AF12", 0x0c),
          new Name("AF13", 0x0e),
          new Name("AF21", 0x12),
          new Name("AF22", 0x14),
          new Name("AF23", 0x16),
          new Name("AF31", 0x1a),
          new Name("AF32", 0x1c),
          new Name("AF33", 0x1e),
          new Name("AF41", 0x22),
          new Name("AF42", 0x24),
          new Name("AF43", 0x26),
          new Name("EF", 0x2e));

  private DscpClasses() {}

  /** The value of a class, in upper or lower case; -1 if there is no such class. */
  public static int value(String text) {
    String upper = text.toUpperCase(Locale.ROOT);
    for (Name name : NAMES) {
      if (name.text.equals(upper)) {
        return name.value;
      }
    }
    return -1;
  }
}
