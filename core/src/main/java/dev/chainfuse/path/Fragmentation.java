package dev.chainfuse.path;

import dev.chainfuse.packet.Bytes;
import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.packet.OnesComplement;
import dev.chainfuse.packet.Skb;

/**
 * Splits packets that are too big for the way ahead (ip_do_fragment, net/ipv4/ip_output.c). A
 * packet that was put together from fragments leaves in the sizes in which they came, if these fit;
 * any other is cut to the MTU.
 */
final class Fragmentation {
  /** Takes each fragment, a complete frame but for its Ethernet header. */
  interface Output {
    void fragment(Skb fragment);
  }

  private static final int COPIED_OPTION = 0x80;
  private static final int OPTION_END = 0;
  private static final int OPTION_NOP = 1;

  private final PathState state;

  Fragmentation(PathState state) {
    this.state = state;
  }

  /**
   * Splits a packet for an MTU; the packet itself stays as it is.
   *
   * @param mtu longest IP packet ahead, bytes
   */
  void split(Skb skb, int mtu, Output output) {
    int limit = skb.fragmentMaximum != 0 ? Math.min(mtu, skb.fragmentMaximum) : mtu;
    int room = limit - skb.headerLength;
    if (keepsSizes(skb, room)) {
      int offset = 0;
      for (int i = 0; i < skb.fragmentCount; i++) {
        int bytes = skb.fragmentSizes[i];
        cut(skb, offset, bytes, i + 1 < skb.fragmentCount, false, output);
        offset += bytes;
      }
      return;
    }
    int payload = skb.totalLength - skb.headerLength;
    boolean more = (skb.fragmentWord & Ipv4.MORE_FRAGMENTS) != 0;
    for (int offset = 0; offset < payload; ) {
      int left = payload - offset;
      int bytes = left <= room ? left : room & ~7;
      cut(skb, offset, bytes, bytes < left || more, skb.fragmentsKeepDf, output);
      offset += bytes;
    }
  }

  private static boolean keepsSizes(Skb skb, int room) {
    if (skb.fragmentCount == 0
        || (skb.fragmentWord & (Ipv4.MORE_FRAGMENTS | Ipv4.OFFSET_MASK)) != 0) {
      return false;
    }
    for (int i = 0; i < skb.fragmentCount; i++) {
      boolean last = i + 1 == skb.fragmentCount;
      if (skb.fragmentSizes[i] > room || (!last && (skb.fragmentSizes[i] & 7) != 0)) {
        return false;
      }
    }
    return true;
  }

  private void cut(Skb skb, int offset, int bytes, boolean more, boolean keepDf, Output output) {
    Skb piece = state.pool.take();
    piece.copyNotes(skb);
    int header = skb.headerLength;
    int network = SkbPool.FRAME + Ipv4.ETHERNET_HEADER;
    if (piece.data.length < network + header + bytes) {
      piece.data = new byte[network + header + bytes];
    }
    piece.frame = SkbPool.FRAME;
    piece.network = network;
    System.arraycopy(skb.data, skb.frame, piece.data, SkbPool.FRAME, Ipv4.ETHERNET_HEADER);
    System.arraycopy(skb.data, skb.network, piece.data, network, header);
    System.arraycopy(skb.data, skb.transport + offset, piece.data, network + header, bytes);
    int word = (skb.fragmentWord & Ipv4.OFFSET_MASK) + (offset >>> 3);
    if (word > 0) {
      blankOptions(piece.data, network + Ipv4.MINIMUM_HEADER, network + header);
    }
    word |= more ? Ipv4.MORE_FRAGMENTS : 0;
    word |= keepDf ? Ipv4.DONT_FRAGMENT : 0;
    Bytes.putShort(piece.data, network + Ipv4.TOTAL_LENGTH, header + bytes);
    Bytes.putShort(piece.data, network + Ipv4.FRAGMENT, word);
    Bytes.putShort(piece.data, network + Ipv4.CHECKSUM, 0);
    Bytes.putShort(
        piece.data, network + Ipv4.CHECKSUM, OnesComplement.checksum(piece.data, network, header));
    piece.parse();
    piece.frameLength = piece.end - piece.frame;
    output.fragment(piece);
    state.pool.give(piece);
  }

  /** Options without the copied flag stand in the first fragment only (ip_options_fragment). */
  private static void blankOptions(byte[] data, int from, int to) {
    int at = from;
    while (at < to) {
      int option = data[at] & 255;
      if (option == OPTION_END) {
        return;
      }
      if (option == OPTION_NOP) {
        at++;
        continue;
      }
      int length = at + 1 < to ? data[at + 1] & 255 : 0;
      if (length < 2 || length > to - at) {
        return;
      }
      if ((option & COPIED_OPTION) == 0) {
        java.util.Arrays.fill(data, at, at + length, (byte) OPTION_NOP);
      }
      at += length;
    }
  }
}
