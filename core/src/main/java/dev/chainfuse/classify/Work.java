package dev.chainfuse.classify;

/** Counts elementary steps against a limit. */
final class Work {
  private final long limit;
  private long spent;

  Work(long limit) {
    this.limit = limit;
  }

  /** Counts steps; false once the limit is exceeded. */
  boolean spend(long steps) {
    spent += steps;
    return spent <= limit;
  }

  long spent() {
    return spent;
  }

  long left() {
    return Math.max(0, limit - spent);
  }
}
