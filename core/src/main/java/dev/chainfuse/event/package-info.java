/** The virtual clock and the event queue. */
@NullMarked
package dev.chainfuse.event;

import org.jspecify.annotations.NullMarked;
