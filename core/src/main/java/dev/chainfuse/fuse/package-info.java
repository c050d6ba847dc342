/** Compiles chains into segments over classifiers, and runs them. */
@NullMarked
package dev.chainfuse.fuse;

import org.jspecify.annotations.NullMarked;
