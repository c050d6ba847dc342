package dev.chainfuse.bench;

import dev.chainfuse.PacketBatch;
import dev.chainfuse.Session;
import dev.chainfuse.packet.Action;
import dev.chainfuse.packet.Bytes;
import dev.chainfuse.packet.Ipv4;
import java.util.List;

/**
 * Opens connections through a session, with TCP's handshake or a datagram each way, and notes what
 * frames of either direction look like when they reach the host. Sender {@code 2 n} is the opener
 * of connection n, {@code 2 n + 1} who answers.
 */
final class OpenConnections {
  private static final int CHUNK = 64;
  private static final int GAP_NANOS = 100;
  private static final int ENTRY = EstablishedTraffic.ENTRY;

  private final Session session;
  private final Ways ways;
  private final int count;
  private final byte[] templates;
  private final PacketBatch batch = PacketBatch.allocate(CHUNK);
  private long nanos;

  /** Opens {@code count} connections from {@code startNanos} on. */
  OpenConnections(Session session, Ways ways, int count, long startNanos) {
    this.session = session;
    this.ways = ways;
    this.count = count;
    this.nanos = startNanos;
    this.templates = new byte[Math.multiplyExact(2 * count, ENTRY)];
    List<Ways.Way> all = ways.all();
    for (int from = 0; from < count; from += CHUNK) {
      open(from, Math.min(from + CHUNK, count), all);
    }
  }

  private void open(int from, int to, List<Ways.Way> all) {
    for (int n = from; n < to; n++) {
      Ways.Way way = all.get(ways.number(n));
      ways.common(way, n, templates, 2 * n * ENTRY);
      templates[2 * n * ENTRY + EstablishedTraffic.DEVICE] = (byte) way.from().device();
      add(2 * n, -1, Ipv4.TCP_SYN);
    }
    process(from);
    for (int n = from; n < to; n++) {
      mirror(n, n - from);
    }
    batch.clear();
    for (int n = from; n < to; n++) {
      add(2 * n + 1, -1, Ipv4.TCP_SYN | Ipv4.TCP_ACK);
    }
    process(from);
    if (protocol() == Ipv4.TCP) {
      batch.clear();
      for (int n = from; n < to; n++) {
        add(2 * n, 0, Ipv4.TCP_ACK);
      }
      process(from);
    }
    batch.clear();
  }

  private void add(int sender, int step, int flags) {
    int at = sender * ENTRY;
    boolean first = (flags & Ipv4.TCP_ACK) == 0;
    int bytes = FrameTemplates.headerBytes(protocol());
    FrameTemplates.complete(
        templates,
        at,
        bytes,
        firstSequence(sender) + step,
        first ? 0 : firstSequence(sender ^ 1),
        flags);
    nanos += GAP_NANOS;
    batch.add(templates, at, bytes, templates[at + EstablishedTraffic.DEVICE], nanos);
  }

  private void process(int first) {
    session.process(batch);
    for (int i = 0; i < batch.size(); i++) {
      if (batch.action(i) != Action.FORWARDED) {
        throw new IllegalStateException(
            "connection "
                + (first + i)
                + " does not get through the host: "
                + batch.action(i)
                + ", "
                + batch.reason(i)
                + ", "
                + session.engine().decision(batch.ruleId(i)));
      }
    }
  }

  /** Who gets the opener's frame answers from where it left the host. */
  private void mirror(int n, int i) {
    byte[] data = batch.data();
    int at = batch.offset(i);
    int ip = at + FrameTemplates.IP;
    int ports = Bytes.getInt(data, at + FrameTemplates.TRANSPORT);
    int to = (2 * n + 1) * ENTRY;
    FrameTemplates.common(
        templates,
        to,
        Bytes.getMac(data, at + 6),
        Bytes.getMac(data, at),
        protocol(),
        Bytes.getInt(data, ip + Ipv4.DESTINATION),
        Bytes.getInt(data, ip + Ipv4.SOURCE),
        Integer.rotateLeft(ports, 16));
    templates[to + EstablishedTraffic.DEVICE] = (byte) batch.egress(i);
  }

  int protocol() {
    return ways.protocol();
  }

  int count() {
    return count;
  }

  /** Virtual time after the last connection was opened. */
  long nanos() {
    return nanos;
  }

  /** A frame of each sender, one an entry of the schedule. */
  byte[] templates() {
    return templates;
  }

  /** TCP sequence number of a sender's first byte of data. */
  int firstSequence(int sender) {
    return (sender + 1) * 0x9e37_79b1;
  }
}
