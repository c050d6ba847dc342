package dev.chainfuse.stateful;

/**
 * What few elements have: a comment, and what {@code SET --map-set} gives to packets (struct
 * ip_set_skbinfo).
 *
 * @param comment empty for none
 * @param mark {@code skbmark}
 * @param markMask which bits of a packet's mark are cleared first
 * @param priority {@code skbprio}: major number in the upper 16 bits, minor in the lower
 * @param queue {@code skbqueue}
 */
public record ElementNote(String comment, int mark, int markMask, int priority, int queue) {
  /** Nothing of all. */
  public static final ElementNote NONE = new ElementNote("", 0, 0, 0, 0);

  /** The comment without the rest. */
  ElementNote commentOnly() {
    boolean bare = mark == 0 && markMask == 0 && priority == 0 && queue == 0;
    return bare ? this : comment.isEmpty() ? NONE : new ElementNote(comment, 0, 0, 0, 0);
  }
}
