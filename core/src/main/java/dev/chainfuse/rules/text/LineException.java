package dev.chainfuse.rules.text;

/** Something wrong in one line; the reader adds file, line and text. */
final class LineException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int column;
  private final String mend;

  LineException(int column, String problem, String mend) {
    super(problem, null, false, false);
    this.column = column;
    this.mend = mend;
  }

  /** The same at another column. */
  LineException movedTo(int other) {
    return new LineException(other, String.valueOf(getMessage()), mend);
  }

  Problem at(String file, int line, String text) {
    return new Problem(file, line, column, String.valueOf(getMessage()), text, mend);
  }
}
