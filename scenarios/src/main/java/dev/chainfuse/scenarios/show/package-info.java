/** What was loaded and what a run left, in the form of the ordinary tools. */
@NullMarked
package dev.chainfuse.scenarios.show;

import org.jspecify.annotations.NullMarked;
