package dev.chainfuse.scenarios.show;

import dev.chainfuse.stateful.IpSet;
import dev.chainfuse.stateful.SavedSets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** How large IP sets are: a line a set. */
public final class SetText {
  private SetText() {}

  /** Entries, bytes and bytes an entry of each set. */
  public static List<String> sizes(SavedSets sets) {
    List<String> lines = new ArrayList<>();
    for (IpSet set : sets.all()) {
      String line =
          String.format(
              Locale.ROOT,
              "%s: %s, %,d entries, %,d bytes",
              set.name(),
              set.header().type().text(),
              set.size(),
              set.memoryBytes());
      lines.add(
          set.size() == 0
              ? line
              : String.format(
                  Locale.ROOT,
                  "%s, %.1f bytes an entry",
                  line,
                  (double) set.memoryBytes() / set.size()));
    }
    return lines;
  }
}
