/**
 * The matches ({@code -m NAME}), one file each: options, ranges, save form, list form, meaning.
 *
 * <p>A reader finds a match by name or by {@code -p} in {@link
 * dev.chainfuse.rules.match.MatchModules}. A new match is a record that implements {@link
 * dev.chainfuse.rules.Match}, with its {@code MODULE}, a line in that list, and a table of rules
 * among the test resources. All matches are immutable; those with state keep it in an object of
 * {@code dev.chainfuse.stateful}, one a rule and engine.
 *
 * <p>Text forms are those of iptables 1.8.9 (legacy), oddities included. Where it takes a value in
 * a way that nobody can mean (a mask with holes read as /32, a port cut to 16 bits, an address of
 * three numbers, trailing letters in a rate, an empty interface name), the value is refused.
 */
@NullMarked
package dev.chainfuse.rules.match;

import org.jspecify.annotations.NullMarked;
