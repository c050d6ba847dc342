/**
 * Small objects with state behind stateful matches: token bucket, nth counter. One instance a rule
 * and engine.
 */
@NullMarked
package dev.chainfuse.stateful;

import org.jspecify.annotations.NullMarked;
