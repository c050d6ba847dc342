package dev.chainfuse;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the host's own sockets do with packets that are delivered to it. A port where a program
 * listens is silent: what the program answers is left to the caller.
 *
 * @param udpPorts UDP ports where a program listens; a datagram to another is answered by "port
 *     unreachable" (__udp4_lib_rcv, net/ipv4/udp.c). Null: no datagram is answered
 * @param tcpPorts TCP ports where a program listens or has a connection; a segment to another is
 *     answered by a reset (tcp_v4_send_reset, net/ipv4/tcp_ipv4.c). Null: no segment is answered
 */
public record HostSockets(@Nullable Set<Integer> udpPorts, @Nullable Set<Integer> tcpPorts) {
  /** Delivered packets are reported, never answered. */
  public static final HostSockets SILENT = new HostSockets(null, null);

  /**
   * Checks the ports.
   *
   * @throws IllegalArgumentException if a port is not within 0 to 65535
   */
  public HostSockets {
    udpPorts = checked(udpPorts);
    tcpPorts = checked(tcpPorts);
  }

  private static @Nullable Set<Integer> checked(@Nullable Set<Integer> ports) {
    if (ports == null) {
      return null;
    }
    for (int port : ports) {
      if (port < 0 || port > 65_535) {
        throw new IllegalArgumentException("port " + port + " is not within 0 to 65535");
      }
    }
    return Set.copyOf(ports);
  }

  /** UDP as the kernel answers it, with programs on {@code ports} only; TCP is silent. */
  public static HostSockets listeningOnUdp(Set<Integer> ports) {
    return new HostSockets(ports, null);
  }

  /** These, and TCP as the kernel answers it with programs on {@code ports} only. */
  public HostSockets andTcp(Set<Integer> ports) {
    return new HostSockets(udpPorts, ports);
  }
}
