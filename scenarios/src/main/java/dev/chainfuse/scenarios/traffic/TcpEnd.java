package dev.chainfuse.scenarios.traffic;

import dev.chainfuse.packet.Bytes;
import dev.chainfuse.packet.Ipv4;
import org.jspecify.annotations.Nullable;

/**
 * One end of a TCP connection (RFC 9293) that carries one request and one response: the client
 * opens and asks, the server answers and closes. Retransmission goes back to the first
 * unacknowledged byte (RFC 6298 with fixed first time-outs); there is no congestion control: at
 * most {@link #WINDOW_SEGMENTS} segments are under way.
 *
 * <pre>
 * stream of each side:   0      1 ........ n     n + 1
 *                        SYN    data             FIN       sequence = initial + offset
 * </pre>
 */
final class TcpEnd {
  static final int MSS = 1_460;
  static final int WINDOW_SEGMENTS = 10;
  private static final int WINDOW_BYTES = 65_535;
  private static final long FIRST_TIMEOUT_NANOS = 1_000_000_000L;
  private static final long DATA_TIMEOUT_NANOS = 200_000_000L;
  private static final long LINGER_NANOS = 2_000_000_000L;
  private static final int OPEN_TRIES = 4;
  private static final int DATA_TRIES = 8;

  private enum State {
    SYN_SENT,
    SYN_RECEIVED,
    OPEN,
    CLOSED
  }

  private final Station station;
  private final int local;
  private final int remote;
  private final int ports;
  private final @Nullable Exchange exchange;
  private final int initial;
  private final byte[] head = new byte[Message.HEADER];
  private State state;
  private int flow;
  private int peerInitial;
  private long unacknowledged;
  private long next;
  private long expected;
  private long toSend;
  private long toReceive;
  private boolean mayFinish;
  private boolean peerFinished;
  private int tries;
  private int timerGeneration;

  private TcpEnd(
      Station station, int local, int remote, int ports, @Nullable Exchange exchange, State state) {
    this.station = station;
    this.local = local;
    this.remote = remote;
    this.ports = ports;
    this.exchange = exchange;
    this.state = state;
    flow = exchange == null ? Network.NO_FLOW : exchange.number();
    initial = station.network().random().nextInt();
  }

  static TcpEnd client(
      Station station,
      int local,
      int localPort,
      int remote,
      int remotePort,
      Exchange exchange,
      int request,
      int response) {
    TcpEnd end =
        new TcpEnd(station, local, remote, localPort << 16 | remotePort, exchange, State.SYN_SENT);
    end.toSend = request;
    end.toReceive = response;
    Bytes.putInt(end.head, 0, request);
    Bytes.putInt(end.head, 4, response);
    return end;
  }

  /** The end that answers a SYN, which {@link #receive} shall get next. */
  static TcpEnd server(Station station, int local, int remote, int ports) {
    return new TcpEnd(station, local, remote, ports, null, State.SYN_RECEIVED);
  }

  int local() {
    return local;
  }

  int remote() {
    return remote;
  }

  /** Local port in the upper, remote port in the lower 16 bits. */
  int ports() {
    return ports;
  }

  /** Whether it waits in TIME_WAIT or its like; a SYN may begin a new connection. */
  boolean lingers() {
    return state == State.CLOSED;
  }

  void open() {
    sendSegments();
  }

  /** An ICMP error came for a segment. It ends an attempt to open, nothing else. */
  void refusedBy(String reason) {
    if (state == State.SYN_SENT) {
      fail(reason);
    }
  }

  void receive(byte[] frame, int at, int bytes, int itsFlow) {
    if (exchange == null && itsFlow != Network.NO_FLOW) {
      flow = itsFlow;
    }
    int flags = Bytes.getByte(frame, at + Frames.TCP_FLAGS);
    int sequence = Bytes.getInt(frame, at + 4);
    long acknowledged = Bytes.getInt(frame, at + 8) - initial & 0xffff_ffffL;
    boolean acknowledges = (flags & Ipv4.TCP_ACK) != 0 && acknowledged <= next;
    if ((flags & Ipv4.TCP_RST) != 0) {
      if (state != State.SYN_SENT || acknowledges && acknowledged == 1) {
        fail(state == State.SYN_SENT ? "connection refused" : "connection reset");
      }
      return;
    }
    if ((flags & Ipv4.TCP_SYN) != 0 && !synchronise(sequence, acknowledges && acknowledged == 1)) {
      return;
    }
    if (acknowledges && acknowledged > unacknowledged) {
      progress(acknowledged);
    }
    int header = (Bytes.getByte(frame, at + 12) >>> 4) * 4;
    boolean owed =
        take(frame, at + header, bytes - header, sequence, flags) || (flags & Ipv4.TCP_SYN) != 0;
    boolean sent = sendSegments();
    if (owed && !sent) {
      segment(next, 0, Ipv4.TCP_ACK);
    }
    finishIfDone();
  }

  /** Takes a SYN. Returns whether the segment goes on. */
  private boolean synchronise(int sequence, boolean acknowledgesOurs) {
    if (state == State.SYN_SENT && !acknowledgesOurs) {
      return false;
    }
    if (expected == 0) {
      peerInitial = sequence;
      expected = 1;
    } else if (state == State.SYN_RECEIVED) {
      next = 0; // Its SYN again: ours is sent again too.
    }
    return true;
  }

  private void progress(long acknowledged) {
    unacknowledged = acknowledged;
    next = Math.max(next, unacknowledged);
    tries = 0;
    timerGeneration++;
    if (state != State.CLOSED) {
      state = State.OPEN;
    }
    if (unacknowledged < next) {
      startTimer();
    }
  }

  /** Takes data and FIN. Returns whether an acknowledgement is owed. */
  private boolean take(byte[] frame, int at, int bytes, int sequence, int flags) {
    boolean finishes = (flags & Ipv4.TCP_FIN) != 0;
    boolean synchronises = (flags & Ipv4.TCP_SYN) != 0;
    if (bytes == 0 && !finishes || synchronises || expected == 0) {
      return false;
    }
    long offset = sequence - peerInitial & 0xffff_ffffL;
    if (offset != expected || peerFinished) {
      return true;
    }
    if (exchange == null) {
      readRequest(frame, at, bytes);
    }
    expected += bytes;
    if (finishes) {
      expected++;
      peerFinished = true;
      mayFinish = true;
      answerCame();
    } else if (exchange == null && expected - 1 >= toReceive && toReceive > 0) {
      mayFinish = true;
    }
    return true;
  }

  private void readRequest(byte[] frame, int at, int bytes) {
    for (int i = 0; i < bytes && expected - 1 + i < Message.HEADER; i++) {
      head[(int) (expected - 1 + i)] = frame[at + i];
    }
    if (expected - 1 + bytes >= Message.HEADER) {
      toReceive = Math.max(Bytes.getInt(head, 0), Message.HEADER);
      if (expected - 1 + bytes >= toReceive) {
        toSend = Math.max(Bytes.getInt(head, 4), 0);
      }
    }
  }

  private void answerCame() {
    if (exchange == null) {
      return;
    }
    if (expected - 2 == toReceive) {
      exchange.reached(station.network().nowNanos());
    } else {
      exchange.failed(station.network().nowNanos(), "closed early");
    }
  }

  /** Sends what the window allows. Returns whether anything was sent. */
  private boolean sendSegments() {
    if (state == State.CLOSED) {
      return false;
    }
    boolean sent = false;
    if (next == 0) {
      segment(0, 0, Ipv4.TCP_SYN | (expected > 0 ? Ipv4.TCP_ACK : 0));
      next = 1;
      sent = true;
    }
    long end = 1 + toSend;
    while (state == State.OPEN && next <= end && !(next == end && !mayFinish)) {
      if (next - unacknowledged >= (long) WINDOW_SEGMENTS * MSS) {
        break;
      }
      int bytes = (int) Math.min(MSS, end - next);
      boolean last = next + bytes == end;
      boolean finish = last && mayFinish;
      segment(
          next, bytes, Ipv4.TCP_ACK | (last && bytes > 0 ? Ipv4.TCP_PSH : 0) | (finish ? 1 : 0));
      next += bytes + (finish ? 1 : 0);
      sent = true;
    }
    if (sent) {
      startTimer();
    }
    return sent;
  }

  private void segment(long offset, int bytes, int flags) {
    byte[] out = station.out();
    int mss = (flags & Ipv4.TCP_SYN) != 0 ? MSS : 0;
    int header = Frames.tcpHeader(mss);
    int at = Frames.TRANSPORT + header;
    Frames.fill(out, at, bytes, offset - 1);
    if (exchange != null) {
      for (long i = offset; i < offset + bytes && i <= Message.HEADER; i++) {
        out[at + (int) (i - offset)] = head[(int) i - 1];
      }
    }
    station.header(Ipv4.TCP, local, remote, header + bytes);
    int sequence = initial + (int) offset;
    int acknowledgement = expected == 0 ? 0 : peerInitial + (int) expected;
    Frames.tcp(out, ports, sequence, acknowledgement, flags, WINDOW_BYTES, mss);
    station.send(remote, at + bytes, flow);
  }

  private void startTimer() {
    int generation = ++timerGeneration;
    long first = state == State.OPEN ? DATA_TIMEOUT_NANOS : FIRST_TIMEOUT_NANOS;
    Network network = station.network();
    network.at(network.nowNanos() + (first << tries), () -> timeout(generation));
  }

  private void timeout(int generation) {
    if (generation != timerGeneration || unacknowledged >= next || state == State.CLOSED) {
      return;
    }
    if (++tries >= (state == State.OPEN ? DATA_TRIES : OPEN_TRIES)) {
      fail(state == State.SYN_SENT ? "no answer" : "connection timed out");
      return;
    }
    next = unacknowledged;
    sendSegments();
  }

  private void finishIfDone() {
    boolean ours = mayFinish && unacknowledged == toSend + 2;
    if (state == State.OPEN && ours && peerFinished) {
      close();
    }
  }

  private void fail(String reason) {
    if (exchange != null) {
      exchange.failed(station.network().nowNanos(), reason);
    }
    state = State.CLOSED;
    station.forget(this);
  }

  /** Stays for a while to acknowledge a FIN that comes again. */
  private void close() {
    state = State.CLOSED;
    timerGeneration++;
    Network network = station.network();
    network.at(network.nowNanos() + LINGER_NANOS, () -> station.forget(this));
  }
}
