package dev.chainfuse.rules;

/** What happens to a packet that falls through a built-in chain. */
public enum Policy {
  ACCEPT,
  DROP
}
