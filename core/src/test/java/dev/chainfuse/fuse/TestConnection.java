package dev.chainfuse.fuse;

import dev.chainfuse.packet.ConnectionFacts;

/** A table of one connection, whose facts are set at will. */
final class TestConnection extends ConnectionFacts {
  /** Source, destination, source port, destination port; original, then reply. */
  final int[] tuples = new int[8];

  int status;
  int mark;
  int secondsLeft;

  @Override
  public int protocol(int flow) {
    return 6;
  }

  @Override
  public int source(int flow, int direction) {
    return tuples[4 * direction];
  }

  @Override
  public int destination(int flow, int direction) {
    return tuples[4 * direction + 1];
  }

  @Override
  public int sourcePort(int flow, int direction) {
    return tuples[4 * direction + 2] & 0xffff;
  }

  @Override
  public int destinationPort(int flow, int direction) {
    return tuples[4 * direction + 3] & 0xffff;
  }

  @Override
  public int status(int flow) {
    return status;
  }

  @Override
  public int mark(int flow) {
    return mark;
  }

  @Override
  public void setMark(int flow, int newMark) {
    mark = newMark;
  }

  @Override
  public int zone(int flow) {
    return 0;
  }

  @Override
  public int secondsLeft(int flow, long nowNanos) {
    return secondsLeft;
  }

  @Override
  public long packets(int flow, int direction) {
    return 0;
  }

  @Override
  public long bytes(int flow, int direction) {
    return 0;
  }
}
