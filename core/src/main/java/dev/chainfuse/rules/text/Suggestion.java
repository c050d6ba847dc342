package dev.chainfuse.rules.text;

import java.util.Collection;
import java.util.Locale;
import java.util.TreeSet;

/** Finds what a misspelt word may have meant. */
final class Suggestion {
  private static final int LONGEST = 40;

  /** With more candidates, nothing is suggested: a file may hold as many errors as chains. */
  static final int MOST_CANDIDATES = 2_000;

  private Suggestion() {}

  /**
   * {@code did you mean 'x'?} for the nearest of the known words, if one is near; else {@code
   * otherwise} and all of them, or nothing if {@code otherwise} is empty.
   */
  static String of(String word, Collection<String> known, String otherwise) {
    String nearest = null;
    int best = Math.max(1, word.length() / 3) + 1;
    if (word.length() <= LONGEST && known.size() <= MOST_CANDIDATES) {
      for (String candidate : new TreeSet<>(known)) {
        int distance = distance(word.toLowerCase(Locale.ROOT), candidate.toLowerCase(Locale.ROOT));
        if (distance < best) {
          best = distance;
          nearest = candidate;
        }
      }
    }
    if (nearest != null) {
      return "did you mean '" + nearest + "'?";
    }
    return otherwise.isEmpty() ? "" : otherwise + String.join(", ", new TreeSet<>(known));
  }

  /** Levenshtein's distance. */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int change = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(change, Math.min(row[j], row[j - 1]) + 1);
      }
    }
    return row[b.length()];
  }
}
