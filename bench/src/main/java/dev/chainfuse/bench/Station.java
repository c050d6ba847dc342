package dev.chainfuse.bench;

import dev.chainfuse.packet.Bytes;
import dev.chainfuse.packet.Ipv4;

/**
 * Somebody who talks with or through the host.
 *
 * @param device number of the host's lowest-level device by which its frames arrive
 * @param address its IPv4 address
 * @param mac its hardware address
 * @param hostAddress the host's address on that network
 * @param hostMac the host's hardware address there
 */
record Station(int device, int address, long mac, int hostAddress, long hostMac) {
  /** Bytes of an ARP frame. */
  static final int ARP_BYTES = 42;

  private static final long BROADCAST = 0xffff_ffff_ffffL;

  /** An Ethernet frame from the station to the host that carries an IPv4 packet. */
  byte[] frame(byte[] packet) {
    byte[] frame = new byte[Ipv4.ETHERNET_HEADER + packet.length];
    Bytes.putMac(frame, 0, hostMac);
    Bytes.putMac(frame, 6, mac);
    Bytes.putShort(frame, 12, Ipv4.ETHERTYPE_IPV4);
    System.arraycopy(packet, 0, frame, Ipv4.ETHERNET_HEADER, packet.length);
    return frame;
  }

  /** The station asks who has the host's address (RFC 826); the host learns of it thereby. */
  byte[] question() {
    byte[] frame = new byte[ARP_BYTES];
    Bytes.putMac(frame, 0, BROADCAST);
    Bytes.putMac(frame, 6, mac);
    Bytes.putShort(frame, 12, Ipv4.ETHERTYPE_ARP);
    Bytes.putInt(frame, 14, 1 << 16 | Ipv4.ETHERTYPE_IPV4);
    Bytes.putInt(frame, 18, 6 << 24 | 4 << 16 | 1);
    Bytes.putMac(frame, 22, mac);
    Bytes.putInt(frame, 28, address);
    Bytes.putInt(frame, 38, hostAddress);
    return frame;
  }
}
