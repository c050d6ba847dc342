package dev.chainfuse.path;

import dev.chainfuse.packet.Bytes;
import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.packet.Skb;
import dev.chainfuse.rules.target.LogTarget;
import java.util.Locale;

/**
 * A packet as the kernel's log tells it (net/netfilter/nf_log_syslog.c, nf_log_ip_packet).
 * Allocates: not for packets that no rule logs.
 */
final class PacketLog {
  /** NF_LOG_DEFAULT_MASK, which TRACE and NFLOG have. */
  static final int ALL_BUT_MAC =
      LogTarget.LOG_TCP_SEQUENCE
          | LogTarget.LOG_TCP_OPTIONS
          | LogTarget.LOG_IP_OPTIONS
          | LogTarget.LOG_UID;

  private static final int IP_CE = 0x8000;

  /** Bytes that an ICMP message of a type must have (required_len); 0 for any. */
  private static final int[] ICMP_LENGTHS = {
    4, 0, 0, 28, 28, 28, 0, 0, 4, 0, 0, 28, 28, 20, 20, 0, 0, 12, 12
  };

  private final Devices devices;
  private final StringBuilder out = new StringBuilder(256);

  PacketLog(Devices devices) {
    this.devices = devices;
  }

  /**
   * The line, with the blank at its end that the kernel writes.
   *
   * @param flags bits of {@link LogTarget}
   */
  String line(String prefix, int flags, Skb skb) {
    out.setLength(0);
    int in = skb.inInterface;
    out.append(prefix).append("IN=").append(name(in));
    out.append(" OUT=").append(name(skb.outInterface)).append(' ');
    if (skb.physicalIn >= 0 && skb.physicalIn != in) {
      out.append("PHYSIN=").append(name(skb.physicalIn)).append(' ');
    }
    if (skb.physicalOut >= 0 && skb.physicalOut != skb.outInterface) {
      out.append("PHYSOUT=").append(name(skb.physicalOut)).append(' ');
    }
    if (in >= 0) {
      link(skb, in, flags);
    }
    packet(skb.data, skb.network, skb.end, flags, true);
    if (skb.mark != 0) {
      out.append("MARK=0x").append(Integer.toHexString(skb.mark)).append(' ');
    }
    return out.toString();
  }

  private String name(int device) {
    return device < 0 ? "" : devices.name(device);
  }

  /** dump_mac_header. */
  private void link(Skb skb, int device, int flags) {
    if ((flags & LogTarget.LOG_MAC_DECODE) != 0 && !devices.loopback[device]) {
      out.append("MACSRC=").append(Ipv4.formatMac(skb.sourceMac));
      out.append(" MACDST=").append(Ipv4.formatMac(skb.destinationMac));
      out.append(" MACPROTO=0800 ");
      return;
    }
    out.append("MAC=");
    if (devices.loopback[device]) {
      out.append("00:".repeat(12));
    } else {
      out.append(Ipv4.formatMac(skb.destinationMac)).append(':');
      out.append(Ipv4.formatMac(skb.sourceMac)).append(':');
    }
    out.append("08:00 ");
  }

  /** dump_ipv4_packet; {@code outer} is false for the packet that an ICMP error quotes. */
  private void packet(byte[] data, int ip, int end, int flags, boolean outer) {
    if (end - ip < Ipv4.MINIMUM_HEADER) {
      out.append("TRUNCATED");
      return;
    }
    int tos = data[ip + Ipv4.TOS] & 0xff;
    int fragment = Bytes.getShort(data, ip + Ipv4.FRAGMENT);
    int offset = fragment & Ipv4.OFFSET_MASK;
    out.append("SRC=").append(Ipv4.format(Bytes.getInt(data, ip + Ipv4.SOURCE)));
    out.append(" DST=").append(Ipv4.format(Bytes.getInt(data, ip + Ipv4.DESTINATION)));
    number(" LEN=", Bytes.getShort(data, ip + Ipv4.TOTAL_LENGTH));
    out.append("TOS=").append(hex(tos & 0x1e)).append(" PREC=").append(hex(tos & 0xe0));
    number(" TTL=", data[ip + Ipv4.TTL] & 0xff);
    number("ID=", Bytes.getShort(data, ip + Ipv4.ID));
    out.append((fragment & IP_CE) != 0 ? "CE " : "");
    out.append((fragment & Ipv4.DONT_FRAGMENT) != 0 ? "DF " : "");
    out.append((fragment & Ipv4.MORE_FRAGMENTS) != 0 ? "MF " : "");
    if (offset != 0) {
      number("FRAG:", offset);
    }
    int header = (data[ip] & 15) << 2;
    if ((flags & LogTarget.LOG_IP_OPTIONS) != 0 && header > Ipv4.MINIMUM_HEADER) {
      if (!options(data, ip + Ipv4.MINIMUM_HEADER, header - Ipv4.MINIMUM_HEADER, end)) {
        out.append("TRUNCATED");
        return;
      }
    }
    transport(data, ip, ip + header, end, flags, offset != 0, outer);
  }

  private void transport(
      byte[] data, int ip, int at, int end, int flags, boolean later, boolean outer) {
    int protocol = data[ip + Ipv4.PROTOCOL] & 0xff;
    switch (protocol) {
      case Ipv4.TCP -> tcp(data, at, end, flags, later);
      case Ipv4.UDP, Ipv4.UDPLITE -> {
        out.append(protocol == Ipv4.UDP ? "PROTO=UDP " : "PROTO=UDPLITE ");
        if (!later && complete(at, end, 8)) {
          ports(data, at);
          number("LEN=", Bytes.getShort(data, at + 4));
        }
      }
      case Ipv4.ICMP -> {
        out.append("PROTO=ICMP ");
        if (!later && complete(at, end, 8)) {
          icmp(data, at, end, flags, outer);
        }
      }
      case Ipv4.AH -> {
        if (!later) {
          out.append("PROTO=AH ");
          spi(data, at, at + 4, end, 12);
        }
      }
      case Ipv4.ESP -> {
        out.append("PROTO=ESP ");
        if (!later) {
          spi(data, at, at, end, 8);
        }
      }
      default -> number("PROTO=", protocol);
    }
  }

  private void spi(byte[] data, int at, int spiAt, int end, int header) {
    if (complete(at, end, header)) {
      out.append("SPI=0x").append(Integer.toHexString(Bytes.getInt(data, spiAt))).append(' ');
    }
  }

  private boolean complete(int at, int end, int needed) {
    if (end - at >= needed) {
      return true;
    }
    out.append("INCOMPLETE [").append(end - at).append(" bytes] ");
    return false;
  }

  private void tcp(byte[] data, int at, int end, int flags, boolean later) {
    out.append("PROTO=TCP ");
    if (later || !complete(at, end, 20)) {
      return;
    }
    ports(data, at);
    if ((flags & LogTarget.LOG_TCP_SEQUENCE) != 0) {
      out.append("SEQ=").append(Integer.toUnsignedString(Bytes.getInt(data, at + 4)));
      out.append(" ACK=").append(Integer.toUnsignedString(Bytes.getInt(data, at + 8)));
      out.append(' ');
    }
    number("WINDOW=", Bytes.getShort(data, at + 14));
    int offsetByte = data[at + 12] & 0xff;
    out.append("RES=0x").append(twoDigits((offsetByte & 0x0e) << 2, false)).append(' ');
    out.append((offsetByte & 1) != 0 ? "AE " : "");
    int bits = data[at + 13] & 0xff;
    flag(bits, Ipv4.TCP_CWR, "CWR ");
    flag(bits, Ipv4.TCP_ECE, "ECE ");
    flag(bits, Ipv4.TCP_URG, "URG ");
    flag(bits, Ipv4.TCP_ACK, "ACK ");
    flag(bits, Ipv4.TCP_PSH, "PSH ");
    flag(bits, Ipv4.TCP_RST, "RST ");
    flag(bits, Ipv4.TCP_SYN, "SYN ");
    flag(bits, Ipv4.TCP_FIN, "FIN ");
    number("URGP=", Bytes.getShort(data, at + 18));
    int header = (offsetByte & 0xf0) >>> 2;
    if ((flags & LogTarget.LOG_TCP_OPTIONS) != 0
        && header > 20
        && !options(data, at + 20, header - 20, end)) {
      out.append("OPT (TRUNCATED)");
    }
  }

  private void flag(int bits, int flag, String name) {
    out.append((bits & flag) != 0 ? name : "");
  }

  private void ports(byte[] data, int at) {
    number("SPT=", Bytes.getShort(data, at));
    number("DPT=", Bytes.getShort(data, at + 2));
  }

  private boolean options(byte[] data, int at, int bytes, int end) {
    if (at + bytes > end) {
      return false;
    }
    out.append("OPT (");
    for (int i = 0; i < bytes; i++) {
      out.append(twoDigits(data[at + i] & 0xff, true));
    }
    out.append(") ");
    return true;
  }

  private void icmp(byte[] data, int at, int end, int flags, boolean outer) {
    int type = data[at] & 0xff;
    int code = data[at + 1] & 0xff;
    number("TYPE=", type);
    number("CODE=", code);
    if (type < ICMP_LENGTHS.length && !complete(at, end, ICMP_LENGTHS[type])) {
      return;
    }
    switch (type) {
      case 0, 8 -> {
        number("ID=", Bytes.getShort(data, at + 4));
        number("SEQ=", Bytes.getShort(data, at + 6));
      }
      case 12 -> number("PARAMETER=", data[at + 4] & 0xff);
      case 3, 4, 5, 11 -> {
        if (type == 5) {
          out.append("GATEWAY=").append(Ipv4.format(Bytes.getInt(data, at + 4))).append(' ');
        }
        if (outer) {
          out.append('[');
          packet(data, at + 8, end, flags, false);
          out.append("] ");
        }
        if (type == 3 && code == 4) {
          number("MTU=", Bytes.getShort(data, at + 6));
        }
      }
      default -> {}
    }
  }

  private void number(String name, int value) {
    out.append(name).append(value).append(' ');
  }

  private static String hex(int value) {
    return "0x" + twoDigits(value, true);
  }

  private static String twoDigits(int value, boolean upper) {
    String text = value < 16 ? "0" + Integer.toHexString(value) : Integer.toHexString(value);
    return upper ? text.toUpperCase(Locale.ROOT) : text;
  }
}
