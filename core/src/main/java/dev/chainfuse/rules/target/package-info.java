/** The targets ({@code -j NAME}), one file each: options, save form, list form, effect. */
@NullMarked
package dev.chainfuse.rules.target;

import org.jspecify.annotations.NullMarked;
