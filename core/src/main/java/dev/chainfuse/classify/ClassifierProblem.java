package dev.chainfuse.classify;

import java.util.Arrays;

/**
 * An ordered list of rules over a few unsigned integer fields. A rule is a disjunction of boxes; a
 * box gives each field an inclusive range. A rule may <em>end</em> the search: later rules do not
 * matter where it matches. Immutable and safe to share.
 *
 * <p>A <em>point</em> gives each field a value; a field narrower than 32 bits takes the low bits. A
 * point's <em>hit list</em> is the ascending list of rules that match it, cut after the first rule
 * that ends.
 */
public final class ClassifierProblem {
  private final int[] widths;
  private final boolean[] ends;

  /** Boxes of rule r are {@code boxStart[r]} to {@code boxStart[r + 1]}, exclusive. */
  private final int[] boxStart;

  /** {@code bounds[(box * fields + field) * 2]} is the low end, the next the high end, unsigned. */
  private final int[] bounds;

  private final int[] ruleOfBox;

  private ClassifierProblem(int[] widths, boolean[] ends, int[] boxStart, int[] bounds) {
    this.widths = widths;
    this.ends = ends;
    this.boxStart = boxStart;
    this.bounds = bounds;
    this.ruleOfBox = new int[boxStart[ends.length]];
    for (int rule = 0; rule < ends.length; rule++) {
      Arrays.fill(ruleOfBox, boxStart[rule], boxStart[rule + 1], rule);
    }
  }

  /**
   * Starts a problem.
   *
   * @param widths the width of each field in bits, 1 to 32
   * @throws IllegalArgumentException if a width is out of range
   */
  public static Builder builder(int... widths) {
    return new Builder(widths.clone());
  }

  /** The number of fields. */
  public int fields() {
    return widths.length;
  }

  /** The width of a field in bits, 1 to 32. */
  public int width(int field) {
    return widths[field];
  }

  /** The greatest value of a field, as unsigned int in a long. */
  public long greatest(int field) {
    return (1L << widths[field]) - 1;
  }

  /** The number of rules. */
  public int rules() {
    return ends.length;
  }

  /** Whether later rules do not matter where this rule matches. */
  public boolean ends(int rule) {
    return ends[rule];
  }

  /** The number of boxes of all rules; they are numbered in the order of their rules. */
  public int boxes() {
    return ruleOfBox.length;
  }

  /** The first box of a rule; {@code firstBox(rules())} is {@link #boxes()}. */
  public int firstBox(int rule) {
    return boxStart[rule];
  }

  /** The rule that a box belongs to. */
  public int ruleOf(int box) {
    return ruleOfBox[box];
  }

  /** The low end of a box in a field, inclusive. */
  public long low(int box, int field) {
    return bounds[(box * widths.length + field) * 2] & 0xffff_ffffL;
  }

  /** The high end of a box in a field, inclusive. */
  public long high(int box, int field) {
    return bounds[(box * widths.length + field) * 2 + 1] & 0xffff_ffffL;
  }

  /** Whether a box takes every value of a field. */
  public boolean isWhole(int box, int field) {
    return low(box, field) == 0 && high(box, field) == greatest(field);
  }

  /** Whether a field decides anything, that is, some box does not take its every value. */
  public boolean isRead(int field) {
    for (int box = 0; box < boxes(); box++) {
      if (!isWhole(box, field)) {
        return true;
      }
    }
    return false;
  }

  /** Collects rules in order. Not safe for use by several threads. */
  public static final class Builder {
    private final int[] widths;
    private boolean[] ends = new boolean[16];
    private int[] boxStart = new int[17];
    private int[] bounds = new int[64];
    private int rules;
    private int boxes;

    private Builder(int[] widths) {
      this.widths = widths;
      for (int width : widths) {
        if (width < 1 || width > 32) {
          throw new IllegalArgumentException("field width must be 1 to 32 bits: " + width);
        }
      }
    }

    /**
     * Starts the next rule, which matches nothing until it is given a box.
     *
     * @param endsSearch whether later rules do not matter where this one matches
     */
    public Builder rule(boolean endsSearch) {
      if (rules == ends.length) {
        ends = Arrays.copyOf(ends, rules * 2);
        boxStart = Arrays.copyOf(boxStart, rules * 2 + 1);
      }
      ends[rules] = endsSearch;
      boxStart[rules] = boxes;
      rules++;
      return this;
    }

    /**
     * Adds a box to the rule that was started last.
     *
     * @param lowHigh the inclusive low and high end for each field in turn
     * @throws IllegalArgumentException if a range is empty or exceeds its field
     * @throws IllegalStateException if no rule was started
     */
    public Builder box(long... lowHigh) {
      if (rules == 0) {
        throw new IllegalStateException("a box needs a rule");
      }
      if (lowHigh.length != widths.length * 2) {
        throw new IllegalArgumentException(
            "a box needs " + widths.length * 2 + " bounds, not " + lowHigh.length);
      }
      if ((boxes + 1) * lowHigh.length > bounds.length) {
        bounds = Arrays.copyOf(bounds, Math.max(bounds.length * 2, lowHigh.length));
      }
      int at = boxes * lowHigh.length;
      for (int field = 0; field < widths.length; field++) {
        long low = lowHigh[field * 2];
        long high = lowHigh[field * 2 + 1];
        if (low < 0 || low > high || high >= 1L << widths[field]) {
          throw new IllegalArgumentException(
              "field " + field + " of " + widths[field] + " bits: bad range " + low + ".." + high);
        }
        bounds[at + field * 2] = (int) low;
        bounds[at + field * 2 + 1] = (int) high;
      }
      boxes++;
      return this;
    }

    /** The problem as collected so far. */
    public ClassifierProblem build() {
      int[] starts = Arrays.copyOf(boxStart, rules + 1);
      starts[rules] = boxes;
      return new ClassifierProblem(
          widths,
          Arrays.copyOf(ends, rules),
          starts,
          Arrays.copyOf(bounds, boxes * widths.length * 2));
    }
  }
}
