package dev.chainfuse.scenarios.traffic;

import org.jspecify.annotations.Nullable;

/** One flow: a client's attempt to reach somebody, and how it ended. */
public final class Exchange {
  /** {@link #lastDecision} when the host let every frame of this flow pass. */
  public static final int NOT_DROPPED = -1;

  private final int number;
  private final Source source;
  private final long startNanos;
  private long endNanos = -1;
  private boolean reached;
  private @Nullable String reason;
  private int lastDecision = NOT_DROPPED;

  Exchange(int number, Source source, long startNanos) {
    this.number = number;
    this.source = source;
    this.startNanos = startNanos;
  }

  /** Its number, from 0 in order of start; frames carry it through the simulation. */
  public int number() {
    return number;
  }

  /** What it is one of. */
  public Source source() {
    return source;
  }

  /** When it was meant to start, whatever the network was doing. */
  public long startNanos() {
    return startNanos;
  }

  /** When it ended; -1 if it has not. */
  public long endNanos() {
    return endNanos;
  }

  public boolean isOpen() {
    return endNanos < 0;
  }

  /** Whether the whole answer came. */
  public boolean reached() {
    return reached;
  }

  /** Why it failed; null if it did not. */
  public @Nullable String reason() {
    return reason;
  }

  /** What last dropped a frame of it in the host: {@link dev.chainfuse.PacketBatch#ruleId}. */
  public int lastDecision() {
    return lastDecision;
  }

  void dropped(int decision) {
    lastDecision = decision;
  }

  void reached(long nanos) {
    if (isOpen()) {
      endNanos = nanos;
      reached = true;
    }
  }

  void failed(long nanos, String why) {
    if (isOpen()) {
      endNanos = nanos;
      reason = why;
    }
  }
}
