package dev.chainfuse.scenarios.traffic;

import java.util.SplittableRandom;

/** What a station sees of the world: the time, timers, chance, and a wire to put frames on. */
interface Network {
  /** {@code flow} of frames that belong to no exchange. */
  int NO_FLOW = -1;

  /** Virtual time. */
  long nowNanos();

  /** Runs {@code action} at a time that is not before now. */
  void at(long nanos, Runnable action);

  /** The run's seeded generator. */
  SplittableRandom random();

  /**
   * Sends a frame from the card to the host. The bytes are copied.
   *
   * @param flow number of the exchange that it belongs to, or {@link #NO_FLOW}
   */
  void transmit(Nic nic, byte[] frame, int bytes, int flow);

  /** Sends a packet, from {@link Frames#IP} on, as a program on the host. The bytes are copied. */
  void transmitLocal(byte[] frame, int bytes, int flow);

  /** The exchange with that number. */
  Exchange exchange(int flow);
}
