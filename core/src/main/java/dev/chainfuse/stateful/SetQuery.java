package dev.chainfuse.stateful;

/**
 * What a rule asks of a set, or does to it (struct ip_set_adt_opt,
 * include/linux/netfilter/ipset/ip_set.h).
 *
 * @param dimensions how many of {@code src,dst} were given, 1 to 6
 * @param sources bit {@code i} of dimension {@code i}: {@code src}
 * @param flags bits below, those of SET included
 * @param packets comparison of the packet counter
 * @param bytes comparison of the byte counter
 */
public record SetQuery(
    int dimensions, int sources, int flags, Comparison packets, Comparison bytes) {
  /** {@code --return-nomatch}. */
  public static final int RETURN_NOMATCH = 1;

  /** {@code ! --update-counters}. */
  public static final int KEEP_COUNTERS = 2;

  /** {@code ! --update-subcounters}. */
  public static final int KEEP_SUBCOUNTERS = 4;

  /** {@code --exist}. */
  public static final int EXIST = 8;

  /** How a counter is compared. */
  public enum Relation {
    ANY,
    EQUAL,
    UNEQUAL,
    LESS,
    GREATER
  }

  /** A counter's comparison with a value, unsigned. */
  public record Comparison(Relation relation, long value) {
    /** Holds always. */
    public static final Comparison ANY = new Comparison(Relation.ANY, 0);

    boolean holds(long counter) {
      return switch (relation) {
        case ANY -> true;
        case EQUAL -> counter == value;
        case UNEQUAL -> counter != value;
        case LESS -> Long.compareUnsigned(counter, value) < 0;
        case GREATER -> Long.compareUnsigned(counter, value) > 0;
      };
    }
  }

  /** A query without flags and comparisons. */
  public static SetQuery plain(int dimensions, int sources) {
    return new SetQuery(dimensions, sources, 0, Comparison.ANY, Comparison.ANY);
  }

  public boolean source(int dimension) {
    return (sources >> dimension & 1) != 0;
  }

  /** Whether that flag is set. */
  public boolean has(int flag) {
    return (flags & flag) != 0;
  }
}
