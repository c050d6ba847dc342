package dev.chainfuse.rules.match;

import java.util.List;
import java.util.Locale;

/** Names of values of the type of service (RFC 1349; include/linux/ip.h). */
public final class TosNames {
  /** The bits that a name stands for: precedence apart. */
  public static final int MASK = 0x3f;

  private record Name(String text, int value) {}

  private static final List<Name> NAMES =
      List.of(
          new Name("minimize-delay", 0x10),
          new Name("maximize-throughput", 0x08),
          new Name("maximize-reliability", 0x04),
          new Name("minimize-cost", 0x02),
          new Name("normal-service", 0x00));

  private TosNames() {}

  /** The value of a name, in upper or lower case; -1 if there is no such name. */
  public static int value(String text) {
    String lower = text.toLowerCase(Locale.ROOT);
    for (Name name : NAMES) {
      if (name.text.equals(lower)) {
        return name.value;
      }
    }
    return -1;
  }
}
