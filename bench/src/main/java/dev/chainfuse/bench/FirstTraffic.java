package dev.chainfuse.bench;

import dev.chainfuse.PacketBatch;
import dev.chainfuse.packet.Bytes;
import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.packet.OnesComplement;
import java.util.List;

/** First packets: each opens a connection that nobody answers and that soon times out. */
final class FirstTraffic extends Traffic {
  private static final int ENTRY = EstablishedTraffic.ENTRY;

  private final Ways ways;
  private final byte[] templates;
  private final boolean[] inward;
  private final List<Ways.Odd> odd;
  private final int checksumAt;
  private final int bytes;
  private final byte[] scratch;
  private int next;
  private int oddNext;

  /**
   * @param gapBits times between packets, see {@link Traffic}
   * @param frameBytes of a datagram; TCP's first packets have no data
   */
  FirstTraffic(
      Ways ways,
      List<Ways.Odd> odd,
      int gapBits,
      int frameBytes,
      boolean verified,
      long startNanos,
      long seed) {
    super(verified, gapBits, startNanos, seed);
    this.ways = ways;
    this.odd = List.copyOf(odd);
    int headers = FrameTemplates.headerBytes(ways.protocol());
    bytes = ways.protocol() == Ipv4.TCP ? headers : Math.max(headers, frameBytes);
    scratch = new byte[Math.max(bytes, FrameTemplates.HEADERS)];
    checksumAt = FrameTemplates.checksumOffset(ways.protocol());
    List<Ways.Way> all = ways.all();
    templates = new byte[all.size() * ENTRY];
    inward = new boolean[all.size()];
    for (int i = 0; i < all.size(); i++) {
      Ways.Way way = all.get(i);
      inward[i] = way.inward();
      ways.common(way, 0, templates, i * ENTRY);
      FrameTemplates.complete(templates, i * ENTRY, bytes, 1, 0, Ipv4.TCP_SYN);
      templates[i * ENTRY + EstablishedTraffic.DEVICE] = (byte) way.from().device();
    }
  }

  @Override
  void add(PacketBatch batch, long nanos) {
    if ((next & ODD_ONE_OF - 1) == ODD_ONE_OF - 1 && oddNext <= next / ODD_ONE_OF) {
      Ways.Odd each = odd.get(oddNext % odd.size());
      oddNext++;
      batch.add(each.frame(), 0, each.frame().length, each.device(), nanos);
      return;
    }
    int n = next++;
    connectionPackets++;
    int way = ways.number(n);
    byte[] frame = scratch;
    System.arraycopy(templates, way * ENTRY, frame, 0, FrameTemplates.HEADERS);
    int addressAt = FrameTemplates.IP + (inward[way] ? Ipv4.SOURCE : Ipv4.DESTINATION);
    int delta = change(frame, addressAt, Ways.outside(n));
    int ip = FrameTemplates.IP + Ipv4.CHECKSUM;
    Bytes.putShort(frame, ip, OnesComplement.update(Bytes.getShort(frame, ip), delta));
    int port = Bytes.getInt(frame, FrameTemplates.TRANSPORT);
    delta += change(frame, FrameTemplates.TRANSPORT, Ways.port(n) << 16 | (port & 0xffff));
    int sum = OnesComplement.update(Bytes.getShort(frame, checksumAt), delta);
    // Zero would say that a datagram has no checksum (RFC 768).
    Bytes.putShort(frame, checksumAt, sum == 0 ? 0xffff : sum);
    batch.add(frame, 0, bytes, templates[way * ENTRY + EstablishedTraffic.DEVICE], nanos);
  }

  private static int change(byte[] frame, int at, int value) {
    int before = Bytes.getInt(frame, at);
    Bytes.putInt(frame, at, value);
    return OnesComplement.delta32(before, value);
  }
}
