/**
 * The command line: one class a command. Start at {@link dev.chainfuse.scenarios.cli.Main}.
 *
 * <p>Exit codes: 0 done, 1 a run's expectations were not met, 2 bad usage or bad input.
 */
@NullMarked
package dev.chainfuse.scenarios.cli;

import org.jspecify.annotations.NullMarked;
