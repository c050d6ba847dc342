package dev.chainfuse.scenarios.scenario;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Finds the word that somebody may have meant. */
public final class Nearest {
  private Nearest() {}

  /** {@code did you mean 'duration'?}, or the words that are possible. */
  public static String advice(String word, Collection<String> possible) {
    if (possible.isEmpty()) {
      return "none is possible here";
    }
    Optional<String> nearest =
        possible.stream().min(Comparator.comparingInt(other -> distance(word, other)));
    if (distance(word, nearest.get()) <= Math.max(2, word.length() / 3)) {
      return "did you mean '" + nearest.get() + "'?";
    }
    return "possible: " + String.join(", ", possible.stream().sorted().toList());
  }

  /** Edits between two words: insertions, deletions, changes (Levenshtein). */
  static int distance(String a, String b) {
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
        row[j] = Math.min(change, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
