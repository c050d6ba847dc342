package dev.chainfuse.rules.match;

import dev.chainfuse.rules.OptionValues;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Upper-case words that options list with commas; word {@code i} is bit {@code 1 << i}. iptables
 * takes any beginning of a word, in either case, and of several words the first: {@code N} is
 * {@code NEW}.
 */
record Keywords(List<String> words) {
  Keywords {
    words = List.copyOf(words);
  }

  Keywords(String... words) {
    this(List.of(words));
  }

  /**
   * The bits of the words in {@code text}.
   *
   * @param nothing words that are allowed and stand for no bit
   */
  int parseList(OptionValues values, String option, String text, Set<String> nothing) {
    int bits = 0;
    for (String word : text.split(",", -1)) {
      bits |= parse(values, option, word, nothing);
    }
    return bits;
  }

  private int parse(OptionValues values, String option, String word, Set<String> nothing) {
    String start = word.toUpperCase(Locale.ROOT);
    if (!start.isEmpty()) {
      for (String none : nothing) {
        if (none.startsWith(start)) {
          return 0;
        }
      }
      for (int i = 0; i < words.size(); i++) {
        if (words.get(i).startsWith(start)) {
          return 1 << i;
        }
      }
    }
    throw values.error(
        option,
        "'" + word + "' is not a value of '--" + option + "'",
        "write a list of " + String.join(",", words) + " without spaces");
  }

  /** The words of {@code bits} with commas, in the order of the words. */
  String format(int bits) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < words.size(); i++) {
      if ((bits >> i & 1) != 0) {
        out.append(out.isEmpty() ? "" : ",").append(words.get(i));
      }
    }
    return out.toString();
  }
}
