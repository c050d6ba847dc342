package dev.chainfuse.conntrack;

import static dev.chainfuse.conntrack.FlowDescriptor.STATUS;

import dev.chainfuse.packet.ConnectionFacts;
import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.packet.Skb;

/** Which tracker follows which protocol. */
final class Protocols {
  private Protocols() {}

  /**
   * Checks a packet's transport header and checksum and hands it to its protocol's tracker
   * (nf_conntrack_handle_packet).
   *
   * @param verify whether checksums are verified
   * @return a timeout in jiffies, or a negative constant of {@link TcpTracker}
   */
  static int track(
      int[] words,
      int base,
      int direction,
      Skb skb,
      TrackerSettings settings,
      boolean verify,
      int now) {
    byte[] data = skb.data;
    int at = skb.transport;
    int end = skb.end;
    switch (skb.protocol) {
      case Ipv4.TCP:
        if (!TcpStates.wellFormed(data, at, end) || (verify && !Checksums.verify(skb))) {
          return TcpTracker.INVALID;
        }
        return TcpTracker.packet(words, base, direction, data, at, end, settings, now);
      case Ipv4.UDP:
        if (!UdpTracker.wellFormed(data, at, end)
            || ((data[at + 6] | data[at + 7]) != 0 && verify && !Checksums.verify(skb))) {
          return TcpTracker.INVALID;
        }
        return UdpTracker.udp(words, base, settings, now);
      case Ipv4.ICMP:
        boolean first = (words[base + STATUS] & ConnectionFacts.STATUS_CONFIRMED) == 0;
        return first && !IcmpTracker.makesEntry(data[at] & 0xff)
            ? TcpTracker.INVALID
            : settings.icmp;
      default:
        return trackOther(words, base, direction, skb, settings, verify);
    }
  }

  private static int trackOther(
      int[] words, int base, int direction, Skb skb, TrackerSettings settings, boolean verify) {
    int at = skb.transport;
    int end = skb.end;
    switch (skb.protocol) {
      case Ipv4.UDPLITE:
        int coverage = UdpTracker.liteCoverage(skb.data, at, end);
        if (coverage < 0 || (verify && !Checksums.verify(skb, coverage, true))) {
          return TcpTracker.INVALID;
        }
        return UdpTracker.lite(words, base, settings);
      case Ipv4.SCTP:
        if (end - at < 12
            || (verify && !skb.checksumVerified && !Crc32c.matches(skb.data, at, end))) {
          return TcpTracker.INVALID;
        }
        return SctpTracker.packet(words, base, direction, skb.data, at, end, settings);
      case Ipv4.GRE:
        return UdpTracker.gre(words, base, settings);
      default:
        return settings.generic;
    }
  }

  /** Protocols whose simultaneous first packets may share a connection ({@code allow_clash}). */
  static boolean allowsClash(int protocol) {
    return switch (protocol) {
      case Ipv4.TCP, Ipv4.ICMP, Ipv4.GRE, Ipv4.SCTP -> false;
      default -> true;
    };
  }
}
