package dev.chainfuse.forwarding;

/**
 * Queues of packet numbers that share one pool of places. Allocated whole at construction.
 *
 * <pre>
 *   head   by queue:  first place     next   by place: the place behind, or the next free one
 *   tail   by queue:  last place      packet by place: the caller's number
 *   bytes  by queue:  sum             size   by place: the packet's bytes
 * </pre>
 */
final class WaitingPackets {
  static final int NONE = -1;

  private final int[] head;
  private final int[] tail;
  private final long[] bytes;
  private final int[] next;
  private final int[] packet;
  private final int[] size;
  private int free;

  WaitingPackets(int queues, int places) {
    head = new int[queues];
    tail = new int[queues];
    bytes = new long[queues];
    java.util.Arrays.fill(head, NONE);
    java.util.Arrays.fill(tail, NONE);
    next = new int[places];
    packet = new int[places];
    size = new int[places];
    for (int i = 0; i < places; i++) {
      next[i] = i + 1 < places ? i + 1 : NONE;
    }
    free = places > 0 ? 0 : NONE;
  }

  boolean isEmpty(int queue) {
    return head[queue] == NONE;
  }

  long bytes(int queue) {
    return bytes[queue];
  }

  /** The packet that came last, or {@link #NONE}. */
  int last(int queue) {
    return tail[queue] == NONE ? NONE : packet[tail[queue]];
  }

  /** Appends a packet; false if no place is left. */
  boolean add(int queue, int number, int packetBytes) {
    int place = free;
    if (place == NONE) {
      return false;
    }
    free = next[place];
    packet[place] = number;
    size[place] = packetBytes;
    next[place] = NONE;
    if (head[queue] == NONE) {
      head[queue] = place;
    } else {
      next[tail[queue]] = place;
    }
    tail[queue] = place;
    bytes[queue] += packetBytes;
    return true;
  }

  /** Takes the packet that came first, or {@link #NONE}. */
  int take(int queue) {
    int place = head[queue];
    if (place == NONE) {
      return NONE;
    }
    head[queue] = next[place];
    if (head[queue] == NONE) {
      tail[queue] = NONE;
    }
    bytes[queue] -= size[place];
    next[place] = free;
    free = place;
    return packet[place];
  }

  /** Moves the first packet of one queue to the end of another. */
  void moveFirst(int from, int to) {
    int packetBytes = size[head[from]];
    add(to, take(from), packetBytes);
  }
}
