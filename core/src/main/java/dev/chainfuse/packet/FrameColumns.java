package dev.chainfuse.packet;

/**
 * The columns of a batch: frames in slots of one array, and for each what came with it and what
 * became of it. Plain arrays, so that every stage can run over them.
 */
public final class FrameColumns {
  /** Arrival interface of packets that the host made itself. */
  public static final int LOCAL = -2;

  /** Egress interface of a packet that did not leave. */
  public static final int NO_EGRESS = -1;

  /** Bytes before each frame, so that IP words are aligned. */
  public static final int LEAD = 2;

  /** Bytes behind a frame: TCPMSS may add an option to a packet. */
  public static final int TAIL = 4;

  /** Frames up to that length have room for the option anyway: TCP headers are multiples of 4. */
  private static final int SHORTEST_FRAME = 60;

  /** Frames, one a slot, each {@link #LEAD} bytes into its slot; slots follow one another. */
  public final byte[] data;

  /** Bytes of the longest slot. */
  public final int stride;

  public final int[] offset;
  public final int[] length;
  public final int[] inInterface;
  public final long[] timeNanos;
  public final long[] sequence;
  public final boolean[] verified;

  /** Ordinals of {@link Action}. */
  public final byte[] action;

  /** Ordinals of {@link DropReason}. */
  public final byte[] reason;

  /** Ordinal of the hook at which a rule or policy decided; -1 if none did. */
  public final byte[] hook;

  public final int[] ruleId;
  public final int[] egress;

  /** How many other frames of the packet left before its own. */
  public final int[] framesBefore;

  public int size;

  /** Where the next slot begins. */
  public int used;

  public FrameColumns(int capacity, int maxFrameBytes) {
    stride = slotEnd(LEAD + maxFrameBytes + TAIL);
    data = new byte[Math.multiplyExact(stride, capacity)];
    offset = new int[capacity];
    length = new int[capacity];
    inInterface = new int[capacity];
    timeNanos = new long[capacity];
    sequence = new long[capacity];
    verified = new boolean[capacity];
    action = new byte[capacity];
    reason = new byte[capacity];
    hook = new byte[capacity];
    ruleId = new int[capacity];
    egress = new int[capacity];
    framesBefore = new int[capacity];
  }

  /** Where the slot of a frame ends that begins at {@code at}. */
  public static int slotEnd(int at, int bytes) {
    return slotEnd(at + bytes + (bytes > SHORTEST_FRAME ? TAIL : 0));
  }

  /** The first multiple of 64 at or behind {@code end}. */
  private static int slotEnd(int end) {
    return end + 63 & ~63;
  }
}
