package dev.chainfuse.rules;

import org.jspecify.annotations.Nullable;

/**
 * A match of {@code -m NAME}: an immutable value with its text forms and its meaning, the meaning
 * twice: {@link #matches} as the manual tells it, {@link #condition} for the compiler. Tests hold
 * the two against each other.
 */
public interface Match {
  /** The module's name, as after {@code -m}. */
  String name();

  /** Appends the options as {@code iptables-save} prints them, each with a leading space. */
  void save(StringBuilder out);

  /** Appends what {@code iptables -nL} prints for it, with a leading space. */
  void list(StringBuilder out);

  /** Whether the packet is matched. May set {@link MatchContext#hotDrop}. */
  boolean matches(MatchContext context);

  /**
   * When it holds, for packets that are not irregular. A match that reads more than fields, or has
   * state, returns {@link Condition.Ask}.
   */
  Condition condition(HostFacts host);

  /**
   * A new state object for one rule of one engine, handed back in {@link MatchContext#state}; null
   * without state.
   */
  default @Nullable Object newState() {
    return null;
  }

  /**
   * The same for state that rules share by name. Asked once for each rule when an engine starts, in
   * the order of the rules.
   *
   * @param context the engine's, without a packet yet
   */
  default @Nullable Object newState(MatchContext context) {
    return newState();
  }
}
