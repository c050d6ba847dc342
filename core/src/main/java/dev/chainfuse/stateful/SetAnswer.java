package dev.chainfuse.stateful;

/** What a test found besides yes or no. Mutable, reused; one thread. */
public final class SetAnswer {
  /** The note of the element that was found last. */
  public ElementNote note = ElementNote.NONE;
}
