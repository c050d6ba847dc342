package dev.chainfuse.host;

import java.util.List;

/**
 * A rule of {@code ip rule}.
 *
 * @param priority lower is asked first
 * @param selector what it asks of a packet, as {@code key value} words; empty if every packet
 *     matches
 * @param action the table that is looked in, or what else is done
 */
public record RoutingRule(long priority, String selector, String action) {
  /** The kernel's own three: local, main, default. */
  public static final List<RoutingRule> DEFAULT =
      List.of(
          new RoutingRule(0, "", "lookup local"),
          new RoutingRule(32766, "", "lookup main"),
          new RoutingRule(32767, "", "lookup default"));
}
