package dev.chainfuse.bench;

import dev.chainfuse.PacketBatch;
import dev.chainfuse.packet.Bytes;
import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.packet.OnesComplement;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Packets of connections that are open: a schedule in which every connection sends both ways, in
 * random order and lengths, over and over. With each pass TCP's sequence and acknowledgement
 * numbers go on by what was sent in one, so windows move as in life.
 *
 * <pre>
 * schedule: one cache line a packet, read in order
 *   0                  54       55      56                60                64
 *   | headers           | device | odd?  | sequence's step | acknowledgement's |
 *   |                   |        |       | or odd's length | step              |
 * </pre>
 */
final class EstablishedTraffic extends Traffic {
  /** Bytes of an entry. */
  static final int ENTRY = 64;

  static final int DEVICE = 54;
  private static final int ODD = 55;
  private static final int SEQUENCE_STEP = 56;
  private static final int ACKNOWLEDGEMENT_STEP = 60;

  /** The shortest schedule: longer than what a branch predictor can learn. */
  private static final int SHORTEST = 1 << 17;

  /** Longest frame without check sequence. */
  private static final int LONGEST_FRAME = 1514;

  /** Mean gap 1 us: deadlines, counted in steps of 4 ms, move on. */
  private static final int GAP_BITS = 11;

  private final byte[] schedule;
  private final int entries;
  private final boolean tcp;
  private final byte[] scratch = new byte[LONGEST_FRAME];
  private int cursor;
  private int pass;

  /**
   * Makes the schedule.
   *
   * @param open connections, opened in a session until {@code startNanos}
   * @param frameBytes mean length of a frame without check sequence; lengths differ by an eighth
   */
  EstablishedTraffic(
      OpenConnections open,
      List<Ways.Odd> odd,
      int frameBytes,
      boolean verified,
      long startNanos,
      long seed) {
    super(verified, GAP_BITS, startNanos, seed);
    tcp = open.protocol() == Ipv4.TCP;
    int least = FrameTemplates.headerBytes(open.protocol());
    if (frameBytes < least || frameBytes > LONGEST_FRAME) {
      throw new IllegalArgumentException(
          "frameBytes must be " + least + " to " + LONGEST_FRAME + ": " + frameBytes);
    }
    int spread = Math.min(frameBytes / 8, Math.min(frameBytes - least, LONGEST_FRAME - frameBytes));
    SplittableRandom random = new SplittableRandom(seed);
    int[] order = order(2 * open.count(), random);
    int most = order.length + order.length / (ODD_ONE_OF / 2) + odd.size();
    schedule = new byte[Math.multiplyExact(most, ENTRY)];
    int[] sent = new int[2 * open.count()];
    int[] place = new int[order.length];
    int count = 0;
    int odds = 0;
    for (int i = 0; i < order.length; i++) {
      if (random.nextInt(ODD_ONE_OF) == 0 && count - i < most - order.length) {
        writeOdd(count++ * ENTRY, odd.get(odds++ % odd.size()));
      }
      int sender = order[i];
      int bytes = frameBytes + random.nextInt(-spread, spread + 1);
      place[i] = count++ * ENTRY;
      System.arraycopy(open.templates(), sender * ENTRY, schedule, place[i], ENTRY);
      FrameTemplates.complete(
          schedule,
          place[i],
          bytes,
          open.firstSequence(sender) + sent[sender],
          open.firstSequence(sender ^ 1) + sent[sender ^ 1],
          random.nextInt(4) == 0 ? Ipv4.TCP_ACK : Ipv4.TCP_ACK | Ipv4.TCP_PSH);
      sent[sender] += bytes - least;
    }
    for (int i = 0; i < order.length; i++) {
      Bytes.putInt(schedule, place[i] + SEQUENCE_STEP, sent[order[i]]);
      Bytes.putInt(schedule, place[i] + ACKNOWLEDGEMENT_STEP, sent[order[i] ^ 1]);
    }
    entries = count;
  }

  /** Each sender equally often, shuffled. */
  private static int[] order(int senders, SplittableRandom random) {
    int times = Math.max(1, (SHORTEST + senders - 1) / senders);
    int[] order = new int[senders * times];
    for (int i = 0; i < order.length; i++) {
      int other = random.nextInt(i + 1);
      order[i] = order[other];
      order[other] = i % senders;
    }
    return order;
  }

  private void writeOdd(int at, Ways.Odd odd) {
    System.arraycopy(odd.frame(), 0, schedule, at, odd.frame().length);
    schedule[at + DEVICE] = (byte) odd.device();
    schedule[at + ODD] = 1;
    Bytes.putInt(schedule, at + SEQUENCE_STEP, odd.frame().length);
  }

  /** Packets of one pass. */
  int scheduleLength() {
    return entries;
  }

  @Override
  void add(PacketBatch batch, long nanos) {
    int at = cursor * ENTRY;
    byte[] frame = scratch;
    System.arraycopy(schedule, at, frame, 0, FrameTemplates.HEADERS);
    int device = schedule[at + DEVICE];
    if (schedule[at + ODD] != 0) {
      batch.add(frame, 0, Bytes.getInt(schedule, at + SEQUENCE_STEP), device, nanos);
    } else {
      if (tcp) {
        moveOn(frame, at);
      }
      int bytes = Bytes.getShort(frame, FrameTemplates.IP + Ipv4.TOTAL_LENGTH) + FrameTemplates.IP;
      batch.add(frame, 0, bytes, device, nanos);
      connectionPackets++;
    }
    if (++cursor == entries) {
      cursor = 0;
      pass++;
    }
  }

  private void moveOn(byte[] frame, int at) {
    int sequence = Bytes.getInt(frame, FrameTemplates.SEQUENCE);
    int acknowledgement = Bytes.getInt(frame, FrameTemplates.ACKNOWLEDGEMENT);
    int nextSequence = sequence + pass * Bytes.getInt(schedule, at + SEQUENCE_STEP);
    int nextAcknowledgement =
        acknowledgement + pass * Bytes.getInt(schedule, at + ACKNOWLEDGEMENT_STEP);
    Bytes.putInt(frame, FrameTemplates.SEQUENCE, nextSequence);
    Bytes.putInt(frame, FrameTemplates.ACKNOWLEDGEMENT, nextAcknowledgement);
    int checksum = FrameTemplates.checksumOffset(Ipv4.TCP);
    int delta =
        OnesComplement.delta32(sequence, nextSequence)
            + OnesComplement.delta32(acknowledgement, nextAcknowledgement);
    Bytes.putShort(frame, checksum, OnesComplement.update(Bytes.getShort(frame, checksum), delta));
  }
}
