/**
 * A simulated network around one host: stations on the LAN and in containers that speak ARP, ping,
 * UDP and TCP, links with rate and delay, and the loop that carries frames between them and a
 * {@link dev.chainfuse.Session}. All time is virtual; the same seed gives the same frames. Start at
 * {@link dev.chainfuse.scenarios.traffic.Simulation}.
 */
@NullMarked
package dev.chainfuse.scenarios.traffic;

import org.jspecify.annotations.NullMarked;
