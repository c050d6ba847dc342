package dev.chainfuse.scenarios.differential;

/**
 * A frame of a case.
 *
 * @param waitMicros time before it
 * @param port by which it enters; {@link #LOCAL}: an IPv4 packet that a program of the host sends
 */
record Step(int waitMicros, int port, byte[] frame) {
  static final int LOCAL = -1;
}
