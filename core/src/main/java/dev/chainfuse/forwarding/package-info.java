/**
 * What changes while packets flow below the rules: bridge FDB, neighbours; and routes compiled for
 * look-up.
 */
@NullMarked
package dev.chainfuse.forwarding;

import org.jspecify.annotations.NullMarked;
