/**
 * What a run leaves: verdict lines, captures of what left the host, sums of what was dropped and by
 * what, and the engine's latency. Shared by replays and simulations. Start at {@link
 * dev.chainfuse.scenarios.record.Recorder}.
 */
@NullMarked
package dev.chainfuse.scenarios.record;

import org.jspecify.annotations.NullMarked;
