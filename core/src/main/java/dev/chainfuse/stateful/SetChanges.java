package dev.chainfuse.stateful;

/**
 * How often some set of a session has changed so that another answer for the same packet is
 * possible. One thread.
 */
final class SetChanges {
  long count;
}
