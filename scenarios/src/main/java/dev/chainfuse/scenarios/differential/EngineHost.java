package dev.chainfuse.scenarios.differential;

import dev.chainfuse.Emissions;
import dev.chainfuse.Engine;
import dev.chainfuse.Flows;
import dev.chainfuse.Host;
import dev.chainfuse.PacketBatch;
import dev.chainfuse.Session;
import dev.chainfuse.SessionOptions;
import dev.chainfuse.packet.Action;
import dev.chainfuse.packet.Bytes;
import dev.chainfuse.packet.DropReason;
import dev.chainfuse.packet.Ipv4;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** One of the engines as the host of a case. One thread. */
final class EngineHost implements AutoCloseable {
  private static final int MAXIMUM_FRAME = 65_549;
  private static final int CONNECTIONS = 16_384;

  private final Session session;
  private final PacketBatch batch = PacketBatch.allocate(1, MAXIMUM_FRAME);
  private final KernelChoices choices = new KernelChoices();

  /** Port numbers of the case by interface number, and the other way round. */
  private final List<Answer.Out> early = new ArrayList<>();

  private final int[] portOf;

  private final int[] interfaceOf;
  private DropReason reason = DropReason.NONE;
  private Action action = Action.DROPPED;

  EngineHost(Host host, Engine.Kind kind, LabTopology lab, long startNanos) {
    session =
        Engine.compile(host, kind)
            .open(
                Flows.atMost(CONNECTIONS),
                SessionOptions.DEFAULT.withChoices(choices).withStart(startNanos).withDeliveries());
    portOf = new int[host.topology().interfaces().size()];
    Arrays.fill(portOf, Step.LOCAL);
    interfaceOf = new int[lab.ports().size()];
    for (int i = 0; i < interfaceOf.length; i++) {
      interfaceOf[i] = host.topology().number(lab.ports().get(i).name());
      portOf[interfaceOf[i]] = i;
    }
  }

  /** Sends a frame, at the time at which the kernel got it, with what the kernel drew at random. */
  Answer send(Step step, Answer kernel, Draw.Source draws) {
    choices.learn(kernel, draws);
    List<Answer.Out> out = new ArrayList<>(early);
    List<byte[]> local = new ArrayList<>();
    early.clear();
    session.advance(kernel.nanos());
    emitted(out, 0, session.emissions().size());
    batch.clear();
    byte[] frame = step.frame();
    if (step.port() == Step.LOCAL) {
      batch.addLocal(frame, 0, frame.length, kernel.nanos());
    } else {
      batch.add(frame, 0, frame.length, interfaceOf[step.port()], kernel.nanos());
    }
    session.process(batch);
    action = batch.action(0);
    reason = batch.reason(0);
    int timed = timed();
    int before = timed + batch.framesBefore(0);
    emitted(out, 0, before);
    if (batch.egress(0) >= 0) {
      int at = batch.offset(0);
      byte[] left = Arrays.copyOfRange(batch.data(), at, at + batch.length(0));
      out.add(new Answer.Out(portOf[batch.egress(0)], left));
    }
    emitted(out, before, session.emissions().size());
    Emissions delivered = session.deliveries();
    for (int d = 0; d < delivered.size(); d++) {
      int at = delivered.offset(d);
      local.add(Arrays.copyOfRange(delivered.data(), at, at + delivered.length(d)));
    }
    if (action == Action.LOCAL && local.isEmpty()) {
      int at = batch.offset(0) + Ipv4.ETHERNET_HEADER;
      int bytes = Bytes.getShort(batch.data(), at + Ipv4.TOTAL_LENGTH);
      local.add(Arrays.copyOfRange(batch.data(), at, Math.min(at + bytes, batch.data().length)));
    }
    return new Answer(kernel.nanos(), out, local);
  }

  /** When the next timer is due. */
  long nextTimerNanos() {
    return session.nextTimerNanos();
  }

  /** Lets time pass; what leaves meanwhile belongs to the next answer. */
  void advance(long nanos) {
    session.advance(nanos);
    emitted(early, 0, session.emissions().size());
  }

  /** How many frames timers sent before the packet came. */
  private int timed() {
    Emissions emissions = session.emissions();
    int timed = 0;
    while (timed < emissions.size() && emissions.batchIndex(timed) == Emissions.TIMER) {
      timed++;
    }
    return timed;
  }

  private void emitted(List<Answer.Out> out, int from, int to) {
    Emissions emissions = session.emissions();
    for (int e = from; e < to; e++) {
      int at = emissions.offset(e);
      byte[] frame = Arrays.copyOfRange(emissions.data(), at, at + emissions.length(e));
      out.add(new Answer.Out(portOf[emissions.egress(e)], frame));
    }
  }

  /** Why the last frame ended. */
  DropReason reason() {
    return reason;
  }

  /** What became of the last frame. */
  Action action() {
    return action;
  }

  /** What was drawn otherwise than by the kernel's word; empty if nothing. */
  List<String> notes() {
    return choices.notes();
  }

  FinalState state(long nanos) {
    session.advance(nanos);
    StringBuilder counters = new StringBuilder();
    StringBuilder connections = new StringBuilder();
    try {
      session.appendCounters(counters);
      session.appendConnections(connections, nanos);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new FinalState(nanos, counters.toString(), connections.toString());
  }

  @Override
  public void close() {
    session.close();
  }
}
