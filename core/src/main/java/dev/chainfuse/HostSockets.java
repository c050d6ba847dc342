package dev.chainfuse;

import java.util.Set;

/**
 * What the host's own sockets do with packets that are delivered to it.
 *
 * @param silent nothing: whatever the host's programs or its stack would answer is left to the
 *     caller
 * @param udpPorts UDP ports on which a program listens; a datagram to another is answered by "port
 *     unreachable", unless {@code silent}
 */
public record HostSockets(boolean silent, Set<Integer> udpPorts) {
  /** Delivered packets are reported, never answered. */
  public static final HostSockets SILENT = new HostSockets(true, Set.of());

  public HostSockets {
    udpPorts = Set.copyOf(udpPorts);
  }

  /**
   * UDP as the kernel answers it; programs listen on {@code ports} only. TCP and echo stay silent.
   */
  public static HostSockets listeningOnUdp(Set<Integer> ports) {
    return new HostSockets(false, ports);
  }
}
