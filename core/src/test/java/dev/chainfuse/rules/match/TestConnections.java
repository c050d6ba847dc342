package dev.chainfuse.rules.match;

import dev.chainfuse.packet.ConnectionFacts;
import java.util.ArrayList;
import java.util.List;

/** Connections with whatever facts a test gives them. */
final class TestConnections extends ConnectionFacts {
  /** Addresses and ports of one direction. */
  record Tuple(int source, int destination, int sourcePort, int destinationPort) {}

  /** A connection; its tuples are that of the original and that of the reply direction. */
  record Facts(int protocol, List<Tuple> tuples, int status, int mark, int secondsLeft) {}

  final List<Facts> flows = new ArrayList<>();

  @Override
  public int protocol(int flow) {
    return flows.get(flow).protocol;
  }

  @Override
  public int source(int flow, int direction) {
    return flows.get(flow).tuples.get(direction).source;
  }

  @Override
  public int destination(int flow, int direction) {
    return flows.get(flow).tuples.get(direction).destination;
  }

  @Override
  public int sourcePort(int flow, int direction) {
    return flows.get(flow).tuples.get(direction).sourcePort;
  }

  @Override
  public int destinationPort(int flow, int direction) {
    return flows.get(flow).tuples.get(direction).destinationPort;
  }

  @Override
  public int status(int flow) {
    return flows.get(flow).status;
  }

  @Override
  public int mark(int flow) {
    return flows.get(flow).mark;
  }

  @Override
  public void setMark(int flow, int mark) {
    Facts facts = flows.get(flow);
    flows.set(flow, new Facts(facts.protocol, facts.tuples, facts.status, mark, facts.secondsLeft));
  }

  @Override
  public int zone(int flow) {
    return 0;
  }

  @Override
  public int secondsLeft(int flow, long nowNanos) {
    return flows.get(flow).secondsLeft;
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
