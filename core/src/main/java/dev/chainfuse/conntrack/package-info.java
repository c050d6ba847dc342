/**
 * Connection tracking and NAT: the flow table, protocol trackers, timeouts, bindings, port search.
 */
@NullMarked
package dev.chainfuse.conntrack;

import org.jspecify.annotations.NullMarked;
