/** The immutable model of iptables rules, and what a match or target module has to provide. */
@NullMarked
package dev.chainfuse.rules;

import org.jspecify.annotations.NullMarked;
