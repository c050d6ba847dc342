/** What the parts of this module share: how bad input is reported. */
@NullMarked
package dev.chainfuse.scenarios;

import org.jspecify.annotations.NullMarked;
