/**
 * The slow interpreter: rule by rule as the manual tells it, with a map-based connection table of
 * its own.
 */
@NullMarked
package dev.chainfuse.reference;

import org.jspecify.annotations.NullMarked;
