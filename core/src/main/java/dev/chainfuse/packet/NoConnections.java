package dev.chainfuse.packet;

/**
 * The connection table of a host that tracks nothing: it is never asked, so every question is an
 * error.
 */
final class NoConnections extends ConnectionFacts {
  static final NoConnections INSTANCE = new NoConnections();

  private NoConnections() {}

  private static IllegalStateException none() {
    return new IllegalStateException("no connection is tracked");
  }

  @Override
  public int protocol(int flow) {
    throw none();
  }

  @Override
  public int source(int flow, int direction) {
    throw none();
  }

  @Override
  public int destination(int flow, int direction) {
    throw none();
  }

  @Override
  public int sourcePort(int flow, int direction) {
    throw none();
  }

  @Override
  public int destinationPort(int flow, int direction) {
    throw none();
  }

  @Override
  public int status(int flow) {
    throw none();
  }

  @Override
  public int mark(int flow) {
    throw none();
  }

  @Override
  public void setMark(int flow, int mark) {
    throw none();
  }

  @Override
  public int zone(int flow) {
    throw none();
  }

  @Override
  public int secondsLeft(int flow, long nowNanos) {
    throw none();
  }

  @Override
  public long packets(int flow, int direction) {
    throw none();
  }

  @Override
  public long bytes(int flow, int direction) {
    throw none();
  }
}
