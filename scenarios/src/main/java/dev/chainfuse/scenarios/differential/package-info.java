/**
 * Comparison with the live kernel: the same host, rules and frames in network namespaces of this
 * machine and in both engines. Start at {@link dev.chainfuse.scenarios.differential.Differential}.
 */
@NullMarked
package dev.chainfuse.scenarios.differential;

import org.jspecify.annotations.NullMarked;
