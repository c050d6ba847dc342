/**
 * Sends captured frames into a host at their own times. Start at {@link
 * dev.chainfuse.scenarios.replay.Replay}.
 */
@NullMarked
package dev.chainfuse.scenarios.replay;

import org.jspecify.annotations.NullMarked;
