package dev.chainfuse;

/**
 * Is told of every chain that a session runs. A session with an observer takes no packet the short
 * way: it is slow, and every chain is seen.
 */
@FunctionalInterface
public interface ChainObserver {
  /** A built-in chain has run for a packet; called on the session's thread. */
  void ran(ChainRun run);
}
