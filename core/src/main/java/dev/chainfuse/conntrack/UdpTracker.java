package dev.chainfuse.conntrack;

import static dev.chainfuse.conntrack.FlowDescriptor.STATUS;
import static dev.chainfuse.conntrack.FlowDescriptor.UDP_STREAM;

import dev.chainfuse.packet.Bytes;
import dev.chainfuse.packet.ConnectionFacts;

/**
 * UDP and UDP-Lite (nf_conntrack_proto_udp.c), GRE (nf_conntrack_proto_gre.c): protocols whose only
 * state is whether both sides have spoken. Each function returns the timeout to refresh with.
 */
final class UdpTracker {
  private UdpTracker() {}

  /** Whether header and length of a datagram agree (udp_error, without the checksum). */
  static boolean wellFormed(byte[] data, int at, int end) {
    if (end - at < 8) {
      return false;
    }
    int length = Bytes.getShort(data, at + 4);
    return length >= 8 && length <= end - at;
  }

  /**
   * How many bytes from the header on a UDP-Lite checksum covers; -1 if the header is wrong
   * (udplite_error). A checksum is mandatory.
   */
  static int liteCoverage(byte[] data, int at, int end) {
    if (end - at < 8) {
      return -1;
    }
    int coverage = Bytes.getShort(data, at + 4);
    if (coverage == 0) {
      coverage = end - at;
    } else if (coverage < 8 || coverage > end - at) {
      return -1;
    }
    return Bytes.getShort(data, at + 6) == 0 ? -1 : coverage;
  }

  static int udp(int[] words, int base, TrackerSettings settings, int now) {
    int status = words[base + STATUS];
    if ((status & ConnectionFacts.STATUS_CONFIRMED) == 0) {
      words[base + UDP_STREAM] = now + 2 * ConnectionTable.HZ;
    }
    if ((status & ConnectionFacts.STATUS_SEEN_REPLY) == 0 || now - words[base + UDP_STREAM] <= 0) {
      return settings.udp;
    }
    assure(words, base);
    return settings.udpStream;
  }

  static int lite(int[] words, int base, TrackerSettings settings) {
    if ((words[base + STATUS] & ConnectionFacts.STATUS_SEEN_REPLY) == 0) {
      return settings.udp;
    }
    assure(words, base);
    return settings.udpStream;
  }

  static int gre(int[] words, int base, TrackerSettings settings) {
    if ((words[base + STATUS] & ConnectionFacts.STATUS_SEEN_REPLY) == 0) {
      return settings.gre;
    }
    assure(words, base);
    return settings.greStream;
  }

  /** Sets ASSURED, but never for a resolved clash, which is to time out soon. */
  private static void assure(int[] words, int base) {
    if ((words[base + STATUS] & ConnectionTable.STATUS_NAT_CLASH) == 0) {
      words[base + STATUS] |= ConnectionFacts.STATUS_ASSURED;
    }
  }
}
