package dev.chainfuse.rules;

/**
 * Packets and IP bytes that a rule or policy counted. Both unsigned, modulo 2^64 as in the kernel.
 */
public record Counters(long packets, long bytes) {
  public static final Counters ZERO = new Counters(0, 0);
}
