/**
 * The figures of a run, and three ways to show them: text for a terminal, {@code report.json}, and
 * {@code report.html}. Start at {@link dev.chainfuse.scenarios.report.Report}.
 */
@NullMarked
package dev.chainfuse.scenarios.report;

import org.jspecify.annotations.NullMarked;
