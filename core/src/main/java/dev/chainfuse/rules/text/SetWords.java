package dev.chainfuse.rules.text;

import java.util.Arrays;

/**
 * The words of one line of {@code ipset restore}: separated by blanks, double quotes hold a word
 * together (ipset's build_argv, lib/ipset.c). Reused from line to line.
 */
final class SetWords {
  private static final int MOST_WORDS = 64;

  private String line = "";
  private int[] starts = new int[8];
  private int[] ends = new int[8];
  private int count;

  /** Splits a line. */
  void split(String text) {
    line = text;
    count = 0;
    int at = 0;
    while (true) {
      while (at < text.length() && isBlank(text.charAt(at))) {
        at++;
      }
      if (at == text.length()) {
        return;
      }
      at = word(at);
    }
  }

  /** One word from {@code from}; returns where it ends. */
  private int word(int from) {
    int at = from;
    if (line.charAt(at) == '"') {
      int quote = line.indexOf('"', at + 1);
      if (quote < 0) {
        throw new LineException(at + 1, "the quote is not closed", "end the comment with '\"'");
      }
      add(at + 1, quote);
      return quote + 1;
    }
    while (at < line.length() && !isBlank(line.charAt(at))) {
      at++;
    }
    add(from, at);
    return at;
  }

  private void add(int start, int end) {
    if (count == MOST_WORDS) {
      throw new LineException(start + 1, "the line has more than 64 words", "shorten it");
    }
    if (count == starts.length) {
      starts = Arrays.copyOf(starts, 2 * count);
      ends = Arrays.copyOf(ends, 2 * count);
    }
    starts[count] = start;
    ends[count++] = end;
  }

  private static boolean isBlank(char c) {
    return c == ' ' || c == '\t' || c == '\r';
  }

  int count() {
    return count;
  }

  String text(int word) {
    return line.substring(starts[word], ends[word]);
  }

  /** Whether a word is {@code text}. */
  boolean is(int word, String text) {
    return ends[word] - starts[word] == text.length() && line.startsWith(text, starts[word]);
  }

  /** The column at which a word begins; behind the line for one that is missing. */
  int column(int word) {
    return word < count ? starts[word] + 1 : line.length() + 1;
  }

  /** Takes a word out. */
  void remove(int word) {
    System.arraycopy(starts, word + 1, starts, word, count - word - 1);
    System.arraycopy(ends, word + 1, ends, word, count - word - 1);
    count--;
  }

  /** The word behind an option, which needs one. */
  String argument(int option) {
    if (option + 1 >= count) {
      throw new LineException(
          column(option), "'" + text(option) + "' needs a value", "write it behind the word");
    }
    return text(option + 1);
  }
}
