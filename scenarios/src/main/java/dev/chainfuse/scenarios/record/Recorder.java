package dev.chainfuse.scenarios.record;

import dev.chainfuse.Emissions;
import dev.chainfuse.PacketBatch;
import dev.chainfuse.Session;
import dev.chainfuse.packet.Action;
import dev.chainfuse.packet.Bytes;
import dev.chainfuse.packet.Ipv4;
import org.jspecify.annotations.Nullable;

/**
 * Notes what became of each packet of a run, in the order in which a host would do it: frames that
 * timers sent before a packet came, the packet's own frame, then what else it caused. One thread.
 */
public final class Recorder {
  private final @Nullable RunDirectory directory;
  private final BatchLatency latency = new BatchLatency();
  private final DropTally drops = new DropTally();
  private final Series series = new Series();
  private final long[] actions = new long[Action.values().length];
  private long framesIn;
  private long framesOut;

  /**
   * @param directory null to keep sums only
   */
  public Recorder(@Nullable RunDirectory directory) {
    this.directory = directory;
  }

  /** After {@link Session#process}. */
  public void batch(Session session, PacketBatch batch, long elapsedNanos) {
    if (batch.size() == 0) {
      return;
    }
    latency.record(elapsedNanos, batch.size());
    Emissions emissions = session.emissions();
    int next = 0;
    for (int i = 0; i < batch.size(); i++) {
      while (next < emissions.size()
          && emissions.batchIndex(next) == Emissions.TIMER
          && emissions.timeNanos(next) <= batch.timeNanos(i)) {
        later(emissions, next++);
      }
      int from = next;
      while (next < emissions.size() && emissions.batchIndex(next) == i) {
        next++;
      }
      packet(batch, i, emissions, from, next);
    }
    while (next < emissions.size()) {
      later(emissions, next++);
    }
  }

  /** After {@link Session#advance}. */
  public void timer(Session session) {
    Emissions emissions = session.emissions();
    for (int e = 0; e < emissions.size(); e++) {
      later(emissions, e);
    }
  }

  private void packet(PacketBatch batch, int i, Emissions emissions, int from, int to) {
    framesIn++;
    Action action = batch.action(i);
    actions[action.ordinal()]++;
    series.count(batch.timeNanos(i), action);
    if (batch.isDropped(i)) {
      drops.count(batch.ruleId(i), source(batch, i));
    }
    boolean left = batch.egress(i) >= 0;
    framesOut += (left ? 1 : 0) + (to - from);
    if (directory == null) {
      return;
    }
    directory.verdicts().packet(batch, i, emissions, from, to);
    int before = from + batch.framesBefore(i);
    for (int e = from; e < before; e++) {
      capture(directory, emissions, e);
    }
    if (left) {
      directory.frame(
          batch.egress(i), batch.timeNanos(i), batch.data(), batch.offset(i), batch.length(i));
    }
    for (int e = before; e < to; e++) {
      capture(directory, emissions, e);
    }
  }

  /** The sender of an IPv4 packet; 0 for others. A packet's source changes last in the host. */
  private static int source(PacketBatch batch, int i) {
    int at = batch.offset(i);
    boolean local = batch.inInterface(i) == PacketBatch.LOCAL;
    boolean ipv4 =
        batch.length(i) >= Ipv4.ETHERNET_HEADER + Ipv4.MINIMUM_HEADER
            && (local || Bytes.getShort(batch.data(), at + 12) == Ipv4.ETHERTYPE_IPV4);
    return ipv4 ? Bytes.getInt(batch.data(), at + Ipv4.ETHERNET_HEADER + Ipv4.SOURCE) : 0;
  }

  private void later(Emissions emissions, int e) {
    framesOut++;
    if (directory != null) {
      directory.verdicts().later(emissions, e);
      capture(directory, emissions, e);
    }
  }

  private static void capture(RunDirectory directory, Emissions emissions, int e) {
    directory.frame(
        emissions.egress(e),
        emissions.timeNanos(e),
        emissions.data(),
        emissions.offset(e),
        emissions.length(e));
  }

  public BatchLatency latency() {
    return latency;
  }

  public DropTally drops() {
    return drops;
  }

  public Series series() {
    return series;
  }

  /** Packets that ended so. */
  public long count(Action action) {
    return actions[action.ordinal()];
  }

  public long framesIn() {
    return framesIn;
  }

  public long framesOut() {
    return framesOut;
  }
}
