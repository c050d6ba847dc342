/**
 * The immutable description of a host: interfaces, bridges, addresses, routes, neighbours, sysctls;
 * read from JSON.
 */
@NullMarked
package dev.chainfuse.host;

import org.jspecify.annotations.NullMarked;
