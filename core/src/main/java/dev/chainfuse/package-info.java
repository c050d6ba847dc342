/**
 * The public API: load a {@code Host}, compile an {@code Engine}, open a {@code Session}, hand it
 * packets, read verdicts.
 */
@NullMarked
package dev.chainfuse;

import org.jspecify.annotations.NullMarked;
