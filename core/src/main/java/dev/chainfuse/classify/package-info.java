/** Header fields to a number: decision tables and tuple search. Knows no chains. */
@NullMarked
package dev.chainfuse.classify;

import org.jspecify.annotations.NullMarked;
