package dev.chainfuse;

/**
 * A packet that a LOG rule wrote down.
 *
 * @param cause {@link PacketBatch#sequence} of the packet
 * @param nanos virtual time
 */
public record LogLine(String prefix, int level, long cause, long nanos) {}
