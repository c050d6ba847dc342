package dev.chainfuse;

/**
 * A line that a rule wrote about a packet.
 *
 * @param target LOG, TRACE, NFLOG or ULOG
 * @param prefix what the rule puts in front
 * @param level syslog level, 0 (emergency) to 7 (debug); of LOG and TRACE
 * @param text the whole line as the kernel writes it, prefix included; for NFLOG and ULOG, which
 *     hand packets to programs, as a program would that words it so
 * @param cause {@link PacketBatch#sequence} of the packet
 * @param nanos virtual time
 */
public record LogLine(
    String target, String prefix, int level, String text, long cause, long nanos) {}
