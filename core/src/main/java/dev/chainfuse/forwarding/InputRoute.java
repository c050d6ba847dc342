package dev.chainfuse.forwarding;

/** What {@link RouteInput} decided about a packet. Mutable, reused; public fields. */
public final class InputRoute {
  /** One of the constants of {@link RouteInput}. */
  public int outcome;

  /** Number of the route; negative if none was looked up or found. */
  public int route;

  /** The sender should be told of a better way (IPSKB_DOREDIRECT). Only if forwarded. */
  public boolean redirect;
}
