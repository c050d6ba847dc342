/** The matches ({@code -m NAME}), one file each: options, ranges, save form, list form, meaning. */
@NullMarked
package dev.chainfuse.rules.match;

import org.jspecify.annotations.NullMarked;
