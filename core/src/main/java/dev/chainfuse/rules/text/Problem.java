package dev.chainfuse.rules.text;

/**
 * Something wrong in a text of rules, with its place.
 *
 * @param file as the user named it
 * @param line from 1
 * @param column from 1, in characters
 * @param problem one sentence without full stop
 * @param text the whole line
 * @param mend what to write instead; empty if the problem says it
 */
public record Problem(String file, int line, int column, String problem, String text, String mend) {
  private static final int WIDTH = 160;
  private static final int BEFORE = 60;

  /**
   * {@code FILE:LINE:COLUMN: problem}, the line, a caret below its column, the mend; lines after
   * the first are indented by four blanks. Long lines are cut around the caret.
   */
  @Override
  public String toString() {
    StringBuilder out = new StringBuilder();
    out.append(file).append(':').append(line).append(':').append(column).append(": ");
    out.append(printable(problem));
    int at = Math.min(column - 1, text.length());
    int first = text.length() > WIDTH ? Math.max(0, at - BEFORE) : 0;
    int end = Math.min(text.length(), first + WIDTH);
    String before = first > 0 ? "..." : "";
    out.append("\n    ").append(before).append(printable(text.substring(first, end)));
    out.append(end < text.length() ? "..." : "");
    out.append("\n    ").append(" ".repeat(before.length()));
    for (int i = first; i < at; i++) {
      out.append(text.charAt(i) == '\t' ? '\t' : ' ');
    }
    out.append('^');
    if (!mend.isEmpty()) {
      out.append("\n    ").append(printable(mend));
    }
    return out.toString();
  }

  /** Control characters, which could play tricks on a terminal, as question marks. */
  private static String printable(String text) {
    StringBuilder out = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      out.append(c != '\t' && Character.isISOControl(c) ? '?' : c);
    }
    return out.toString();
  }
}
