/** Explains a packet's way through a host. */
@NullMarked
package dev.chainfuse.analysis;

import org.jspecify.annotations.NullMarked;
