/**
 * Frames in byte arrays, their header fields, checksums, and a packet's way-bound state ({@link
 * dev.chainfuse.packet.Skb}).
 */
@NullMarked
package dev.chainfuse.packet;

import org.jspecify.annotations.NullMarked;
