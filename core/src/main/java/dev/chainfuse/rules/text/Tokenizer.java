package dev.chainfuse.rules.text;

import java.util.ArrayList;
import java.util.List;

/** Splits lines into words. */
final class Tokenizer {
  private Tokenizer() {}

  /**
   * As iptables-restore does (iptables/xshared.c, add_param_to_argv): blanks and tabs separate;
   * double quotes hold words together; within them a backslash takes the next character as it is;
   * the closing quote ends the word. Single quotes and other backslashes are ordinary.
   *
   * @param from index to start at
   */
  static List<Token> restore(String line, int from) {
    List<Token> words = new ArrayList<>(16);
    StringBuilder word = new StringBuilder();
    int start = -1;
    int i = from;
    while (i < line.length()) {
      char c = line.charAt(i);
      if (c == '"') {
        start = start < 0 ? i : start;
        i = quoted(line, i, word);
        words.add(new Token(word.toString(), start + 1));
        word.setLength(0);
        start = -1;
      } else if (c == ' ' || c == '\t') {
        if (start >= 0) {
          words.add(new Token(word.toString(), start + 1));
          word.setLength(0);
          start = -1;
        }
        i++;
      } else {
        start = start < 0 ? i : start;
        word.append(c);
        i++;
      }
    }
    if (start >= 0) {
      words.add(new Token(word.toString(), start + 1));
    }
    return words;
  }

  /** Takes what is quoted; returns the index behind the closing quote. */
  private static int quoted(String line, int open, StringBuilder word) {
    for (int i = open + 1; i < line.length(); i++) {
      char c = line.charAt(i);
      if (c == '"') {
        return i + 1;
      }
      if (c == '\\' && i + 1 < line.length()) {
        i++;
        c = line.charAt(i);
      }
      word.append(c);
    }
    throw new LineException(
        open + 1, "the quote is not closed", "add the closing \", or write \\\" for the character");
  }

  /**
   * As a shell does: single quotes take everything as it is, double quotes all but a backslash
   * before {@code " \ $} and the grave accent, a backslash elsewhere the next character.
   */
  static List<Token> shell(String line) {
    List<Token> words = new ArrayList<>();
    StringBuilder word = new StringBuilder();
    int start = -1;
    char quote = 0;
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      boolean last = i + 1 == line.length();
      if (quote == 0 && Character.isWhitespace(c)) {
        if (start >= 0) {
          words.add(new Token(word.toString(), start + 1));
          word.setLength(0);
        }
        start = -1;
        continue;
      }
      start = start < 0 ? i : start;
      if (c == quote) {
        quote = 0;
      } else if (quote == 0 && (c == '\'' || c == '"')) {
        quote = c;
      } else if (c == '\\' && !last && escapes(quote, line.charAt(i + 1))) {
        i++;
        word.append(line.charAt(i));
      } else if (quote == 0 && "|&;<>()$`".indexOf(c) >= 0) {
        throw new LineException(i + 1, "'" + c + "' is for a shell", "write one plain command");
      } else {
        word.append(c);
      }
    }
    if (quote != 0) {
      throw new LineException(start + 1, "the quote is not closed", "add the closing " + quote);
    }
    if (start >= 0) {
      words.add(new Token(word.toString(), start + 1));
    }
    return words;
  }

  private static boolean escapes(char quote, char next) {
    return quote == 0 || quote == '"' && "\"\\$`".indexOf(next) >= 0;
  }
}
