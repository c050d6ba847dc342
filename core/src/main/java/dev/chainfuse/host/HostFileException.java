package dev.chainfuse.host;

/**
 * A file of a host directory that cannot be used. The message reads {@code FILE:LINE:COLUMN:
 * problem; what to do}.
 */
public final class HostFileException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String file;
  private final int line;
  private final int column;

  /**
   * @param file the file as the user named it
   * @param line from 1; 0 if the problem has no place in the file
   * @param column from 1; 0 if unknown
   * @param mend what to do; may be empty
   */
  public HostFileException(String file, int line, int column, String problem, String mend) {
    super(
        file
            + (line > 0 ? ":" + line : "")
            + (line > 0 && column > 0 ? ":" + column : "")
            + ": "
            + problem
            + (mend.isEmpty() ? "" : "; " + mend));
    this.file = file;
    this.line = line;
    this.column = column;
  }

  public String file() {
    return file;
  }

  public int line() {
    return line;
  }

  public int column() {
    return column;
  }
}
