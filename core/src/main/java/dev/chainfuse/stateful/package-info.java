/**
 * Small objects with state behind stateful matches: token bucket, nth counter, lists of recent
 * addresses, IP sets. One instance a rule or a session; both engines use the same.
 */
@NullMarked
package dev.chainfuse.stateful;

import org.jspecify.annotations.NullMarked;
