package dev.chainfuse.rules.text;

/** A word of a line, without its quotes, and the column (from 1) where it starts. */
record Token(String text, int column) {
  Token from(int index) {
    return new Token(text.substring(index), column + index);
  }
}
