package dev.chainfuse;

import dev.chainfuse.packet.Action;
import dev.chainfuse.packet.Bytes;
import dev.chainfuse.packet.DropReason;
import dev.chainfuse.packet.FrameColumns;
import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.rules.Hook;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A batch of frames, in order of arrival, and after {@link Session#process} what became of each.
 * Batches are a hint, never meaning: any split of a sequence of packets into batches gives the same
 * results. Allocated once; nothing here allocates afterwards. One thread at a time.
 *
 * <pre>
 * data: one slot a frame, as long as it needs, a multiple of 64 bytes
 *   +--+----------------+--------------------------------+-------++--+----
 *   |2 | Ethernet, 14   | IP packet                      | unused||2 | ...
 *   +--+----------------+--------------------------------+-------++--+----
 *   ^slot               ^slot + 16, so that IP words are aligned  ^next slot
 * </pre>
 *
 * Small frames lie close together: with slots for the longest frame a batch would reach for more
 * pages and cache sets than a processor keeps at hand.
 *
 * <p>A packet made by the host itself ({@link #addLocal}) has no Ethernet header until it leaves.
 */
public final class PacketBatch {
  /** Arrival interface of packets that the host made itself. */
  public static final int LOCAL = FrameColumns.LOCAL;

  /** Egress interface of a packet that did not leave. */
  public static final int NO_EGRESS = FrameColumns.NO_EGRESS;

  private static final Hook[] HOOKS = Hook.values();

  final FrameColumns columns;

  private PacketBatch(int capacity, int maxFrameBytes) {
    columns = new FrameColumns(capacity, maxFrameBytes);
  }

  /** A batch for {@code capacity} frames of at most 1,518 bytes. */
  public static PacketBatch allocate(int capacity) {
    return allocate(capacity, 1518);
  }

  /**
   * A batch for {@code capacity} frames of at most {@code maxFrameBytes} bytes each.
   *
   * @throws IllegalArgumentException if either is not positive or a frame could exceed 65,549 bytes
   */
  public static PacketBatch allocate(int capacity, int maxFrameBytes) {
    if (capacity < 1) {
      throw new IllegalArgumentException("capacity " + capacity + " is not positive");
    }
    if (maxFrameBytes < 60 || maxFrameBytes > 65_535 + Ipv4.ETHERNET_HEADER) {
      throw new IllegalArgumentException(
          "maxFrameBytes " + maxFrameBytes + " is not within 60 to 65549");
    }
    return new PacketBatch(capacity, maxFrameBytes);
  }

  /** Frames that fit. */
  public int capacity() {
    return columns.offset.length;
  }

  /** The longest frame that fits. */
  public int maxFrameBytes() {
    return columns.stride - FrameColumns.LEAD - FrameColumns.TAIL;
  }

  /** Frames present. */
  public int size() {
    return columns.size;
  }

  /** Whether no further frame fits. */
  public boolean isFull() {
    return columns.size == columns.offset.length;
  }

  /** Forgets all frames. */
  public void clear() {
    columns.size = 0;
    columns.used = 0;
  }

  /**
   * Appends a frame as it came from the wire.
   *
   * @param frame holds the frame from {@code from} on, Ethernet header first, no check sequence
   * @param interfaceNumber number of the lowest-level device (a bridge's port, not the bridge) in
   *     the host's topology
   * @param nanos time of arrival, virtual, not before that of the frame before it
   * @return its index, to be used with the other methods until {@link #clear}
   * @throws IllegalStateException if the batch is full
   * @throws IllegalArgumentException if the frame is longer than {@link #maxFrameBytes}
   */
  public int add(byte[] frame, int from, int bytes, int interfaceNumber, long nanos) {
    int at = slot(bytes);
    System.arraycopy(frame, from, columns.data, at, bytes);
    return put(at, bytes, interfaceNumber, nanos);
  }

  /** Appends an IPv4 packet that a program on the host sends: no Ethernet header. */
  public int addLocal(byte[] packet, int from, int bytes, long nanos) {
    int at = slot(bytes + Ipv4.ETHERNET_HEADER);
    Arrays.fill(columns.data, at, at + Ipv4.ETHERNET_HEADER, (byte) 0);
    System.arraycopy(packet, from, columns.data, at + Ipv4.ETHERNET_HEADER, bytes);
    return put(at, bytes + Ipv4.ETHERNET_HEADER, LOCAL, nanos);
  }

  private int slot(int bytes) {
    if (columns.size == columns.offset.length) {
      throw new IllegalStateException("the batch is full: " + columns.size + " frames");
    }
    if (bytes > maxFrameBytes()) {
      throw new IllegalArgumentException(
          "frame of " + bytes + " bytes, the batch was allocated for " + maxFrameBytes());
    }
    return columns.used + FrameColumns.LEAD;
  }

  private int put(int at, int bytes, int interfaceNumber, long nanos) {
    int index = columns.size++;
    columns.used = FrameColumns.slotEnd(at, bytes);
    columns.offset[index] = at;
    columns.length[index] = bytes;
    columns.inInterface[index] = interfaceNumber;
    columns.timeNanos[index] = nanos;
    columns.verified[index] = false;
    columns.action[index] = 0;
    columns.reason[index] = 0;
    columns.hook[index] = -1;
    columns.egress[index] = NO_EGRESS;
    columns.framesBefore[index] = 0;
    return index;
  }

  /**
   * Says that the L4 checksum of frame {@code index} is known to be right, as a network card would.
   */
  public void setChecksumVerified(int index) {
    columns.verified[index] = true;
  }

  /**
   * How many of the {@link Emissions} of frame {@code index} left before the frame itself, such as
   * copies that TEE made.
   */
  public int framesBefore(int index) {
    return columns.framesBefore[index];
  }

  /** The array that holds every frame; rewritten in place by {@link Session#process}. */
  public byte[] data() {
    return columns.data;
  }

  /** Where frame {@code index} begins in {@link #data}: its Ethernet header. */
  public int offset(int index) {
    return columns.offset[index];
  }

  /** Bytes of frame {@code index}. */
  public int length(int index) {
    return columns.length[index];
  }

  /** The interface by which frame {@code index} came; {@link #LOCAL} if the host made it. */
  public int inInterface(int index) {
    return columns.inInterface[index];
  }

  /** When frame {@code index} came, virtual nanoseconds. */
  public long timeNanos(int index) {
    return columns.timeNanos[index];
  }

  /** The packet's number in its session, from 0; valid after {@link Session#process}. */
  public long sequence(int index) {
    return columns.sequence[index];
  }

  /** What became of it. */
  public Action action(int index) {
    return Action.of(columns.action[index]);
  }

  /** Whether it was dropped or rejected. */
  public boolean isDropped(int index) {
    int a = columns.action[index];
    return a == Action.DROPPED.ordinal() || a == Action.REJECTED.ordinal();
  }

  /** Why it ended; NONE if it left or was delivered. */
  public DropReason reason(int index) {
    return DropReason.of(columns.reason[index]);
  }

  /**
   * What decided: an id from 0 to {@link Engine#ruleIds()} - 1, to be named by {@link
   * Engine#decision}. Rules come first, then policies, then the drop reasons that are no rule.
   */
  public int ruleId(int index) {
    return columns.ruleId[index];
  }

  /** The hook whose chains decided; null if no rule or policy did. */
  public @Nullable Hook hook(int index) {
    int ordinal = columns.hook[index];
    return ordinal < 0 ? null : HOOKS[ordinal];
  }

  /**
   * The lowest-level device by which the frame, rewritten in place, left; {@link #NO_EGRESS} if it
   * did not. Further frames that it caused (copies, answers) are in {@link Session#emissions}.
   */
  public int egress(int index) {
    return columns.egress[index];
  }

  /** The EtherType of frame {@code index}. */
  int etherType(int index) {
    return Bytes.getShort(columns.data, columns.offset[index] + 12);
  }
}
