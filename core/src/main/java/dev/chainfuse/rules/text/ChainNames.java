package dev.chainfuse.rules.text;

import java.util.Set;

/** Names that no chain may have: libiptc's own (libiptc/libiptc.c, LABEL_). */
final class ChainNames {
  private static final Set<String> VERDICTS = Set.of("ACCEPT", "DROP", "QUEUE", "RETURN");

  private ChainNames() {}

  static boolean isVerdict(String name) {
    return VERDICTS.contains(name);
  }
}
