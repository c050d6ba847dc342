package dev.chainfuse.classify;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The class of a pair of classes. Small tables are plain rows; large ones are cut in pages of 16
 * columns, of which equal ones are stored once:
 *
 * <pre>
 *  plain:  | row 0: cells ...        | row 1: cells ...        | ...
 *  paged:  | row 0: page numbers ... | row 1: page numbers ... | ... | page 0 | page 1 | ...
 * </pre>
 */
final class PairTable {
  private static final int PAGE_BITS = 4;
  private static final int PAGE = 1 << PAGE_BITS;
  private static final int SMALL = 4096;

  private final char[] cells;
  private final int rows;
  private final int columns;
  private final boolean paged;

  /** Cells of a row of a plain table, page numbers of a row of a paged one. */
  private final int stride;

  /** Where page 0 starts. */
  private final int pages;

  private PairTable(
      char[] cells, int rows, int columns, boolean paged, int stride, int pagesStart) {
    this.cells = cells;
    this.rows = rows;
    this.columns = columns;
    this.paged = paged;
    this.stride = stride;
    this.pages = pagesStart;
  }

  /** The class of a row and a column. */
  int classOf(int row, int column) {
    char[] c = cells;
    if (paged) {
      return c[pages + (c[row * stride + (column >>> PAGE_BITS)] << PAGE_BITS) + (column & 15)];
    }
    return c[row * stride + column];
  }

  int rows() {
    return rows;
  }

  int columns() {
    return columns;
  }

  boolean isPaged() {
    return paged;
  }

  long memoryBytes() {
    return 16 + cells.length * 2L;
  }

  /** The smaller of the two forms of a table given row by row. */
  static PairTable of(char[] plain, int rows, int columns) {
    if (plain.length > SMALL) {
      PairTable paged = paged(plain, rows, columns);
      if (paged != null && paged.cells.length < plain.length / 2) {
        return paged;
      }
    }
    return new PairTable(plain, rows, columns, false, columns, 0);
  }

  @SuppressWarnings("ArrayRecordComponent") // equals is ours
  private record Page(char[] cells) {
    @Override
    public boolean equals(Object other) {
      return other instanceof Page page && Arrays.equals(cells, page.cells);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(cells);
    }
  }

  /** The paged form, or null if its pages are too many to be numbered by a char. */
  private static @Nullable PairTable paged(char[] plain, int rows, int columns) {
    int stride = (columns + PAGE - 1) >>> PAGE_BITS;
    Map<Page, Integer> known = new HashMap<>();
    char[] out = new char[rows * stride + PAGE * 64];
    int pagesStart = rows * stride;
    for (int row = 0; row < rows; row++) {
      for (int page = 0; page < stride; page++) {
        int from = row * columns + page * PAGE;
        int length = Math.min(PAGE, (row + 1) * columns - from);
        char[] content = Arrays.copyOf(Arrays.copyOfRange(plain, from, from + length), PAGE);
        int number = known.computeIfAbsent(new Page(content), unused -> known.size());
        if (number > Character.MAX_VALUE) {
          return null;
        }
        int at = pagesStart + number * PAGE;
        if (at + PAGE > out.length) {
          out = Arrays.copyOf(out, out.length * 2);
        }
        System.arraycopy(content, 0, out, at, PAGE);
        out[row * stride + page] = (char) number;
      }
    }
    char[] exact = Arrays.copyOf(out, pagesStart + known.size() * PAGE);
    return new PairTable(exact, rows, columns, true, stride, pagesStart);
  }
}
