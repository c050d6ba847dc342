package dev.chainfuse.conntrack;

import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.packet.OnesComplement;
import dev.chainfuse.packet.Skb;

/** Verification of transport checksums: nf_ip_checksum of net/netfilter/utils.c. */
final class Checksums {
  private Checksums() {}

  /** Whether the sum over the transport part, with pseudo header for TCP and UDP, is right. */
  static boolean verify(Skb skb) {
    int length = skb.end - skb.transport;
    return verify(skb, length, skb.protocol != Ipv4.ICMP);
  }

  /** As {@link #verify(Skb)}, over the first {@code coverage} bytes only, as UDP-Lite has it. */
  static boolean verify(Skb skb, int coverage, boolean pseudoHeader) {
    if (skb.checksumVerified) {
      return true;
    }
    long sum =
        pseudoHeader
            ? OnesComplement.pseudoHeader(
                skb.source, skb.destination, skb.protocol, skb.end - skb.transport)
            : 0;
    long all = OnesComplement.add(sum, skb.data, skb.transport, coverage);
    // The kernel's sum has the IP header in it, which is 0xffff: so zeros alone are right, too.
    boolean right = all == 0 || OnesComplement.fold(all) == 0xffff;
    skb.checksumVerified = right;
    return right;
  }
}
