package dev.chainfuse.path;

import dev.chainfuse.forwarding.Neighbours;
import dev.chainfuse.packet.Action;
import dev.chainfuse.packet.Bytes;
import dev.chainfuse.packet.DropReason;
import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.packet.OnesComplement;
import dev.chainfuse.packet.Skb;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Puts fragments together (ip_defrag, net/ipv4/ip_fragment.c; inet_frag_queue_insert,
 * net/ipv4/inet_fragment.c). Fragments that overlap end their whole packet; exact repeats are
 * dropped. What is not complete after {@code ipfrag_time} seconds is dropped; if the packet was for
 * the host and its first fragment had come, its sender is told. No more than {@code
 * ipfrag_high_thresh} bytes wait.
 *
 * <p>Off the hot path: this allocates. Not modelled: {@code ipfrag_max_dist}.
 */
final class Reassembly {
  /** Who puts together: each keeps its own (enum ip_defrag_users, include/net/ip.h). */
  enum User {
    LOCAL_DELIVERY,
    TRACKING_IN,
    TRACKING_OUT,
    BRIDGE
  }

  private static final int TIME_EXCEEDED = 11;
  private static final int CODE_REASSEMBLY = 1;
  private static final int MAXIMUM = 65_535;
  private static final int DUPLICATE = -1;
  private static final int OVERLAP = -2;

  /** Which fragments belong together. */
  private record Key(User user, int device, int source, int destination, int protocol, int id) {}

  /** A fragment: the bytes from {@code from} to before {@code to} of the packet's payload. */
  private record Piece(int from, int to, byte[] data) {}

  /** What has come of one packet. */
  private static final class Queue {
    final Key key;
    final long deadline;
    final List<Piece> pieces = new ArrayList<>();
    @Nullable Skb first;
    boolean lastSeen;
    int length;
    int meat;
    int maximum;
    int maximumWithDf;
    int memory;

    Queue(Key key, long deadline) {
      this.key = key;
      this.deadline = deadline;
    }
  }

  private final PathState state;
  private final long timeNanos;
  private final long highThreshold;

  /** In the order in which they began, and so of their deadlines. */
  private final Map<Key, Queue> queues = new LinkedHashMap<>();

  private long memory;

  Reassembly(PathState state, long seconds, long highThreshold) {
    this.state = state;
    this.timeNanos = seconds * 1_000_000_000L;
    this.highThreshold = highThreshold;
  }

  static boolean isFragment(Skb skb) {
    return (skb.fragmentWord & (Ipv4.MORE_FRAGMENTS | Ipv4.OFFSET_MASK)) != 0;
  }

  /**
   * Takes a fragment. If it completes its packet, {@code skb} becomes the whole packet, in an array
   * of its own.
   *
   * @return whether {@code skb} is whole now; if not, it waits or has ended
   */
  boolean complete(Skb skb, User user, int device) {
    int id = Bytes.getShort(skb.data, skb.network + Ipv4.ID);
    Key key = new Key(user, device, skb.source, skb.destination, skb.protocol, id);
    Queue queue = queues.get(key);
    if (queue == null) {
      if (memory > highThreshold) {
        state.end(skb, DropReason.FRAGMENT_MEMORY);
        return false;
      }
      queue = new Queue(key, state.now + timeNanos);
      queues.put(key, queue);
    }
    if (!enqueue(queue, skb)) {
      return false;
    }
    if (queue.first == null || !queue.lastSeen || queue.meat != queue.length) {
      state.reached(skb, Action.HELD);
      return false;
    }
    return assemble(queue, skb);
  }

  /** ip_frag_queue; false if the fragment, and perhaps its packet, has ended. */
  private boolean enqueue(Queue queue, Skb skb) {
    int offset = (skb.fragmentWord & Ipv4.OFFSET_MASK) << 3;
    boolean more = (skb.fragmentWord & Ipv4.MORE_FRAGMENTS) != 0;
    int end = offset + skb.end - skb.transport;
    if (!more) {
      if (end < queue.length || (queue.lastSeen && end != queue.length)) {
        return discard(queue, skb);
      }
      queue.lastSeen = true;
      queue.length = end;
    } else {
      end = offset + (end - offset & ~7);
      if (end > queue.length) {
        if (queue.lastSeen) {
          return discard(queue, skb);
        }
        queue.length = end;
      }
    }
    if (end == offset) {
      return discard(queue, skb);
    }
    int at = place(queue, offset, end);
    if (at < 0) {
      if (at == OVERLAP) {
        return discard(queue, skb);
      }
      state.end(skb, DropReason.FRAGMENT);
      return false;
    }
    byte[] bytes = Arrays.copyOfRange(skb.data, skb.transport, skb.transport + end - offset);
    queue.pieces.add(at, new Piece(offset, end, bytes));
    queue.meat += end - offset;
    note(queue, skb, offset);
    return true;
  }

  private void note(Queue queue, Skb skb, int offset) {
    int size = Neighbours.truesize(skb.end - skb.frame);
    queue.memory += size;
    memory += size;
    int fragment = skb.end - skb.network;
    queue.maximum = Math.max(queue.maximum, fragment);
    if ((skb.fragmentWord & Ipv4.DONT_FRAGMENT) != 0) {
      queue.maximumWithDf = Math.max(queue.maximumWithDf, fragment);
    }
    if (offset == 0) {
      Skb copy = state.pool.copy(skb);
      copy.reported = false;
      queue.first = copy;
    }
  }

  /**
   * Where a piece belongs in the list; DUPLICATE if runs of pieces contain it, OVERLAP if they cut
   * it.
   */
  private static int place(Queue queue, int from, int to) {
    int at = 0;
    int runStart = -1;
    int runEnd = -1;
    for (Piece piece : queue.pieces) {
      if (piece.from == runEnd) {
        runEnd = piece.to;
      } else {
        if (runStart >= 0 && from < runEnd && to > runStart) {
          return within(from, to, runStart, runEnd);
        }
        runStart = piece.from;
        runEnd = piece.to;
      }
      if (piece.from < from) {
        at++;
      }
    }
    if (runStart >= 0 && from < runEnd && to > runStart) {
      return within(from, to, runStart, runEnd);
    }
    return at;
  }

  private static int within(int from, int to, int runStart, int runEnd) {
    return from >= runStart && to <= runEnd ? DUPLICATE : OVERLAP;
  }

  /** The whole packet ends. */
  private boolean discard(Queue queue, Skb skb) {
    forget(queue);
    state.end(skb, DropReason.FRAGMENT);
    return false;
  }

  private void forget(Queue queue) {
    queues.remove(queue.key);
    memory -= queue.memory;
    Skb first = queue.first;
    if (first != null) {
      state.pool.give(first);
    }
    queue.first = null;
  }

  /** ip_frag_reasm: the header of the first fragment, and all payloads. */
  private boolean assemble(Queue queue, Skb skb) {
    Skb first = queue.first;
    int header = first == null ? 0 : first.headerLength;
    int total = header + queue.length;
    if (first == null || total > MAXIMUM) {
      return discard(queue, skb);
    }
    int network = SkbPool.FRAME + Ipv4.ETHERNET_HEADER;
    byte[] whole = new byte[network + total];
    // The last fragment to come becomes the first one (skb_morph in inet_frag_reasm_prepare).
    skb.packetType = first.packetType;
    skb.destinationMac = first.destinationMac;
    skb.sourceMac = first.sourceMac;
    System.arraycopy(first.data, first.frame, whole, SkbPool.FRAME, Ipv4.ETHERNET_HEADER);
    System.arraycopy(first.data, first.network, whole, network, header);
    int[] sizes = new int[queue.pieces.size()];
    for (int i = 0; i < sizes.length; i++) {
      Piece piece = queue.pieces.get(i);
      sizes[i] = piece.to - piece.from;
      System.arraycopy(piece.data, 0, whole, network + header + piece.from, sizes[i]);
    }
    boolean keepDf = queue.maximumWithDf == queue.maximum;
    Bytes.putShort(whole, network + Ipv4.TOTAL_LENGTH, total);
    Bytes.putShort(whole, network + Ipv4.FRAGMENT, keepDf ? Ipv4.DONT_FRAGMENT : 0);
    Bytes.putShort(whole, network + Ipv4.CHECKSUM, 0);
    Bytes.putShort(whole, network + Ipv4.CHECKSUM, OnesComplement.checksum(whole, network, header));
    skb.data = whole;
    skb.frame = SkbPool.FRAME;
    skb.network = network;
    skb.parse();
    skb.frameLength = skb.end - skb.frame;
    skb.primary = false;
    skb.checksumVerified = false;
    skb.fragmentCount = sizes.length;
    skb.fragmentSizes = sizes;
    skb.fragmentMaximum = Math.max(queue.maximum, queue.maximumWithDf);
    skb.fragmentsKeepDf = keepDf;
    forget(queue);
    return true;
  }

  /** When the next incomplete packet's time is over. */
  long nextTimerNanos() {
    return queues.isEmpty() ? Long.MAX_VALUE : queues.values().iterator().next().deadline;
  }

  /** Ends the packet whose time is over first (ip_expire). */
  void expire() {
    Queue queue = queues.values().iterator().next();
    state.now = Math.max(state.now, queue.deadline);
    Skb first = queue.first;
    queue.first = null;
    forget(queue);
    if (first == null) {
      return;
    }
    first.timeNanos = state.now;
    if (queue.key.user != User.TRACKING_OUT
        && state.routing.input(first, queue.key.device) == DropReason.NONE
        && first.routeType == Routing.LOCAL) {
      state.icmp.send(first, TIME_EXCEEDED, CODE_REASSEMBLY, 0);
    }
    state.end(first, DropReason.FRAGMENT);
    state.pool.give(first);
  }
}
