/**
 * Reads and writes {@code iptables-save}, single {@code iptables} commands and {@code iptables -L}
 * listings.
 */
@NullMarked
package dev.chainfuse.rules.text;

import org.jspecify.annotations.NullMarked;
